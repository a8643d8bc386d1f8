"""No path of the server's disks leaves it; everything else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.shown import paths_in, without_paths

PLAIN = [
    "",
    "make 3 clips",
    "1/2 and 24/7, and/or",
    "see https://example.com/a/b/c.html for more",
    "a ratio of 9:16 or w/h",
    "half a second.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_texts_without_a_path_stay(text: str) -> None:
    assert without_paths(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/ana/clip.mp4", "clip.mp4"),
        ("/home/ana/my clips/the best.mp4", "the best.mp4"),
        ("/home/ana/secret%20plans/%C8%99i.mp4", "și.mp4"),
        ("/home/ana/", "ana"),
        ("The file /srv/data/x.mp4 is broken.", "The file x.mp4 is broken."),
        ("'/srv/data/x.mp4' is broken", "'x.mp4' is broken"),
        ("sqlite:////srv/data/x.db cannot be used", "sqlite:////srv/data/x.db cannot be used"),
        ("~/clips/x.mp4 is there", "x.mp4 is there"),
        ("from /a/b/c.mp4 to /d/e/f.mp4", "from c.mp4 to f.mp4"),
    ],
)
def test_a_path_is_only_its_last_name(text: str, expected: str) -> None:
    assert without_paths(text) == expected


def test_known_paths_are_found_whole_even_with_spaces() -> None:
    known = set(paths_in({"files": ["/home/John%20Doe/a%20b.mp4"], "count": 3, "words": ["x/y"]}))
    said = "/home/John Doe/a b.mp4 is fine, /home/John Doe/c d.mp4 is not."
    assert without_paths(said, known) == "a b.mp4 is fine, c d.mp4 is not."


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_characters="/")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_json_without_slashes_stays_as_it_is(value: object) -> None:
    assert without_paths(value) == value


@given(st.lists(st.text(st.characters(exclude_characters="/", codec="utf-8"), min_size=1), min_size=2), st.text())
def test_no_folder_of_a_known_path_is_left(names: list[str], around: str) -> None:
    path = "/top secret folder/" + "/".join(names)
    told = without_paths(f"{around}: {path}.", set(paths_in(path)))
    assert "top secret folder/" not in told
