"""What a person is told of the clips that were made: what is in each, what to know of it, and what they share."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from app.data import caption_styles, presets
from app.editing.choice import Choice
from app.media.containers import shown
from app.media.fonts import unshown_letters
from app.models.edit import Edit
from app.models.make import ChosenShot, ClipResult, Likeness, MakeRequest
from app.models.media import MediaInfo
from app.models.timing import seconds_of
from app.models.voice import Voice
from app.services import speech


def describe(edit: Edit, voice: Voice | None, sources: Mapping[str, tuple[Path, MediaInfo]]) -> ClipResult:
    """Return what is told of a clip before it is rendered: its length, its shots with their reasons, what to know."""
    return ClipResult(
        name=edit.name,
        ok=True,
        seconds=round(edit.seconds, 3),
        frames=edit.frames,
        edit_identity=edit.identity,
        shots=tuple(
            ChosenShot(
                source=shown(Path(sources[shot.source][0].name)),
                start=shot.source_start,
                seconds=round(seconds_of(shot.frames), 3),
                score=shot.score,
                reason=shot.reason,
            )
            for shot in edit.shots
        ),
        cost_microdollars=voice.cost_microdollars if voice else 0,
        notes=tuple(clip_notes(edit)),
    )


def clip_notes(edit: Edit) -> Iterator[str]:
    """Yield what to know of a clip, rendered or not."""
    if edit.captions and edit.captions.burnt:
        text = " ".join(word.text for cue in edit.captions.cues for word in cue.words)
        unshown = unshown_letters(caption_styles()[edit.captions.style], text)
        if unshown:
            yield f"No bundled font can draw {unshown}: it is in the SRT and not in the picture."
    preset = presets()[edit.preset]
    if preset.max_seconds is not None and edit.seconds > preset.max_seconds:
        yield f"{preset.title} takes at most {preset.max_seconds:g} s."


def voice_notes(voices: Sequence[Voice], speaks: str) -> list[str]:
    """Return what to know of the voice: that it is robotic and what would be better, that it speaks another language.

    `speaks` is the voice's own language. All variants have one voice.
    """
    if not voices:
        return []
    voice = voices[0]
    notes = [speech.robotic_note(voice)]
    if speaks.split("-", maxsplit=1)[0] != voice.language:
        notes.append(f"{voice.voice_id} is a voice for {speaks}, and the script is in {voice.language}: --lang sets it")
    return [note for note in notes if note]


def sound_notes(request: MakeRequest, infos: Sequence[MediaInfo]) -> list[str]:
    """Return what to know of the footage's own sound: that it was asked for, and there is none."""
    if request.source_sound.mode == "off" or any(info.audio for info in infos):
        return []
    return ["--source-sound was asked for, and none of the footage has sound"]


def likenesses(choice: Choice, edits: Sequence[Edit]) -> tuple[Likeness, ...]:
    """Return how alike each two clips are. `edits` are in the order of the choice's variants."""
    return tuple(
        Likeness(
            first=edits[a].name,
            second=edits[b].name,
            seconds=choice.variants[a].shared_seconds[b],
            alike=choice.variants[a].alike[b],
            opening_bits=choice.variants[a].opening_bits[b],
        )
        for a, b in combinations(range(len(edits)), 2)
    )
