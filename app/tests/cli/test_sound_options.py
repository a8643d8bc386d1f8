"""What the options about sound say, and what comes of them."""

from pathlib import Path

import av
import pytest

from app.cli.options import read_music, read_share, read_source_sound
from app.editing.document import read_edit
from app.errors import InputError
from app.media.sound import write_wav
from app.models.edit import SourceSound
from app.models.make import MakeRequest, MusicWish
from app.tests.cli.runner import CommandLine
from app.tests.footage import ffmpeg, make_clip, say
from app.tests.media.test_loudness import drops
from app.workflows.jobs.records import read_request, request_json


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("muted", SourceSound(mode="muted")),
        ("muted:20%", SourceSound(mode="muted", keep=0.2)),
        ("Ambience, -6 dB", SourceSound(mode="ambience", level_db=-6)),
        ("-12,duck:8", SourceSound(mode="on", level_db=-12, duck_db=8)),
        ("50%,muted:10%", SourceSound(mode="muted", level_db=-6.02, keep=0.1)),
    ],
)
def test_modes_of_the_source_sound(given: str, wanted: SourceSound) -> None:
    assert read_source_sound(given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        "muted:",
        "muted:loud",
        "muted:120%",
        "ambience:3",
        "duck:-5",
        "duck:",
        "off,-6",
        ",",
        "muted,ambience",
        "-12,-6",
        "muted,muted:20%",
        "duck:3,duck:8",
    ],
)
def test_wrong_modes_are_named(given: str) -> None:
    with pytest.raises(InputError, match="source sound"):
        read_source_sound(given)


def test_music_is_a_file_with_a_level_and_a_start() -> None:
    assert read_music(None, None, None) is None
    assert read_music(Path("a.mp3"), None, None) == MusicWish(path=Path("a.mp3"))
    assert read_music(Path("a.mp3"), -20, 3.5) == MusicWish(path=Path("a.mp3"), level_db=-20, start=3.5)


@pytest.mark.parametrize(
    ("path", "level", "start", "subject"),
    [
        (None, -6, None, "music"),
        (None, None, 2, "music"),
        ("a", 30, None, "music-level"),
        ("a", None, -1, "music-start"),
    ],
)
def test_wrong_music_is_named(path: str | None, level: float | None, start: float | None, subject: str) -> None:
    with pytest.raises(InputError) as caught:
        read_music(Path(path) if path else None, level, start)
    assert caught.value.subject == subject


@pytest.mark.parametrize("given", ["20", "a%", "-5%", ""])
def test_a_share_has_its_sign(given: str) -> None:
    with pytest.raises(InputError, match="keep"):
        read_share(given, "keep")
    assert read_share(" 12.5 %", "keep") == 0.125


def test_a_request_keeps_its_music_through_a_job(tmp_path: Path) -> None:
    wish = MusicWish(path=tmp_path / "muzică \udce9.mp3", start=1.5, level_db=-18)
    asked = MakeRequest(files=(tmp_path / "a.mp4",), music=wish, pauses=0.3, out=tmp_path)
    assert read_request(request_json(asked)) == asked
    assert read_request(request_json(asked.evolve(music=None))).music is None


@pytest.mark.slow
def test_a_clip_with_music_is_made_and_rendered_again(edit_factory: CommandLine, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", size=(640, 360), cuts=(), audio=say(tmp_path / "v.wav"))
    music = tmp_path / "cântec.mp3"
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=300:d=2", music)
    options = ["--duration", "2", "--quality", "draft", "--preset", "square", "--out", tmp_path / "clips", "--json"]
    sound = ["--music", music, "--music-start", "0.5", "--source-sound", "muted,-6"]
    made = edit_factory("make", clip, *options, *sound)
    assert made.status == 0, made.err
    files = made.document["clips"][0]["files"]
    edit = read_edit(Path(files["edit"]).read_text(encoding="utf-8"))
    assert edit.music is not None
    assert edit.music.start == 0.5
    kinds = {source.kind: source for source in edit.sources}
    assert kinds["music"].name == "cântec.mp3"
    assert kinds["video"].speech, "where somebody speaks is in the document"
    again = edit_factory("render", files["edit"], "--out", tmp_path / "again.mp4", "--json")
    assert again.status == 0, again.err
    assert (tmp_path / "again.mp4").read_bytes() == Path(files["mp4"]).read_bytes()
    music.unlink()
    lost = edit_factory("render", files["edit"], "--out", tmp_path / "lost.mp4", "--json")
    assert lost.code == "source_missing"
    refused = edit_factory("make", clip, *options, "--music", clip)
    assert refused.code == "music_is_footage"
    silent = edit_factory("make", clip, *options, "--music", make_clip(tmp_path / "b.mp4", audio=None, seed=2))
    assert silent.code == "media_no_sound"


@pytest.mark.slow
def test_a_video_is_muted_beside_itself(edit_factory: CommandLine, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", size=(160, 90), audio=say(tmp_path / "v.wav"))
    done = edit_factory("mute", clip, "--keep", "20%", "--json")
    assert done.status == 0, done.err
    assert Path(done.document["file"]) == tmp_path / "a-muted.mp4"
    assert done.document["segments_muted"] >= 1
    out = edit_factory("mute", clip, "--ambience", "--out", tmp_path, "--json")
    assert Path(out.document["file"]) == tmp_path / "a-ambience.mp4"
    with av.open(out.document["file"]) as container:
        assert container.streams.audio[0].rate == 48_000
    assert edit_factory("mute", clip, "--out", tmp_path / "b.webm", "--json").code == "bad_container"
    assert edit_factory("mute", clip, "--keep", "a lot", "--json").status == 2
    made = edit_factory("mute", clip, "--out", tmp_path / "quiet" / "more", "--json")
    assert Path(made.document["file"]) == tmp_path / "quiet" / "more" / "a-muted.mp4"
    dotted = edit_factory("mute", clip, "--out", f"{tmp_path}/quiet.2/", "--json")
    assert Path(dotted.document["file"]) == tmp_path / "quiet.2" / "a-muted.mp4"


def test_voices_are_not_both_taken_out_and_kept(edit_factory: CommandLine, tmp_path: Path) -> None:
    refused = edit_factory("mute", tmp_path / "a.mp4", "--ambience", "--keep", "20%", "--json")
    assert (refused.status, refused.code, refused.document["error"]["subject"]) == (2, "usage", "keep")


@pytest.mark.slow
def test_sound_that_cannot_be_brought_to_its_level_is_told(edit_factory: CommandLine, tmp_path: Path) -> None:
    taps = tmp_path / "taps.wav"
    write_wav(taps, drops(4.0))
    footage = make_clip(tmp_path / "taps.mp4", audio=taps)
    options = ["--duration", "1", "--quality", "draft", "--preset", "square", "--source-sound", "0"]
    made = edit_factory("make", footage, *options, "--out", tmp_path, "--json")
    assert made.status == 0, made.out
    (clip,) = made.document["clips"]
    assert clip["notes"][-1].startswith("The sound came to -")
    again = edit_factory("render", clip["files"]["edit"], "--source", footage, "--out", tmp_path / "again.mp4")
    assert again.status == 0, again.out
    assert clip["notes"][-1] in " ".join(again.out.split())
