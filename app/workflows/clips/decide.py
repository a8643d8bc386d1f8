"""From measures and words to edit documents: what a request decides, without any file."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from app.data import caption_styles, find, presets, qualities
from app.editing.brand import brand_notes
from app.editing.candidates import Footage, Usable, longest_slot, usable
from app.editing.captions import make_cues
from app.editing.choice import Choice
from app.editing.document import build_edit, canvas_for
from app.editing.marking import marked
from app.editing.matching import Match, labels_of, spoken_matches
from app.editing.refit import in_order
from app.editing.timing import clip_frames, even_slots, voice_slots
from app.editing.transitions import sentence_starts, transition_notes
from app.editing.variants import choose
from app.errors import ScriptError
from app.media.ass import line_limit
from app.media.fonts import text_measure
from app.models.edit import Captions, Edit, MusicTrack, SourceRef
from app.models.make import MakeRequest
from app.models.timing import frame_nearest
from app.models.voice import SpeechText, Voice

T = TypeVar("T")

DEFAULT_STYLE = "bold"
"""The style whose widths break the lines of captions that go into the SRT only."""


@dataclass(frozen=True)
class Spoken:
    """One script with its voice."""

    text: SpeechText
    voice: Voice


def check_names(request: MakeRequest) -> None:
    """Raise `UnknownName` or `ScriptError` for what the request names and does not exist."""
    find("preset", presets(), request.preset)
    find("quality", qualities(), request.quality)
    if request.captions != "off":
        find("caption style", caption_styles(), request.captions)
    if len(request.scripts) > 1 and len(request.scripts) != request.count:
        raise ScriptError(
            f"There are {len(request.scripts)} scripts for {request.count} clips.",
            hint=f"Ask for -n {len(request.scripts)}, or give one script for all.",
            subject="script",
            code="script_count",
        )


def of_variant(spoken: Sequence[T], number: int) -> T | None:
    """Return what belongs to the script of variant `number`: its own, or the one that all share."""
    return spoken[number if len(spoken) > 1 else 0] if spoken else None


def decide(
    request: MakeRequest,
    footage: Sequence[Footage],
    spoken: Sequence[Spoken],
    music: SourceRef | None = None,
    logo: SourceRef | None = None,
) -> tuple[Choice, list[Edit]]:
    """Return the choice for all variants together, and an edit document for each; `music` and `logo` are of theirs."""
    footage = marked(footage, request.marks)
    found = usable(footage)
    said = [_spoken_of(of_variant(spoken, number), footage) for number in range(request.count)]
    slots = [
        _slots(request, of_variant(spoken, number), number, found, said[number]) for number in range(request.count)
    ]
    choice = choose(footage, slots, request.seed, strict=request.strict, allow_alike=request.allow_alike, spoken=said)
    edits, wanted = [], []
    for place, variant in enumerate(choice.variants):
        one = of_variant(spoken, variant.index)
        # With a script or a pin for one clip its number counts; else those that are possible are counted.
        number = variant.index if len(spoken) > 1 or request.marks.name_clips else place
        at = sentence_starts(one.voice.tokens) if one else None
        cuts = set(accumulate(pick.frames for pick in variant.picks[:-1]))
        wanted.append(cuts if at is None else cuts & at)
        edit = build_edit(
            name=f"clip-{number + 1:02d}",
            picks=variant.picks,
            footage=footage,
            preset=presets()[request.preset],
            quality=qualities()[request.quality],
            framing=request.framing,
            voice=one.voice if one else None,
            captions=_captions(request, one),
            source_sound=request.source_sound,
            music=_music(request, music),
            brand=request.brand,
            beside=tuple(filter(None, [music, logo])),
            transition=request.transition,
            transitions_at=at,
            seed=request.seed,
        )
        edits.append(in_order(edit, footage, request.framing) if request.in_order else edit)
    notes = [*transition_notes([edit.shots for edit in edits], request.transition, wanted)]
    notes += brand_notes(request.brand, edits)
    return choice.evolve(notes=(*choice.notes, *notes)), edits


def _music(request: MakeRequest, music: SourceRef | None) -> MusicTrack | None:
    if request.music is None or music is None:
        return None
    return MusicTrack(source=music.content_hash, start=request.music.start, level_db=request.music.level_db)


def _spoken_of(one: Spoken | None, footage: Sequence[Footage]) -> tuple[Match, ...]:
    return spoken_matches(one.voice.tokens, labels_of(footage), one.voice.language) if one else ()


def _slots(
    request: MakeRequest, one: Spoken | None, number: int, found: Usable, said: Sequence[Match]
) -> tuple[int, ...]:
    seed = request.seed * 1000 + number  # each variant is cut in its own rhythm
    total = clip_frames(one.voice.duration) if one else frame_nearest(request.duration)
    longest = longest_slot(found, total)
    if one is None:
        return even_slots(total, seed, longest)
    preferred = {match.frame: match.weight for match in sorted(said, key=lambda match: match.weight)}
    return voice_slots(one.voice.tokens, total, seed, longest, preferred)


def _captions(request: MakeRequest, one: Spoken | None) -> Captions | None:
    if one is None:
        return None
    burnt = request.captions != "off"
    style = caption_styles()[request.captions if burnt else DEFAULT_STYLE]
    preset = presets()[request.preset]
    canvas = canvas_for(preset, qualities()["standard"])  # a draft breaks its lines where the full picture does
    cues = make_cues(
        one.voice.tokens,
        words_per_cue=request.words_per_cue,
        max_width=line_limit(style, canvas, preset),
        measure=text_measure(style, canvas),
        total_frames=clip_frames(one.voice.duration),
    )
    return Captions(style=style.name, language=one.voice.language, burnt=burnt, cues=cues)
