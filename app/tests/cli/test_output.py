"""Progress of a command: a moving bar on a terminal, a line for each step elsewhere, both with the time left."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from app.cli import output


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    shown = io.StringIO()
    monkeypatch.setattr(output, "errors", Console(file=shown, width=120, soft_wrap=True, highlight=False))
    return shown


def test_a_line_for_each_step_says_what_is_left(screen: io.StringIO) -> None:
    with output.live_progress(quiet=False) as listener:
        listener("analyze", 0.0, None)
        listener("analyze", 0.1, 80.0)
        listener("render\x1b[2J", 0.25, 75.0)
        listener("done", 1.0, 0.0)
    assert screen.getvalue().splitlines() == [
        "  0% analyze",
        " 25% render\N{REPLACEMENT CHARACTER}[2J, 1 min left",
        "100% done",
    ]


def test_quiet_is_quiet(screen: io.StringIO) -> None:
    with output.live_progress(quiet=True) as listener:
        listener("analyze", 0.5, 3.0)
    assert screen.getvalue() == ""


def test_a_terminal_shows_step_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=120, force_terminal=True, color_system=None)
    monkeypatch.setattr(output, "errors", console)
    with output.live_progress(quiet=True) as listener:
        listener("render [b]", 0.25, 12.3)
    assert "render [b]" in shown.getvalue() and "25%" in shown.getvalue() and "12 s left" in shown.getvalue()


def test_what_broke_is_kept_without_secrets(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPABASE_KEY", "the-service-key")
    said = "the-service" + "-key was refused"
    try:
        raise ValueError(said)
    except ValueError as error:
        assert output.fail_unexpected(error, as_json=False) == 1
    (kept,) = (data_dir / "logs").glob("error-*.txt")
    text = kept.read_text(encoding="utf-8")
    assert "ValueError: [secret] was refused" in text
    assert "the-service-key" not in text + "".join(capsys.readouterr())
