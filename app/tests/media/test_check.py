"""A good clip passes every check, and each way a clip can be wrong is found and told."""

from pathlib import Path

import av
import pytest

from app.data import caption_styles, presets
from app.errors import Cancelled, CheckFailed
from app.media.ass import ass_document
from app.media.ffmpeg import find_ffmpeg
from app.media.fonts import copy_fonts
from app.media.poster import poster
from app.media.sound import write_wav
from app.media.subtitles import Subtitles
from app.models.control import Control
from app.models.edit import Canvas, Captions, Cue, CueWord, Edit, SourceSound, VoiceTrack
from app.models.report import CheckItem
from app.tests.footage import ffmpeg, make_clip
from app.tests.media.clips import TALL, Stage, pictures, shot
from app.tests.media.test_loudness import drops

CANVAS = Canvas(width=360, height=640)
VOICE = VoiceTrack(audio_hash="0" * 64, voice_id="v", language="en", duration=2.0, speed=1.0)
NAMES = ["streams", "picture", "frames", "sound", "faststart", "decoding", "loudness", "black", "frozen", "captions"]


def captions_of(edit: Edit, style: str) -> Edit:
    """Return the edit with a cue of two words in every second half second."""
    cues = tuple(
        Cue(
            id=str(start),
            start=start,
            end=start + 15,
            words=(
                CueWord(text="Hello", start=start, end=start + 7),
                CueWord(text="șir", start=start + 7, end=start + 15),
            ),
            lines=(2,),
        )
        for start in range(0, edit.frames - 15, 30)
    )
    return edit.evolve(captions=Captions(style=style, language="en", cues=cues))


def subtitles_of(edit: Edit) -> Subtitles:
    assert edit.captions is not None
    style = caption_styles()[edit.captions.style]
    text = ass_document(edit.captions, style, edit.canvas, presets()[edit.preset])
    return Subtitles(text, lambda folder: copy_fonts(style, folder))


