"""Finished pieces are found by what made them, and only when they are what they were."""

from pathlib import Path

from app.media.shelf import Shelf, is_whole

KEY, OTHER = "a" * 64, "b" * 64


def made(folder: Path, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "part-0000.mp4"
    file.write_text(content)
    return file


def test_a_piece_is_found_by_its_key(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.find(KEY) is None
    place = shelf.put(made(tmp_path / "try", "picture"), KEY)
    assert shelf.find(KEY) == place
    assert shelf.find(OTHER) is None
    assert not list((tmp_path / "try").iterdir())
    assert place.stat().st_mode & 0o777 == 0o644


def test_a_piece_that_was_cut_off_or_changed_is_none(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    place = shelf.put(made(tmp_path / "try", "a whole picture"), KEY)
    for broken in ("", "a whole", "a whole pictURE"):
        place.write_text(broken)
        assert shelf.find(KEY) is None
        assert not is_whole(place)
    assert shelf.put(made(tmp_path / "try", "a whole picture"), KEY) == place
    assert shelf.find(KEY) == place


def test_the_same_piece_put_twice_is_one(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.put(made(tmp_path / "one", "x"), KEY) == shelf.put(made(tmp_path / "two", "x"), KEY)
    assert len([place for place in tmp_path.iterdir() if place.is_file()]) == 1


def test_two_that_differ_do_not_fight(tmp_path: Path) -> None:
    """An encoder that gives other bytes each time makes two pieces; either will do, and always the same is taken."""
    shelf = Shelf(tmp_path)
    places = {shelf.put(made(tmp_path / "one", text), KEY) for text in ("x", "y")}
    assert len(places) == 2
    assert shelf.find(KEY) == min(places)
    min(places).write_text("broken")
    assert shelf.find(KEY) == max(places)


def test_a_piece_that_is_gone_is_not_whole(tmp_path: Path) -> None:
    assert not is_whole(tmp_path / "part-x-y.mp4")
