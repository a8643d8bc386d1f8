"""Names of files as people give them, and as they are shown again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.library.names import LONGEST, plain_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("plajă.mp4", "plajă.mp4"),
        ("pla\u006a\u0061\u0306.mp4", "plajă.mp4"),
        ("C:\\Users\\me\\a b.mov", "a b.mov"),
        ("../../etc/passwd", "passwd"),
        ("folder/", "folder"),
        ("  a\t\n b .mp4 ", "a b .mp4"),
        ("\u202egpj.exe\u2069", "gpj.exe"),
        ("nul\0\x1b[31m.mp4", "nul[31m.mp4"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("///", "unnamed"),
        ("\u200b\u200b", "unnamed"),
        ("☕.mp4", "☕.mp4"),
    ],
)
def test_a_name_is_one_line_that_can_be_shown(given_name: str, shown: str) -> None:
    assert plain_name(given_name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert plain_name("x" * 900 + ".webm") == "x" * (LONGEST - 5) + ".webm"
    assert plain_name("x." + "y" * 900) == "x." + "y" * (LONGEST - 2)


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_leads_nowhere_and_stays_itself(name: str) -> None:
    shown = plain_name(name)
    assert shown and shown.isprintable() and len(shown) <= LONGEST
    assert "/" not in shown and "\\" not in shown and shown not in {".", ".."}
    assert plain_name(shown) == shown
