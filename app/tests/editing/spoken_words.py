"""A voice that says given words, half a second each."""

from collections.abc import Sequence

from app.models.voice import TimedToken

SECONDS_A_WORD = 0.5


def said(text: str) -> list[TimedToken]:
    """Return the words of `text` as timed tokens; clauses end where the punctuation says."""
    return [
        TimedToken(
            index=n,
            text=word,
            start=n * SECONDS_A_WORD,
            end=(n + 1) * SECONDS_A_WORD - 0.05,
            breaks_after=word[-1] in ".,;!?",
        )
        for n, word in enumerate(text.split())
    ]


def frame_of(tokens: Sequence[TimedToken], word: str) -> int:
    """Return the frame in which `word` begins."""
    return round(next(token.start for token in tokens if token.text.strip(".,") == word) * 30)
