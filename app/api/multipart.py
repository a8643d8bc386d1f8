"""Forms with files (multipart/form-data), read while they come: a part is told in pieces, and none is kept here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.errors import InputError

_TYPE = b"multipart/form-data"
_MOST_PARTS = 1_000


@dataclass(frozen=True)
class PartHead:
    """The beginning of a part: the field's name, and the file's, where it is one."""

    field: str
    filename: str | None


Piece = PartHead | bytes | Literal["end"]
"""What a form is told as: for each part its head, its bytes piece by piece, its end."""


async def pieces_of(content_type: str | None, stream: AsyncIterator[bytes]) -> AsyncIterator[Piece]:
    """Yield the pieces of a form, in order. Raises `InputError`: not_a_form, bad_form."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != _TYPE or not boundary:
        raise InputError(
            "A form with files is sent as multipart/form-data with a boundary.",
            hint="Let your program make the form, such as curl -F file=@clip.mp4.",
            subject="Content-Type",
            code="not_a_form",
        )
    reader = _Reader(boundary)
    async for chunk in stream:
        for piece in reader.read(chunk):
            yield piece
    reader.finish()


class _Reader:
    """The parser of one form: what its callbacks tell of a chunk, it gives at once."""

    def __init__(self, boundary: bytes) -> None:
        self._told: list[Piece] = []
        self._headers: dict[str, bytes] = {}
        self._name = self._value = b""
        self._parts = 0
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._field,
                    "on_header_value": self._of_header,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                    "on_part_end": lambda: self._told.append("end"),
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _broken() from error

    def read(self, chunk: bytes) -> list[Piece]:
        """Return the pieces that the chunk holds."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _broken() from error
        told, self._told = self._told, []
        return told

    def finish(self) -> None:
        """Raise `InputError` when the form is not whole."""
        if not self._whole:
            raise _broken()

    def _begin(self) -> None:
        self._headers = {}
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise InputError(
                f"The form has more than {_MOST_PARTS} parts.", hint="Send fewer.", subject="body", code="bad_form"
            )

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _of_header(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name = self._value = b""

    def _headers_end(self) -> None:
        kind, options = parse_options_header(self._headers.get("content-disposition", b""))
        name = options.get(b"name")
        if kind != b"form-data" or name is None:
            raise _broken()
        filename = options.get(b"filename")
        self._told.append(PartHead(_text(name), _text(filename) if filename is not None else None))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._told.append(data[start:end])

    def _end(self) -> None:
        self._whole = True


def _text(value: bytes) -> str:
    """Return a name: browsers write UTF-8, and escape quotes and line ends as in addresses."""
    return value.decode("utf-8", "replace").replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _broken() -> InputError:
    return InputError(
        "The form cannot be read: it is broken, or not whole.", hint="Send it again.", subject="body", code="bad_form"
    )
