"""What is told of a file: every code once, documented, never more than can be read."""

from pathlib import Path

import pytest

from app.editing.subtitles.findings import CODES, MOST_TOLD, Notes

DOCS = Path(__file__).parents[4] / "docs" / "captions.md"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_documented(code: str) -> None:
    assert f"`{code}`" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize(("level", "message"), CODES.values())
def test_messages_are_sentences(level: str, message: str) -> None:
    assert level in {"error", "warning", "repair"}
    assert message[0].isupper() or message.startswith("{")
    assert message.endswith(".")


def test_the_first_of_each_code_are_told_and_the_others_counted() -> None:
    notes = Notes()
    for line in range(MOST_TOLD + 7, 0, -1):
        notes.add("tags", line)
    notes.add("overlap", 3, by=20)
    assert len(notes.findings) == MOST_TOLD + 1
    assert notes.untold == 7
    assert [finding.line for finding in notes.findings] == sorted(finding.line for finding in notes.findings)
    (overlap,) = (finding for finding in notes.findings if finding.code == "overlap")
    assert overlap.message == "The caption begins 20 ms before the end of one above it."
