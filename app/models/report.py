"""What a render did, and what the check of the finished clip found."""

from typing import Self

from app.errors import CheckFailed
from app.models.base import Record


class Loudness(Record):
    """Integrated loudness in LUFS and true peak in dBTP (EBU R 128); None where nothing sounds."""

    integrated: float | None = None
    true_peak: float | None = None


class RenderReport(Record):
    """What one render made: `frames` encoded in `parts` encoder runs, the clip's bytes, and what it measured.

    `seconds` is wall time by step: sound, picture, join. `notes` say what a person should know of the result.
    """

    frames: int
    parts: int
    encoded_bytes: int
    seconds: dict[str, float]
    loudness: Loudness
    notes: tuple[str, ...] = ()


class SoundReport(Record):
    """The finished sound of a clip: how loud it is, the wall seconds it took, and what a person should know of it."""

    loudness: Loudness
    seconds: float
    notes: tuple[str, ...] = ()


class PartsReport(Record):
    """A clip's picture: its `frames` and `parts`, how many of these this run `encoded`, with how many frames, and the
    wall seconds. The others were there, from an earlier try or another clip."""

    frames: int
    parts: int
    encoded: int
    encoded_frames: int
    seconds: float


class MuteReport(Record):
    """What was turned down: the spans, the share of amplitude kept in them, the seconds they cover of `duration`."""

    spans: int
    keep: float
    seconds: float
    duration: float


class CheckItem(Record):
    """One thing that was looked at: whether it is as it should be, and what was measured, for a person."""

    name: str
    ok: bool
    detail: str


class CheckReport(Record):
    """All that was looked at in one finished clip."""

    items: tuple[CheckItem, ...]

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be."""
        return all(item.ok for item in self.items)

    def require(self) -> Self:
        """Return the report, or raise `CheckFailed` with the first reasons."""
        if self.ok:
            return self
        failed = [item for item in self.items if not item.ok]
        reasons = "; ".join(f"{item.name}: {item.detail}" for item in failed[:3])
        more = f" (and {len(failed) - 3} more)" if len(failed) > 3 else ""
        raise CheckFailed(
            f"The finished clip is not as it should be: {reasons}{more}.",
            hint="Render it again; if it fails again, another --seed takes other parts of the footage.",
            subject=failed[0].name,
        )
