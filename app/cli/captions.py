"""`edit-factory captions`: a file of captions looked at, written again as it should be, put into a clip."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from app.cli.output import console, plain, print_json
from app.cli.texts import read_bytes
from app.config import load_settings
from app.editing.subtitles.mending import mended
from app.editing.subtitles.reading import MOST_MB, read_subtitles
from app.editing.subtitles.writing import write_subtitles
from app.errors import InputError
from app.models.subtitles import Finding, Subtitles
from app.workflows.clips.content import styled
from app.workflows.clips.from_srt import with_srt
from app.workflows.clips.newer import write_newer
from app.workflows.export import write_new
from app.workflows.render import load_edit

File = Annotated[Path, typer.Argument(help="An SRT or WebVTT file.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

WRONG = 2
"""Exit status when something is wrong with the file."""

commands = typer.Typer(help="Check, mend and use files of captions (SRT, WebVTT).", no_args_is_help=True)


@commands.command("check")
def check_command(file: File, as_json: Json = False) -> int:
    """Say what is wrong with a file of captions, line by line. Ends with 2 when something is."""
    read = _read(file)
    if as_json:
        print_json({"ok": read.ok, "file": str(file), **_told(read)})
    else:
        _print(file, read)
    return 0 if read.ok else WRONG


@commands.command("repair")
def repair_command(
    file: File,
    out: Annotated[Path, typer.Option(help="The SRT file to write; one that is there is not written over.")],
    as_json: Json = False,
) -> int:
    """Write a file of captions again as SRT: in order, none overlapping, each with text and length."""
    read = _read(file)
    cues = mended(read.cues)
    if not cues:
        raise InputError(
            f"There is no caption in {file} that can be read.",
            hint="edit-factory captions check FILE says what is wrong with it.",
            subject="file",
            code="srt_empty",
        )
    write_new(out, write_subtitles(cues))
    if as_json:
        print_json({"ok": True, "file": str(out), "written": len(cues), **_told(read)})
    else:
        _print(file, read)
        console.print(f"{len(cues)} captions are in {out}.", markup=False)
    return 0


@commands.command("put")
def put_command(
    file: File,
    edit: Annotated[Path, typer.Argument(help="A NAME.edit.json that make wrote.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The edit document to write, such as new.edit.json.")],
    style: Annotated[str | None, typer.Option("--captions", help="Another style; off: not in the picture.")] = None,
    lang: Annotated[str | None, typer.Option(help="The language they are in, such as ro, if it is another.")] = None,
    as_json: Json = False,
) -> int:
    """Put a file's captions into a clip's edit, in the place of its own; render makes the clip of it."""
    before, settings = load_edit(edit), load_settings()
    done = with_srt(before, _bytes(file), language=lang)
    newer = styled(done.edit, style) if style else done.edit
    written = write_newer(before, newer, out, settings)
    if as_json:
        findings = [finding.model_dump() for finding in done.findings]
        print_json({"ok": True, "file": str(out), "identity": written.identity, "findings": findings})
        return 0
    _print_findings(done.findings)
    console.print(f"{out} has the captions; edit-factory render {out} makes the clip.", markup=False)
    return 0


def _read(file: Path) -> Subtitles:
    return read_subtitles(_bytes(file))


def _bytes(file: Path) -> bytes:
    try:
        data = read_bytes(file, MOST_MB << 20)
    except OSError as error:
        raise _unread(file, f"{error.strerror}.") from error
    if data is None:
        raise _unread(file, f"it is larger than {MOST_MB} MB.")
    return data


def _unread(file: Path, why: str) -> InputError:
    hint = "Name an SRT or WebVTT file."
    return InputError(f"{file} cannot be read: {why}", hint=hint, subject="file", code="srt_unreadable")


def _told(read: Subtitles) -> dict[str, Any]:
    return {
        "kind": read.kind,
        "encoding": read.encoding,
        "captions": len(read.cues),
        "errors": _plainly(read.errors),
        "warnings": _plainly(read.warnings),
        "repairs": _plainly(read.repairs),
        "untold": read.untold,
    }


def _plainly(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [finding.model_dump(exclude={"level"}) for finding in findings]


def _print(file: Path, read: Subtitles) -> None:
    _print_findings(read.findings)
    more = f", and {read.untold} more of the same" if read.untold else ""
    verdict = "nothing is wrong" if read.ok else f"{len(read.errors)} errors"
    console.print(f"{file}: {len(read.cues)} captions, {verdict}{more}.", markup=False)


def _print_findings(findings: tuple[Finding, ...]) -> None:
    if not findings:
        return
    table = Table("Line", "", "What", "Code")
    for finding in findings:
        table.add_row(str(finding.line), finding.level, Text(plain(finding.message)), finding.code)
    console.print(table)
