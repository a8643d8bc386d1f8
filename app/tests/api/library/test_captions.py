"""Files of captions are checked and mended over HTTP; whatever they hold, there is an answer."""

import pytest

from app.editing.subtitles.reading import read_subtitles
from app.tests.api.conftest import Ask

CHECK = "/api/v1/library/captions/check"
JSON = {"content-type": "application/json"}
WRONG = "1\n00:00:05.000 --> 00:00:07.000\nșase\n\n2\n00:00:01,000 --> 00:00:05,500\ncinci\n"


def test_what_is_found_is_told_by_line_and_mended(ask: Ask) -> None:
    told = ask("POST", CHECK, json={"srt_content": WRONG}).json()
    assert (told["ok"], told["kind"], told["captions"], told["untold"]) == (False, "srt", 2, 0)
    assert [(found["level"], found["code"], found["line"]) for found in told["findings"]] == [
        ("repair", "time_format", 2),
        ("error", "out_of_order", 6),
    ]
    assert [cue.text for cue in read_subtitles(told["repaired"]).cues] == ["cinci", "șase"]
    assert ask("POST", CHECK, json={"srt_content": told["repaired"]}).json()["ok"] is True


@pytest.mark.parametrize("content", ["", "\0", "-->" * 9_000, "1\n0:0:1 --> \x1b\n", "<" * 50_000, f"{WRONG * 500}"])
def test_anything_has_an_answer(ask: Ask, content: str) -> None:
    answer = ask("POST", CHECK, json={"srt_content": content})
    assert answer.status_code == 200
    assert answer.json()["ok"] is False


def test_fifty_megabytes_are_refused_before_they_are_read(ask: Ask) -> None:
    answer = ask("POST", CHECK, json={"srt_content": WRONG * 700_000})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_half_of_a_letter_is_no_text(ask: Ask) -> None:
    answer = ask("POST", CHECK, content=b'{"srt_content": "1\\n0:0:1 --> \\ud800"}', headers=JSON)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "body", [{}, {"srt_content": 1}, {"srt_content": "x", "more": 1}, {"srt_content": "x" * 900_001}]
)
def test_other_bodies_are_refused(ask: Ask, body: dict[str, object]) -> None:
    answer = ask("POST", CHECK, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
