"""The documentation names every command, option, setting and exit status that there is."""

import re
from pathlib import Path

import pytest
import typer

from app.cli.program import cli
from app.config import Settings
from app.errors import EditFactoryError

DOCS = Path(__file__).parents[3] / "docs" / "cli.md"
COMMANDS = typer.main.get_group(cli).commands


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert name in text
    assert COMMANDS[name].help
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            assert not option.startswith("-") or f"`{option}`" in text or option in {"--lang"}, option


def test_every_option_has_a_help_text() -> None:
    for command in COMMANDS.values():
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{command.name} {parameter.name}"


def test_every_setting_is_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`{name}`" in text, name


def test_every_exit_status_is_documented() -> None:
    statuses = {int(number) for number in re.findall(r"^\| (\d+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)}
    kinds = [EditFactoryError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {kind.exit_status for kind in kinds} | {0} == statuses
