"""What sounds when: music beside a voice, the footage's own sound in all its modes, end cards; and no drift."""

import wave
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from app.errors import MediaError
from app.media.ducking import ATTACK, RELEASE, ducking
from app.media.ffmpeg import Limits, Workplace, find_ffmpeg
from app.media.loudness import TARGET_LUFS
from app.media.meter import loudness
from app.media.mixing import mix
from app.media.music import music_bed, repeated
from app.media.probe import probe
from app.media.render import Material, render_sound
from app.media.sound import SAMPLE_RATE, SAMPLES_PER_FRAME, Samples, write_wav
from app.media.takes import takes_of
from app.models.control import Control
from app.models.edit import Brand, Edit, EndCard, MusicTrack, SourceRef, SourceSound, SourceSoundMode
from app.models.timing import Span
from app.tests.footage import make_clip
from app.tests.media.clips import Stage, shot
from app.tests.media.test_ambience import rain, spoken

Mono = npt.NDArray[np.float64]


def place_at(folder: Path) -> Workplace:
    return Workplace(find_ffmpeg(), folder, Limits(), Control())


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return place_at(tmp_path)


def tone(seconds: float, frequency: float, level: float = 0.1) -> Samples:
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.repeat((level * np.sin(2 * np.pi * frequency * t))[:, None], 2, axis=1).astype(np.float32)


def strength(samples: Samples, frequency: float) -> float:
    """Return the amplitude of one frequency in samples, in dB."""
    t = np.arange(len(samples)) / SAMPLE_RATE
    window = np.hanning(len(samples))
    part = (samples[:, 0] * window) @ np.exp(-2j * np.pi * frequency * t) * 2 / window.sum()
    return float(20 * np.log10(abs(part) + 1e-9))