class Shop:
    """One clip with a voice and captions, rendered once, and ways to spoil it."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.stage = Stage(folder, source)
        key = self.stage.keys[0]
        voice = folder / "voice.wav"
        ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=2:c=pink:r=22050:a=0.2:seed=1", "-ac", "1", voice)
        plain = self.stage.edit([shot(key, 0.1, 40), shot(key, 1.6, 35)], CANVAS, voice=VOICE)
        self.edit = captions_of(plain, next(iter(caption_styles())))
        self.subtitles = subtitles_of(self.edit)
        self.good, self.bare = folder / "good.mp4", folder / "bare.mp4"
        self.stage.render(self.edit, self.good, voice=voice, subtitles=self.subtitles)
        self.stage.render(self.edit, self.bare, voice=voice)

    def check(self, path: Path, edit: Edit | None = None, subtitles: Subtitles | None = None) -> dict[str, CheckItem]:
        report = self.stage.check(path, edit or self.edit, subtitles or self.subtitles)
        return {item.name: item for item in report.items}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    return Shop(folder, make_clip(folder / "source.mp4"))


def failed(items: dict[str, CheckItem]) -> dict[str, str]:
    return {name: item.detail for name, item in items.items() if not item.ok}


def test_a_good_clip_passes_everything(shop: Shop) -> None:
    items = shop.check(shop.good)
    assert failed(items) == {}
    assert list(items) == NAMES
    assert items["frames"].detail == "75 of 75 frames"
    assert items["captions"].detail == "in the picture at all 2 places looked at"


def test_captions_that_were_not_drawn_are_missed(shop: Shop) -> None:
    assert failed(shop.check(shop.bare)) == {"captions": "not in the picture at 0.23 s, 1.23 s"}


@pytest.mark.parametrize("style", list(caption_styles()))
@pytest.mark.parametrize("kind", ["moving", "still", "black", "blurred"])
def test_captions_of_every_style_are_seen_and_missed(tmp_path: Path, style: str, kind: str) -> None:
    """On bright, dark, busy and smooth footage: drawn ones are found, absent ones are not."""
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", kinds=(kind,), audio=None))  # type: ignore[arg-type]
    edit = captions_of(stage.edit([shot(stage.keys[0], 0.2, 75)], CANVAS), style)
    subtitles = subtitles_of(edit)
    found = {}
    for drawn in (subtitles, None):
        out = tmp_path / "c.mp4"
        stage.render(edit, out, subtitles=drawn)
        report = stage.check(out, edit, subtitles)
        found[drawn is not None] = next(item.ok for item in report.items if item.name == "captions")
    assert found == {True: True, False: False}


def test_white_footage_does_not_pass_for_white_captions(tmp_path: Path) -> None:
    white = tmp_path / "w.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=white:s=320x180:d=3:r=30", "-vf", "noise=alls=8:allf=t", white)
    stage = Stage(tmp_path, white)
    for style in caption_styles():
        edit = captions_of(stage.edit([shot(stage.keys[0], 0.2, 75)], CANVAS), style)
        out = tmp_path / "c.mp4"
        stage.render(edit, out)
        report = stage.check(out, edit, subtitles_of(edit))
        assert "captions" in [item.name for item in report.items if not item.ok], style


def test_burnt_captions_cannot_be_checked_without_them(shop: Shop) -> None:
    report = shop.stage.check(shop.good, shop.edit)
    assert failed({item.name: item for item in report.items}) == {
        "captions": "there are none to compare the picture with"
    }


def test_captions_in_the_srt_only_are_not_looked_for(shop: Shop) -> None:
    assert shop.edit.captions is not None
    edit = shop.edit.evolve(captions=shop.edit.captions.evolve(burnt=False))
    assert "captions" not in shop.check(shop.bare, edit)


SPOILED: dict[str, tuple[tuple[str, ...], str]] = {
    "a frame short": (("-frames:v", "74"), "frames"),
    "slower": (("-vf", "setpts=PTS*1.02", "-fps_mode", "passthrough"), "frames"),
    "another size": (("-vf", "scale=180:320"), "picture"),
    "444": (("-pix_fmt", "yuv444p"), "picture"),
    "wrong tags": (("-vf", "setparams=colorspace=bt470bg"), "picture"),
    "full range": (("-vf", "scale=out_range=pc,setparams=range=pc"), "picture"),
    "not square": (("-vf", "setsar=4/3"), "picture"),
    "no sound": (("-an",), "streams"),
    "another codec": (("-c:v", "mpeg4"), "streams"),
    "two sounds": (("-map", "0", "-map", "0:a"), "streams"),
    "sound cut": (("-af", "atrim=end=2.4"), "sound"),
    "mono": (("-ac", "1"), "sound"),
    "too quiet": (("-af", "volume=-3dB"), "loudness"),
    "peaks": (("-af", "volume=6dB"), "loudness"),
    "black": (("-vf", "drawbox=t=fill:color=black:enable='between(n,30,50)'"), "black"),
    "index at the end": (("-c", "copy", "-movflags", "0"), "faststart"),
}


@pytest.mark.parametrize(("change", "name"), SPOILED.values(), ids=SPOILED.keys())
def test_what_is_spoiled_is_found(shop: Shop, tmp_path: Path, change: tuple[str, ...], name: str) -> None:
    spoiled = tmp_path / "spoiled.mp4"
    fast = () if "copy" in change else ("-movflags", "+faststart", "-preset", "ultrafast")
    ffmpeg(
        "-i",
        shop.good,
        *change,
        *(f for f in fast if "mpeg4" not in change or f not in {"-preset", "ultrafast"}),
        spoiled,
    )
    items = shop.check(spoiled)
    assert name in failed(items)


def test_black_spans_are_named_with_their_times(shop: Shop, tmp_path: Path) -> None:
    spoiled = tmp_path / "black.mp4"
    ffmpeg("-i", shop.bare, *SPOILED["black"][0], "-preset", "ultrafast", spoiled)
    assert failed(shop.check(spoiled))["black"] == "1.00 to 1.70 s"


def test_what_is_no_film_at_all(shop: Shop, tmp_path: Path) -> None:
    place = tmp_path / "x.mp4"
    for content in (b"", b"hello", shop.good.read_bytes()[:2000]):
        place.write_bytes(content)
        assert list(failed(shop.check(place))) == ["file"]
    assert list(failed(shop.check(tmp_path / "absent.mp4"))) == ["file"]


def test_a_clip_with_broken_media_fails(shop: Shop, tmp_path: Path) -> None:
    data = bytearray(shop.good.read_bytes())
    media = data.index(b"mdat") + 200
    data[media : media + len(data) // 2] = bytes(len(data) // 2)
    (tmp_path / "x.mp4").write_bytes(data)
    assert "decoding" in failed(shop.check(tmp_path / "x.mp4"))


def _silent(stage: Stage, folder: Path) -> tuple[Path, Edit]:
    edit = stage.edit([shot(stage.keys[0], 0.2, 20)], TALL)
    stage.render(edit, folder / "silent.mp4")
    return folder / "silent.mp4", edit


def test_silence_is_right_only_where_nothing_should_sound(shop: Shop, tmp_path: Path) -> None:
    clip, edit = _silent(shop.stage, tmp_path)
    assert failed(shop.check(clip, edit)) == {}
    assert failed(shop.check(clip, edit.evolve(voice=VOICE))) == {"loudness": "silent"}
    assert failed(shop.check(clip, edit.evolve(source_sound=SourceSound(mode="on")))) == {}
    loud = shop.check(shop.good, shop.edit.evolve(voice=None))["loudness"]
    assert not loud.ok
    assert loud.detail.endswith("where nothing should sound")


def test_footage_of_taps_may_be_as_quiet_as_its_peaks_make_it(tmp_path: Path) -> None:
    taps = tmp_path / "taps.wav"
    write_wav(taps, drops(4.0))
    stage = Stage(tmp_path, make_clip(tmp_path / "s.mp4", size=(320, 180), audio=taps, cuts=()))
    edit = stage.edit([shot(stage.keys[0], 0.0, 60)], TALL, source_sound=SourceSound(mode="on"))
    report = stage.render(edit, tmp_path / "taps.mp4")
    assert [note.partition(" LUFS")[2] for note in report.notes] == [" instead of -14: its peaks allow no more"]
    found = {item.name: item for item in stage.check(tmp_path / "taps.mp4", edit).items}
    assert failed(found) == {}
    assert found["loudness"].detail.endswith("its peaks allow no more")
    beside_a_voice = stage.check(tmp_path / "taps.mp4", edit.evolve(voice=VOICE))
    assert "loudness" in failed({item.name: item for item in beside_a_voice.items})
    ffmpeg("-i", tmp_path / "taps.mp4", "-c:v", "copy", "-af", "volume=-8dB", tmp_path / "quieter.mp4")
    quieter = stage.check(tmp_path / "quieter.mp4", edit)
    assert "loudness" in failed({item.name: item for item in quieter.items}), "there is room for more"


def test_require_tells_the_first_reasons(shop: Shop) -> None:
    report = shop.stage.check(shop.bare, shop.edit.evolve(voice=None))
    with pytest.raises(CheckFailed, match=r"loudness: .* where nothing should sound; captions: there are none"):
        report.require()


def test_cancelled_check_leaves_nothing(shop: Shop) -> None:
    control = Control()
    control.cancel()
    before = set(shop.stage.folder.iterdir())
    with pytest.raises(Cancelled):
        shop.stage.check(shop.good, shop.edit, shop.subtitles, control)
    assert set(shop.stage.folder.iterdir()) == before


@pytest.mark.parametrize("frame", [0, 39, 40, 74])
def test_poster_is_that_very_frame(shop: Shop, tmp_path: Path, frame: int) -> None:
    out = tmp_path / "p.jpg"
    poster(shop.good, frame, out, ffmpeg=find_ffmpeg(), control=Control())
    assert list(tmp_path.iterdir()) == [out]
    with av.open(str(out)) as picture, av.open(str(shop.good)) as clip:
        shown = next(picture.decode(video=0)).to_ndarray(format="gray").astype(int)
        frames = [f.to_ndarray(format="gray").astype(int) for f in clip.decode(video=0)]
    differences = [abs(shown - f).mean() for f in frames]
    assert differences.index(min(differences)) == frame
    assert differences[frame] < 3


def test_captions_do_not_move_at_joints(tmp_path: Path) -> None:
    """Words that change near a joint show on the same frame as in one piece: parts draw at the clip's own times."""
    gray = tmp_path / "g.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=320x180:d=4:r=30", gray)
    stage = Stage(tmp_path, gray)
    key = stage.keys[0]
    whole = captions_of(stage.edit([shot(key, 0.5, 75)], CANVAS, "standard"), "bold")
    pieces = stage.edit(
        [shot(key, 0.5, 7), shot(key, 0.5, 1), shot(key, 0.5, 23), shot(key, 0.5, 44)], CANVAS, "standard"
    )
    pieces = pieces.evolve(captions=whole.captions)
    shown = []
    for name, edit in (("one", whole), ("four", pieces)):
        stage.render(edit, tmp_path / f"{name}.mp4", subtitles=subtitles_of(edit))
        shown.append(pictures(tmp_path / f"{name}.mp4"))
    steps = [abs(a.astype(int) - b).mean() for a, b in zip(shown[0], shown[0][1:], strict=False)]
    apart = [abs(a.astype(int) - b).mean() for a, b in zip(*shown, strict=True)]
    changes = [n + 1 for n, step in enumerate(steps) if step > 0.5]
    assert changes == [7, 15, 30, 37, 45], "the first cue begins with the clip"
    assert max(apart) < min(steps[n - 1] for n in changes) / 2
