import os
import threading
from pathlib import Path

import pytest

from app.cli.marks import marks_given
from app.cli.options import read_brand_file, read_script, read_source_sound
from app.errors import InputError, ScriptError
from app.models.edit import SourceSound


def test_a_script_is_a_file_or_the_text_itself(tmp_path: Path) -> None:
    file = tmp_path / "scenariu ș.txt"
    file.write_text("Bună ziua!", encoding="utf-8")
    assert read_script(str(file)) == "Bună ziua!"
    assert read_script("Hello there.") == "Hello there."
    assert read_script("Hello " * 2000) == "Hello " * 2000
    assert read_script(None) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
def test_scripts_from_any_editor(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Începem în curând, măi.".encode(encoding))
    assert read_script(str(file)) == "Începem în curând, măi."


def test_a_missing_script_file_is_not_taken_for_text() -> None:
    with pytest.raises(ScriptError, match="no script file") as caught:
        read_script("scirpt.txt")
    assert caught.value.as_dict()["code"] == "script_missing"


def test_a_script_that_is_not_text(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(ScriptError) as caught:
        read_script(str(file))
    assert caught.value.as_dict()["code"] == "script_not_text"
    file.write_bytes(b"a" * (1 << 20) + b"b")
    with pytest.raises(ScriptError, match="not a text"):
        read_script(str(file))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_no_file_is_read_beyond_what_it_may_hold() -> None:
    endless = Path("/dev/zero")
    with pytest.raises(InputError, match="larger than 1 MB"):
        read_brand_file(endless)
    with pytest.raises(InputError, match="larger than 8 MB"):
        marks_given(endless, ())


def test_a_pipe_may_hold_marks(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=('[[files]]\nfile = "a.mp4"\n',))
    writer.start()
    assert [file.file for file in marks_given(pipe, ()).files] == ["a.mp4"]
    writer.join()


@pytest.mark.parametrize(
    ("given", "level"), [("-12", -12.0), ("-12dB", -12.0), ("0", 0.0), ("50%", -6.02), ("100 %", 0.0), ("+3 db", 3.0)]
)
def test_source_sound_levels(given: str, level: float) -> None:
    assert read_source_sound(given) == SourceSound(mode="on", level_db=level)


def test_source_sound_off() -> None:
    assert read_source_sound("OFF").mode == "off"


@pytest.mark.parametrize("given", ["loud", "", "-99", "0%", "--", "nan", "1e3"])
def test_a_wrong_source_sound_is_named(given: str) -> None:
    with pytest.raises(InputError, match="source sound") as caught:
        read_source_sound(given)
    assert caught.value.subject == "source-sound"
