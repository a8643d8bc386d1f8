"""The logo that a request's brand names: looked at once, remembered by content, and told to the edit document."""

from pathlib import Path

from app.config import Settings
from app.errors import InputError
from app.media.containers import shown
from app.media.probe import probe
from app.models.control import Control
from app.models.edit import SourceRef
from app.models.make import MakeRequest
from app.services.sources import SourceIndex
from app.workflows.jobs.records import Source


def probe_logo(request: MakeRequest, settings: Settings, control: Control) -> Source | None:
    """Return the file of the brand's logo, None without one.

    Raises `InputError` for a film, and what `probe` raises.
    """
    logo = request.brand.logo if request.brand else None
    if logo is None:
        return None
    info = probe(logo.file, max_pixels=settings.max_pixels, control=control)
    if not info.still:
        raise InputError(
            f"{shown(logo.file)} is not a picture, so it cannot be the logo.",
            hint="Give a PNG (with transparency), JPEG, WebP or HEIC.",
            subject="logo.file",
            code="bad_brand",
        )
    SourceIndex(settings).remember(logo.file, info)
    return Source(logo.file, info)


def logo_ref(logo: Source, footage: frozenset[str]) -> SourceRef:
    """Return the logo as a source of an edit whose `footage` has these content hashes.

    Raises `InputError` (logo_is_footage) for one file in both parts.
    """
    if logo.info.content_hash in footage:
        raise InputError(
            f"{shown(logo.path)} is the logo, and among the footage too.",
            hint="Keep the logo in another folder than the footage.",
            subject="logo.file",
            code="logo_is_footage",
        )
    return SourceRef(
        content_hash=logo.info.content_hash,
        name=shown(Path(logo.path.name)),
        duration=0.0,
        has_audio=False,
        kind="logo",
    )
