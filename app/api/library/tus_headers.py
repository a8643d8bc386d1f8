"""What the headers of the tus protocol (version 1.0.0) say, read and written."""

import base64
import binascii
from collections.abc import Mapping
from email.utils import format_datetime

from app.errors import InputError
from app.models.library.media import KINDS, MediaKind, Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
PARTS = "application/offset+octet-stream"

ALGORITHMS: Mapping[str, int] = {"sha1": 20, "sha256": 32}
"""Hashes of a part that may come along, with their bytes."""

_LARGEST = 2**62
_LONGEST = 4_096


def number(name: str, said: str | None) -> int:
    """Return a count of bytes. Raises `InputError` (tus_header) for anything else."""
    if said is None or not said.isascii() or not said.isdecimal() or len(said) > 19 or int(said) > _LARGEST:
        raise bad_header(name, "It is a number of bytes, 0 or more.")
    return int(said)


def metadata(said: str | None) -> dict[str, str]:
    """Return the pairs of `Upload-Metadata`: keys, and values in base64. Raises `InputError` (tus_header)."""
    if not said:
        return {}
    if len(said) > _LONGEST:
        raise bad_header("Upload-Metadata", f"It may have {_LONGEST} letters.")
    found = {}
    for pair in said.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise bad_header(
                "Upload-Metadata", "Write pairs of a key and a value in base64, commas between."
            ) from error
    if "" in found or any("\0" in value for value in found.values()):
        raise bad_header("Upload-Metadata", "Write pairs of a key and a value in base64, commas between.")
    return found


def kind_said(pairs: Mapping[str, str]) -> MediaKind | None:
    """Return what an upload is to be, as its metadata say. Raises `InputError` (tus_header)."""
    said = pairs.get("kind")
    if not said:
        return None
    for kind in KINDS:
        if kind == said:
            return kind
    raise bad_header("Upload-Metadata", f"The kind is one of: {', '.join(KINDS)}.")


def checksum(said: str | None) -> tuple[str, bytes] | None:
    """Return the algorithm and hash of `Upload-Checksum`, or None. Raises `InputError` (tus_header)."""
    if said is None:
        return None
    algorithm, _, text = said.strip().partition(" ")
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS.get(algorithm):
        raise bad_header("Upload-Checksum", f"Write one of {', '.join(ALGORITHMS)}, a space, and the hash in base64.")
    return algorithm, digest


def about(upload: Upload) -> dict[str, str]:
    """Return the headers that tell how far an upload is."""
    told = {"Upload-Offset": str(upload.received), "Cache-Control": "no-store"}
    if upload.length is not None:
        told["Upload-Length"] = str(upload.length)
    if sent := upload.metadata.get("tus"):
        told["Upload-Metadata"] = sent
    if upload.state == "receiving":
        told["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
    return told


def bad_header(name: str, hint: str) -> InputError:
    """Return the error for a header that is missing or cannot be read."""
    return InputError(f"The header {name} is missing or wrong.", hint=hint, subject=name, code="tus_header")
