"""`probe`, `presets`, `styles`, `voices`, `doctor`: what there is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from app.cli.output import console, print_json
from app.config import load_settings
from app.data import caption_styles, presets
from app.media.probe import probe
from app.services import speech
from app.services.doctor import examine

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def probe_command(
    file: Annotated[Path, typer.Argument(help="A media file.", show_default=False)], as_json: Json = False
) -> None:
    """Say what a media file is: length, rate, size, rotation, codec, sound."""
    info = probe(file, max_pixels=load_settings().max_pixels)
    if as_json:
        print_json({"ok": True, "file": str(file), **info.model_dump(mode="json")})
        return
    for name, value in info.model_dump(mode="json").items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {part}" for key, part in value.items())  # noqa: PLW2901 - the same, as text
        console.print(f"{name.replace('_', ' '):<22}{value}", markup=False)


def presets_command(as_json: Json = False) -> None:
    """List the places of publication that clips are made for."""
    if as_json:
        print_json({"ok": True, "presets": [preset.model_dump(mode="json") for preset in presets().values()]})
        return
    table = Table("Preset", "For", "Size", "At most")
    for preset in presets().values():
        longest = f"{preset.max_seconds:g} s" if preset.max_seconds else "any length"
        table.add_row(preset.name, preset.title, f"{preset.width}x{preset.height}", longest)
    console.print(table)


def styles_command(as_json: Json = False) -> None:
    """List the styles that captions may have."""
    if as_json:
        print_json({"ok": True, "styles": [style.model_dump(mode="json") for style in caption_styles().values()]})
        return
    table = Table("Style", "How it looks", "Font")
    for style in caption_styles().values():
        table.add_row(style.name, style.title.partition(": ")[2], style.font_family)
    console.print(table)


def voices_command(
    lang: Annotated[str | None, typer.Option(help="Only voices of this language, such as ro.")] = None,
    as_json: Json = False,
) -> None:
    """List the voices that can speak a script."""
    found = [v for v in speech.voices(load_settings()) if lang is None or v.language.split("-")[0] == lang]
    if as_json:
        print_json({"ok": True, "voices": [voice.model_dump(mode="json") for voice in found]})
        return
    table = Table(Column("Voice", overflow="fold", min_width=26), "Language", "Name", "Kind", "Works offline")
    for voice in found:
        table.add_row(voice.id, voice.language, voice.name, voice.quality, "yes" if voice.offline else "no")
    console.print(table)


def doctor_command(as_json: Json = False) -> int:
    """Say what is there (ffmpeg, voices, fonts, space) and how to mend what is not."""
    findings = examine(load_settings())
    healthy = all(finding.ok for finding in findings)
    if as_json:
        print_json({"ok": healthy, "findings": [finding.model_dump(mode="json") for finding in findings]})
    else:
        for finding in findings:
            mark = "[green]ok[/green]     " if finding.ok else "[red]missing[/red]"
            console.print(f"{mark} {finding.name:<12}", end="")
            console.print(finding.detail, markup=False)
            if finding.mend:
                console.print(f"                     {finding.mend}", markup=False)
    return 0 if healthy else 8