def voice_of(path: Path, total: float, *spoken: tuple[float, float]) -> Path:
    """Write a voice (a tone of 500 Hz) that speaks in the spans given in seconds."""
    said = tone(total, 500, 0.2)
    on = np.zeros(len(said), np.float32)
    for start, end in spoken:
        on[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = 1
    write_wav(path, said * on[:, None])
    return path


def test_ducking_is_down_before_the_first_syllable() -> None:
    voice = tone(6, 500)
    voice[: 2 * SAMPLE_RATE] = 0
    voice[3 * SAMPLE_RATE :] = 0
    gain = ducking(voice, 8).at(range(len(voice)))

    def at(seconds: float) -> float:
        return float(20 * np.log10(gain[round(seconds * SAMPLE_RATE)]))

    assert at(2 - ATTACK - 0.02) == pytest.approx(0, abs=0.01)
    assert at(2.0) == pytest.approx(-8, abs=0.2)
    assert at(2.9) == pytest.approx(-8, abs=0.01)
    assert at(3 + RELEASE + 0.02) == pytest.approx(0, abs=0.01)
    assert np.abs(np.diff(gain)).max() < 3e-4, "no step"


def test_short_pauses_do_not_pump() -> None:
    voice = tone(4, 500)
    voice[int(1.5 * SAMPLE_RATE) : int(2.2 * SAMPLE_RATE)] = 0
    gain = ducking(voice, 10).at(range(SAMPLE_RATE // 2, 3 * SAMPLE_RATE))
    assert np.ptp(gain) == pytest.approx(0, abs=1e-6)
    assert np.all(ducking(np.zeros((9_000, 2), np.float32), 10).at(range(9_000)) == 1)


def test_short_music_is_repeated_without_a_hole_or_a_click() -> None:
    rng = np.random.default_rng(3)
    piece = (rng.standard_normal((2 * SAMPLE_RATE, 2)) * 0.1).astype(np.float32)
    bed = repeated(piece, 9 * SAMPLE_RATE)
    assert len(bed) == 9 * SAMPLE_RATE
    level = np.sqrt((bed[:, 0].reshape(-1, 4_800).astype(float) ** 2).mean(axis=1))
    assert level.min() > 0.085
    assert level.max() < 0.115
    assert np.array_equal(bed[:SAMPLE_RATE], piece[:SAMPLE_RATE])
    assert np.array_equal(repeated(piece, 1_000), piece[:1_000])


def test_music_begins_where_it_should_and_fades_at_its_ends(tmp_path: Path, place: Workplace) -> None:
    write_wav(tmp_path / "m.wav", np.concatenate([tone(2, 300), tone(6, 700)]))
    bed = music_bed(MusicTrack(source="a" * 64, start=2.0), tmp_path / "m.wav", 5 * SAMPLE_RATE, place)
    assert strength(bed[SAMPLE_RATE : 2 * SAMPLE_RATE], 700) == pytest.approx(-20, abs=0.1)
    assert strength(bed[SAMPLE_RATE : 2 * SAMPLE_RATE], 300) < -60
    assert abs(bed[0, 0]) < 1e-3
    assert np.abs(bed[-200:]).max() < 2e-3
    with pytest.raises(MediaError, match=r"less than 1 s of sound from 7\.5 s") as caught:
        music_bed(MusicTrack(source="a" * 64, start=7.5), tmp_path / "m.wav", 5 * SAMPLE_RATE, place)
    assert caught.value.instance_code == "music_short"


MUSIC, FOOTAGE, VOICE = 1100.0, 440.0, 500.0
CARD = 30  # frames


class Table:
    """One clip of 90 frames, of which the last 30 may be an end card, with any of the sounds there are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stage = Stage(folder, make_clip(folder / "s.mp4", size=(160, 90), audio="tone"))
        self.voice = voice_of(folder / "v.wav", 2.0, (0.5, 1.5))
        write_wav(folder / "m.wav", tone(2, MUSIC))
        self.music = probe(folder / "m.wav")

    def edit(self, mode: SourceSoundMode, music: bool, card: bool, speech: tuple[Span, ...] = ()) -> Edit:
        key = self.stage.keys[0]
        plain = self.stage.edit([shot(key, 0.5, 60), shot(key, 0.2, 30 if not card else 1)])
        sources = [plain.sources[0].evolve(speech=speech)]
        track = None
        if music:
            track = MusicTrack(source=self.music.content_hash)
            ref = {"content_hash": self.music.content_hash, "name": "m.wav", "duration": 2.0, "has_audio": True}
            sources.append(SourceRef.model_validate({**ref, "kind": "music"}))
        brand = Brand(end_card=EndCard(frames=29, lines=("Bye",))) if card else None
        return Edit.model_validate(
            {
                **plain.model_dump(),
                "frames": 90,
                "sources": sources,
                "music": track,
                "brand": brand,
                "source_sound": SourceSound(mode=mode),
            }
        )

    def mixed(self, edit: Edit, voice: bool) -> Samples:
        takes = takes_of(edit, {self.stage.keys[0]: self.stage.paths[self.stage.keys[0]]})
        music = self.folder / "m.wav" if edit.music else None
        return mix(edit, takes, self.voice if voice else None, place_at(self.folder), music=music)


@pytest.mark.slow
@pytest.mark.parametrize("card", [False, True], ids=["", "card"])
@pytest.mark.parametrize("music", [False, True], ids=["", "music"])
@pytest.mark.parametrize("mode", ["off", "on", "muted"])
@pytest.mark.parametrize("voice", [False, True], ids=["", "voice"])
def test_everything_with_everything(
    tmp_path: Path, voice: bool, mode: SourceSoundMode, music: bool, card: bool
) -> None:
    table = Table(tmp_path)
    edit = table.edit(mode, music, card, speech=(Span(start=0.0, end=9.0),))
    sound = table.mixed(edit, voice)
    assert sound.shape == (90 * SAMPLES_PER_FRAME, 2), "picture and sound are as long"
    shots = sound[30 * SAMPLES_PER_FRAME : 45 * SAMPLES_PER_FRAME]
    behind = sound[63 * SAMPLES_PER_FRAME : 72 * SAMPLES_PER_FRAME]
    assert (strength(shots, VOICE) > -40) == voice
    assert (strength(shots, FOOTAGE) > -40) == (mode == "on")
    assert (strength(shots, MUSIC) > -50) == music
    assert (strength(behind, FOOTAGE) > -40) == (mode == "on" and not card)
    assert (strength(behind, MUSIC) > -50) == music
    if music:
        assert np.abs(sound[-100:]).max() < 0.5 * np.abs(sound[-40_000:-39_000]).max(), "it fades out"
    if not (voice or music or mode == "on"):
        assert not np.abs(sound).max(), "silence"


def test_music_is_at_its_level_beside_the_voice(tmp_path: Path) -> None:
    table = Table(tmp_path)
    edit = table.edit("off", True, False)
    with_both = table.mixed(edit, True)
    voice = table.mixed(table.edit("off", False, False), True)
    bed = with_both - voice
    assert edit.music is not None
    said = loudness(voice)
    assert said is not None
    steady = edit.evolve(music=edit.music.evolve(duck_db=0))
    under, over = (strength(sound[36_000:60_000], MUSIC) for sound in (bed, table.mixed(steady, True)))
    assert under - over == pytest.approx(-8, abs=0.2)
    assert strength(bed[-36_000:-33_000], MUSIC) > under, "up again, and not yet fading"
    whole = loudness(table.mixed(steady, True) - voice)
    assert whole == pytest.approx(said - 14, abs=0.1)


def test_music_alone_is_heard_in_full(tmp_path: Path) -> None:
    table = Table(tmp_path)
    assert loudness(table.mixed(table.edit("off", True, False), False)) == pytest.approx(TARGET_LUFS, abs=0.1)


def test_source_sound_goes_down_under_the_voice(tmp_path: Path) -> None:
    table = Table(tmp_path)
    edit = table.edit("on", False, False)
    plain = table.mixed(edit, True)
    lower = table.mixed(edit.evolve(source_sound=SourceSound(mode="on", duck_db=12)), True)
    said, pause = slice(36_000, 60_000), slice(-36_000, -2_000)
    assert strength(lower[said], FOOTAGE) - strength(plain[said], FOOTAGE) == pytest.approx(-12, abs=0.2)
    assert strength(lower[pause], FOOTAGE) == pytest.approx(strength(plain[pause], FOOTAGE), abs=0.1)


@pytest.mark.parametrize(("keep", "inside"), [(0.0, -90.0), (0.2, -13.98)])
def test_voices_are_muted_in_exactly_one_span(tmp_path: Path, keep: float, inside: float) -> None:
    table = Table(tmp_path)
    plain = table.mixed(table.edit("on", False, False), False)
    edit = table.edit("muted", False, False, speech=(Span(start=1.0, end=1.5),))
    muted = table.mixed(edit.evolve(source_sound=SourceSound(mode="muted", keep=keep)), False)
    span = slice(24_100, 47_900)  # the shot begins at 0.5 s of the source
    assert np.abs(muted[span]).max() <= np.abs(plain[span]).max() * 10 ** (inside / 20) * 1.01
    outside = np.ones(len(plain), bool)
    outside[24_000 - 1_000 : 48_000 + 1_000] = False
    outside[60 * SAMPLES_PER_FRAME :] = False  # the second shot goes into the span as well
    assert np.array_equal(muted[outside], plain[outside])


@pytest.mark.slow
def test_ambience_takes_the_voice_out_of_a_take(tmp_path: Path) -> None:
    voice = spoken(tmp_path / "said.wav")
    track = rain(6 * SAMPLE_RATE)
    track[2 * SAMPLE_RATE : 2 * SAMPLE_RATE + len(voice)] += voice[: 4 * SAMPLE_RATE]
    write_wav(tmp_path / "t.wav", track[:, None].repeat(2, axis=1))
    stage = Stage(tmp_path, make_clip(tmp_path / "f.mp4", seconds=6, size=(160, 90), audio=tmp_path / "t.wav"))
    plain = stage.edit([shot(stage.keys[0], 2.5, 60)])
    sources = (plain.sources[0].evolve(speech=(Span(start=2.0, end=6.0),)),)
    edits = [plain.evolve(sources=sources, source_sound=SourceSound(mode=mode)) for mode in ("on", "ambience")]
    heard, without = (mix(edit, takes_of(edit, stage.paths), None, place_at(tmp_path)) for edit in edits)
    part = voice[SAMPLE_RATE // 2 : SAMPLE_RATE // 2 + 2 * SAMPLE_RATE].astype(float)
    before, after = (abs(sound[:, 0].astype(float) @ part) / (part @ part) for sound in (heard, without))
    assert before == pytest.approx(1, abs=0.1)
    assert 20 * np.log10(after / before) < -18


def click_near(samples: Mono, at: int) -> int:
    """Return where the loudest sample around `at` is, give or take 40 ms."""
    return at - 2_000 + int(np.argmax(np.abs(samples[at - 2_000 : at + 2_000])))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_clicks_land_on_their_sample_through_the_whole_chain(tmp_path: Path, suffix: str) -> None:
    """AAC in, AAC out: a click every half second is where the document says, to a few samples (a tenth of a ms)."""
    track = np.zeros((5 * SAMPLE_RATE, 2), np.float32)
    short = np.hanning(25)[:, None].astype(np.float32)
    for at in range(12_000, len(track) - 100, 24_000):
        track[at - 12 : at + 13] = 0.8 * short
    with_noise = track + (np.random.default_rng(0).standard_normal(track.shape) * 0.05).astype(np.float32)
    write_wav(tmp_path / "t.wav", with_noise)
    source = make_clip(tmp_path / f"s.{suffix}", seconds=5, size=(160, 90), audio=tmp_path / "t.wav")
    stage = Stage(tmp_path, source)
    key = stage.keys[0]
    edit = stage.edit([shot(key, 1.1, 33), shot(key, 0.0, 31), shot(key, 3.3, 40)], source_sound=SourceSound(mode="on"))
    render_sound(Material(edit, stage.paths, stage.infos, None, None), place_at(tmp_path))
    with av.open(str(tmp_path / "sound.m4a")) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    heard = np.concatenate(blocks, axis=1)[0].astype(float)
    first = 1_024 if len(heard) > edit.frames * SAMPLES_PER_FRAME + 1_000 else 0  # the encoder's priming, if told
    expected, begin = [], 0
    for one in edit.shots:
        count, start = one.frames * SAMPLES_PER_FRAME, round(one.source_start * SAMPLE_RATE)
        expected += [begin + at - start for at in range(12_000, len(track) - 100, 24_000) if start < at < start + count]
        begin += count
    found = [click_near(heard, at + first) - first for at in expected]
    assert len(found) == 6
    assert found == pytest.approx(expected, abs=5)


def test_the_voice_begins_with_the_picture(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        samples = np.zeros(22_050, np.int16)
        samples[11_025] = 30_000
        file.writeframes(samples.tobytes())
    edit = Table(tmp_path).edit("off", False, False)
    mixed = mix(edit, (), tmp_path / "said.wav", place_at(tmp_path))
    assert int(np.argmax(np.abs(mixed[:, 0]))) == pytest.approx(24_000, abs=1)
