"""Options of the library become a request of the main job, without loss; what they leave open the settings decide."""

from pathlib import Path

import pytest

from app.config import Settings, load_settings
from app.errors import UnknownName
from app.models.library.options import ClipOptions, MusicOption
from app.models.make import MakeRequest, MusicWish
from app.services.library.options import check_options, check_voice, make_fields
from app.tests.models.library.test_options import FULL

FILES = (Path("a.mp4"),)
MUSIC = Path("song.mp3")


def request(options: ClipOptions, settings: Settings, music: Path | None = None) -> MakeRequest:
    return MakeRequest(files=FILES, out=Path("out"), **make_fields(options, settings, music))


def test_everything_that_is_said_is_asked_for(settings: Settings) -> None:
    options = ClipOptions.model_validate(FULL)
    made = request(options, settings, MUSIC)
    assert made.music == MusicWish(path=MUSIC, start=2.0, level_db=-18.0)
    for name in FULL.keys() - {"music"}:
        assert getattr(made, name) == getattr(options, name), name


def test_what_is_not_said_is_as_on_the_command_line(settings: Settings) -> None:
    assert request(ClipOptions(), settings) == MakeRequest(files=FILES, out=Path("out"))
    own = load_settings(
        data_dir=settings.data_dir, lang="ro", voice="espeak:ro", speed=1.2, preset="square", quality="draft",
        captions="off", words_per_cue=1, framing="fit", duration=33,
    )  # fmt: skip
    made = request(ClipOptions(preset="generic", speed=0.9), own)
    assert (made.language, made.voice, made.speed, made.preset) == ("ro", "espeak:ro", 0.9, "generic")
    assert (made.quality, made.captions, made.words_per_cue) == ("draft", "off", 1)
    assert (made.framing, made.duration, made.count) == ("fit", 33, 1)


def test_music_without_its_file_is_left_out(settings: Settings) -> None:
    assert request(ClipOptions(music=MusicOption(music_id="m")), settings).music is None


def test_voices_are_looked_for(settings: Settings) -> None:
    check_options(ClipOptions(), settings)
    check_options(ClipOptions(voice="espeak:ro"), settings)
    check_voice("edge:ro-RO-SomebodyNeural", settings)
    with pytest.raises(UnknownName, match="nobody"):
        check_options(ClipOptions(voice="nobody"), settings)
