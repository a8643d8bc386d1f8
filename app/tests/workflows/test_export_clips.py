"""Names in a ZIP: those of the clips, as every file system takes them, each once."""

from app.workflows.export_clips import unique_names


def test_names_stay_as_they_are_where_they_can() -> None:
    names = ["Cafea proaspătă", "Ceai & țuică", "日本"]
    assert list(unique_names(names)) == names


def test_no_two_have_the_same_name_whatever_a_file_system_thinks_is_the_same() -> None:
    names = ["clip", "Clip", "clip 2", "clip", "ș", "s\u0326"]
    found = list(unique_names(names))
    assert found == ["clip", "Clip 2", "clip 2 2", "clip 3", "ș", "ș 2"]
    assert len({name.casefold() for name in found}) == len(names)


def test_names_are_no_paths_and_hold_nothing_that_a_system_forbids() -> None:
    names = ["../../etc/passwd", "a:b*c?", "...", "", "tab\there. ", "C:\\x\\y"]
    found = list(unique_names(names))
    assert found == ["passwd", "a-b-c-", "clip", "clip 2", "tab here", "y"]
