"""A picture that comes in a request: as multipart, or bare. Streams; keeps nothing.

What comes of the file goes on at once, part by part; nothing of it is kept here, in memory or on
the disk. One file and four small fields are taken, and no more.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from tasted.plain_dataclass import dataclass
from tasted.review.api.problems import RefusedRequest

FIELDS_MAX = 4
FIELD_BYTES_MAX = 65_536
_FILE_FIELD = "file"
_HEADERS_MAX = 8
_HEADER_BYTES_MAX = 2_048
_KNOWN_FIELDS = frozenset({"text", "keep"})


@dataclass(slots=True)
class ReceivedFields:
    """What came beside the file."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str | None = None
    """As the client calls it; for people, and never a path."""
    media_type: str | None = None


class MultipartFile:
    """Takes a multipart body apart.

    Args:
        content_type: with its boundary.

    Raises:
        RefusedRequest: when it names no usable boundary.
    """

    def __init__(self, content_type: str) -> None:
        _kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        self.received = ReceivedFields()
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._name: str | None = None
        self._value = bytearray()
        self._chunks: list[bytes] = []
        self._parts = 0
        self._has_file = False
        self._is_whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_header_name,
                    "on_header_value": self._add_header_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
                max_header_count=_HEADERS_MAX,
                max_header_size=_HEADER_BYTES_MAX,
            )
        except (FormParserError, ValueError) as error:
            raise _malformed("it names no usable boundary") from error
        if not boundary:
            raise _malformed("it names no boundary")

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes of the body, and return those of the file that are among them.

        Raises:
            RefusedRequest: when they are not multipart, or too many parts, or the wrong ones.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _malformed("its parts cannot be told from each other") from error
        chunks, self._chunks = self._chunks, []
        return chunks

    def finish(self) -> None:
        """Take in that the body is over.

        Raises:
            RefusedRequest: when it ended in the middle, or without a file.
        """
        if not self._is_whole:
            raise _malformed("it ends before its last part does")
        if not self._has_file:
            raise RefusedRequest(
                "invalid", "There is no file in it.", "Send the picture as the field `file`."
            )

    # ---- callbacks of the parser ------------------------------------------------------

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > FIELDS_MAX + 1:
            raise RefusedRequest("too_large", f"It has more than {FIELDS_MAX + 1} parts.")
        self._headers, self._value, self._name = {}, bytearray(), None

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"").decode("latin-1")
        kind, options = parse_options_header(disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if kind != b"form-data" or not name:
            raise _malformed("one of its parts has no name")
        if name == _FILE_FIELD:
            if self._has_file:
                raise RefusedRequest("invalid", "There are two files in it, and one is scored.")
            self._has_file = True
            self.received.file_name = options.get(b"filename", b"").decode("utf-8", "replace")
            self.received.media_type = self._headers.get(b"content-type", b"").decode("latin-1")
        elif name not in _KNOWN_FIELDS or name in self.received.fields:
            raise RefusedRequest(
                "invalid", "It has a field that is not known, or one twice.", "See docs/api.md."
            )
        self._name = name

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == _FILE_FIELD:
            self._chunks.append(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > FIELD_BYTES_MAX:
            raise RefusedRequest("too_large", f"A field has more than {FIELD_BYTES_MAX} bytes.")

    def _end_part(self) -> None:
        if self._name is not None and self._name != _FILE_FIELD:
            try:
                self.received.fields[self._name] = self._value.decode("utf-8")
            except UnicodeDecodeError as error:
                raise RefusedRequest("invalid", f"The field {self._name} is not UTF-8.") from error
        self._name = None

    def _end(self) -> None:
        self._is_whole = True


async def rechunked(parts: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    """Yield the same bytes in larger pieces: each takes a frame, and an answer."""
    held = bytearray()
    async for part in parts:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


class UploadSlots:
    """How many uploads may be under way.

    Args:
        most: at a time; one more is refused.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            RefusedRequest: when there is none.
        """
        if self._taken >= self._most:
            raise RefusedRequest(
                "busy", f"{self._most} pictures are being sent already.", "Try again in a moment."
            )
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


def _malformed(what: str) -> RefusedRequest:
    return RefusedRequest("malformed", f"The body cannot be read: {what}.")
