"""`edit-factory make`: the main job."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from app.cli.marks import marks_given
from app.cli.options import read_brand_file, read_music, read_script, read_source_sound, read_transition
from app.cli.output import cancellable, console, live_progress, print_json
from app.config import Settings, load_settings
from app.editing.script.spoken import split_scripts
from app.errors import InputError
from app.models.make import ClipResult, MakeRequest, MakeResult
from app.services.sources import gather
from app.workflows.make import make

_LEAST_SHARED = 0.05
"""Seconds of footage two clips must share before it is printed: less is a frame or two."""
_MOST_PAIRS = 10

Words = Annotated[int | None, typer.Option(help="Words on screen at a time, 1 to 5.")]


def make_command(
    footage: Annotated[list[Path], typer.Argument(help="Videos, photographs, or folders of them.", show_default=False)],
    script: Annotated[
        str | None, typer.Option(help="A file or the text itself; a line of --- separates one script per clip.")
    ] = None,
    count: Annotated[int | None, typer.Option("-n", "--count", help="How many different clips, 1 to 20.")] = None,
    duration: Annotated[
        float | None, typer.Option(help="Seconds: the length without a script, the budget with one.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the script, such as ro; else detected.")] = None,
    voice: Annotated[str | None, typer.Option(help="A voice of `edit-factory voices`; else the offline one.")] = None,
    speed: Annotated[float | None, typer.Option(help="Speed of the voice, 0.5 to 2.")] = None,
    preset: Annotated[str | None, typer.Option(help="Where it is published: see `edit-factory presets`.")] = None,
    quality: Annotated[str | None, typer.Option(help="draft, standard or high.")] = None,
    captions: Annotated[
        str | None, typer.Option(help="A style of edit-factory styles, such as bold or karaoke; or off.")
    ] = None,
    words_per_cue: Words = None,
    framing: Annotated[str | None, typer.Option(help="auto, crop, blur or fit.")] = None,
    source_sound: Annotated[
        str, typer.Option(help="The footage's own sound: off, -12, 30%, muted, muted:20% or ambience; docs/cli.md.")
    ] = "off",
    music: Annotated[Path | None, typer.Option(help="A file of music to put under the clips.")] = None,
    music_level: Annotated[float | None, typer.Option(help="Decibels beside the voice (default -14).")] = None,
    music_start: Annotated[float | None, typer.Option(help="Second of the music to begin at (default 0).")] = None,
    marks: Annotated[Path | None, typer.Option(help="What you marked in the footage: see docs/marks.md.")] = None,
    keywords: Annotated[
        list[str] | None, typer.Option(help='Show a file where its words are said: "name.mp4=cafea, espresso".')
    ] = None,
    transition: Annotated[
        str, typer.Option(help="cut, dissolve or dip (to black): at sentences' ends, without a voice at every cut.")
    ] = "cut",
    transition_frames: Annotated[int | None, typer.Option(help="Its length in frames, 2 to 60 (default 10).")] = None,
    pauses: Annotated[float | None, typer.Option(help="Seconds: longer pauses of the voice are shortened.")] = None,
    brand: Annotated[Path | None, typer.Option(help="A TOML file of your brand: see docs/brand.md.")] = None,
    over_length: Annotated[
        str, typer.Option(help="When the voice is too long even at 1.15: error, or keep it as it is.")
    ] = "error",
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every frame of the footage, which takes longer.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when fewer differing clips are possible.")] = False,
    allow_alike: Annotated[
        bool, typer.Option("--allow-alike", help="Take clips that look alike, when they share little footage.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another number, another choice; the same number, the same clips.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out: Annotated[Path, typer.Option(help="Folder for the clips.")] = Path("clips"),
) -> int:
    """Make finished vertical clips from footage and a script."""
    settings = load_settings(
        lang=lang, voice=voice, speed=speed, preset=preset, quality=quality,
        captions=captions, words_per_cue=words_per_cue, framing=framing, duration=duration,
    )  # fmt: skip
    scripts = tuple(split_scripts(text) or [""]) if (text := read_script(script)) is not None else ()
    gathered = gather(footage)
    request = _request(
        settings,
        files=gathered.files,
        optional=frozenset(gathered.files) - gathered.named,
        scripts=scripts,
        count=count if count is not None else max(1, len(scripts)),
        source_sound=read_source_sound(source_sound),
        music=read_music(music, music_level, music_start),
        marks=marks_given(marks, keywords or ()),
        brand=read_brand_file(brand),
        transition=read_transition(transition, transition_frames),
        pauses=pauses,
        over_length=over_length,
        thorough=thorough,
        strict=strict,
        allow_alike=allow_alike,
        seed=seed,
        out=out,
    )
    with cancellable() as control, live_progress(quiet=as_json) as listener:
        result = make(request, settings, listener, control)
    if as_json:
        print_json({"ok": all(clip.ok for clip in result.clips), **result.model_dump(mode="json")})
    else:
        print_summary(result, out)
    return 0 if all(clip.ok for clip in result.clips) else 6


def _request(settings: Settings, **given: Any) -> MakeRequest:
    try:
        return MakeRequest.model_validate(
            {
                "duration": settings.duration,
                "language": settings.lang,
                "voice": settings.voice,
                "speed": settings.speed,
                "preset": settings.preset,
                "quality": settings.quality,
                "captions": settings.captions,
                "words_per_cue": settings.words_per_cue,
                "framing": settings.framing,
                **given,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise InputError(
            f"{name.replace('_', '-')} cannot be {first.get('input')!r}: {first['msg'].lower()}.",
            hint="See edit-factory make --help.",
            subject=name,
        ) from error


def print_summary(result: MakeResult, out: Path) -> None:
    """Print what was made, what was chosen and why, and what a person should know of it."""
    if result.language:
        how = " (detected; --lang sets it)" if result.language_detected else ""
        console.print(f"Language: {result.language}{how}. Voice: {result.voice}.", markup=False)
    for clip in result.clips:
        _print_clip(clip)
    if result.possible < result.asked:
        console.print(f"possible: {result.possible} of {result.asked} differing clips with this footage", markup=False)
    _print_likeness(result)
    for note in result.notes:
        console.print(f"Note: {note}", markup=False)
    times = ", ".join(f"{step.step} {step.seconds:.1f} s" for step in result.steps)
    console.print(f"Took: {times}", markup=False)
    done = sum(clip.ok for clip in result.clips)
    cost = result.cost_microdollars / 1_000_000
    console.print(f"[bold]{done} of {len(result.clips)} clips are in {escape(str(out))}[/bold]. Cost: ${cost:.2f}.")


def _print_likeness(result: MakeResult) -> None:
    """Print how alike the clips are: the pairs that share footage, or else the two that look most alike."""
    shared = sorted((pair for pair in result.shared if pair.seconds >= _LEAST_SHARED), key=lambda pair: -pair.seconds)
    likest = max(result.shared, key=lambda pair: pair.alike, default=None)
    for pair in shared[:_MOST_PAIRS] or ([likest] if likest else []):
        console.print(
            f"{pair.first} and {pair.second} share {pair.seconds:.1f} s of footage; {pair.alike:.0%} looks alike;"
            f" their openings differ in {pair.opening_bits} of 64 bits",
            markup=False,
        )
    if len(shared) > _MOST_PAIRS:
        console.print(f"{len(shared) - _MOST_PAIRS} more pairs share less: see --json", markup=False)


def _print_clip(clip: ClipResult) -> None:
    if clip.error:
        console.print(
            f"[red]{clip.name}: failed[/red]: {escape(clip.error['message'])} [dim]{clip.error['code']}[/dim]"
        )
        return
    checks = clip.checks.items if clip.checks else ()
    passed = sum(check.ok for check in checks)
    console.print(f"[green]{clip.name}[/green]: {clip.seconds:.2f} s, {passed} of {len(checks)} checks passed")
    for shot in clip.shots:
        console.print(f"   {shot.seconds:4.1f} s  {shot.reason}", markup=False)
    for note in clip.notes:
        console.print(f"   Note: {note}", markup=False)
