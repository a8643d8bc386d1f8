"""What was sent, as a hash that is the same when it is sent again."""

import hashlib
from email.message import Message


class BodyHash:
    """The hash of a body that comes block by block.

    Parts of a form stand between lines that their sender makes up anew each time: what those say does not count.
    """

    def __init__(self, content_type: str, query: bytes) -> None:
        self._hash = hashlib.sha256(query + b"\0")
        self._line = _boundary(content_type)
        self._held = b""

    def update(self, block: bytes) -> None:
        """Take in the next block."""
        if not self._line:
            self._hash.update(block)
            return
        text = (self._held + block).replace(self._line, b"\n--\n")
        kept = _begun(text, self._line)
        self._hash.update(text[: len(text) - kept])
        self._held = text[len(text) - kept :]

    def hexdigest(self) -> str:
        """Return the hash of all that came."""
        whole = self._hash.copy()
        whole.update(self._held)
        return whole.hexdigest()


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["Content-Type"] = content_type
    if message.get_content_maintype() != "multipart":
        return b""
    boundary = message.get_boundary("")
    return b"--" + boundary.encode("latin-1", "replace") if boundary else b""


def _begun(text: bytes, line: bytes) -> int:
    """Return how many bytes at the end of `text` may be the beginning of `line`."""
    longest = min(len(text), len(line) - 1)
    return next((size for size in range(longest, 0, -1) if line.startswith(text[-size:])), 0)
