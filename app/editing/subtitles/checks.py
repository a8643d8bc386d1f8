"""What is wrong or doubtful about captions that could be read: their order, their lengths, how fast they are."""

from collections.abc import Sequence

from app.editing.subtitles.findings import Notes
from app.models.subtitles import SubtitleCue

FASTEST = 25
"""Letters a second. Netflix asks for at most 20 in programmes for adults (its Timed Text Style Guide for English);
voice-overs of short clips, whose captions hold two or three words, go above that now and then."""


def check(cues: Sequence[SubtitleCue], notes: Notes) -> None:
    """Note every caption that is out of order, overlaps, has no length, no text, or is too fast to read."""
    latest, before = 0, 0
    for cue in cues:
        start, end, text, line = cue[:4]
        if start < before:
            notes.add("out_of_order", line)
        elif start < latest:
            notes.add("overlap", line, by=latest - start)
        if end == start:
            notes.add("zero_length", line)
        elif end < start:
            notes.add("negative_length", line, by=start - end)
        elif len(text) * 1000 > FASTEST * (end - start):
            notes.add("too_fast", line, rate=round(len(text) * 1000 / (end - start)), most=FASTEST)
        if not text:
            notes.add("empty_caption", line)
        before = start
        latest = max(latest, end)
