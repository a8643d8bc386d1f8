"""The original interface of checking SRT: what is wrong by line, what is read all the same, and what is mended."""

import pytest

from app.services.srt_validator import SRTValidator, parse, repair, validate_content, validate_srt

GOOD = "1\n00:00:00,000 --> 00:00:01,500\nȚesături și\nșireturi\n\n2\n00:00:01,500 --> 00:00:03,000\nla 49,99 lei\n"
WRONG = (
    "1\n00:00:05,000 --> 00:00:07,000\nafter\n\n"
    "2\n00:00:01,000 --> 00:00:03,000\nbefore\n\n"
    "3\n00:00:06,000 --> 00:00:06,000\nno length\n"
)


def test_a_good_file_is_good() -> None:
    assert validate_srt(GOOD) == (True, [])


def test_what_is_wrong_is_told_by_line_with_a_code() -> None:
    ok, errors = validate_srt(WRONG)
    assert not ok
    assert [error.partition(":")[0] for error in errors] == ["line 6", "line 10", "line 10"]
    assert [error.rpartition(" ")[2] for error in errors] == ["[out_of_order]", "[overlap]", "[zero_length]"]


def test_the_report_has_all_of_it() -> None:
    report = validate_content(b"\xef\xbb\xbf" + WRONG.replace(",", ".").replace("no length", "").encode())
    assert report["ok"] is False
    assert (report["kind"], report["encoding"], report["cues"], report["untold"]) == ("srt", "utf-8", 3, 0)
    assert {found["code"] for found in report["repairs"]} == {"byte_order_mark", "time_format"}
    assert report["warnings"] == [
        {"level": "warning", "code": "empty_caption", "line": 10, "message": "The caption has no text."}
    ]


def test_parse_gives_seconds_and_plain_lines() -> None:
    first, second = parse(GOOD)
    assert first == {"index": 1, "start": 0.0, "end": 1.5, "text": "Țesături și\nșireturi", "line": 2}
    assert second["start"] == 1.5


def test_a_mended_file_has_no_errors_and_stays_as_it_is() -> None:
    once = repair(WRONG)
    assert validate_srt(once) == (True, [])
    assert [cue["text"] for cue in parse(once)] == ["before", "after", "no length"]
    assert repair(once) == once


@pytest.mark.parametrize("nothing", ["", " \n\n", "no time in it", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "1\n2\n3\n"])
def test_what_holds_no_caption_is_wrong_and_gives_nothing(nothing: str | bytes) -> None:
    ok, errors = validate_srt(nothing)
    assert not ok and len(errors) == 1
    assert parse(nothing) == [] and repair(nothing) == ""


def test_the_class_has_the_same_four() -> None:
    validator = SRTValidator()
    assert validator.validate_srt(GOOD) == SRTValidator.validate_srt(GOOD) == (True, [])
    assert validator.validate_content(GOOD)["ok"]
    assert len(validator.parse(GOOD)) == 2
    assert validator.repair(GOOD) == GOOD
