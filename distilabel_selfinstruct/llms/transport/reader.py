"""Reads one answer of HTTP/1.1 from the bytes of a connection, however they are cut into pieces (RFC 9112)."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_BYTES = 64 * 1024 * 1024
"""Of the body of an answer, unpacked: a thousand times the longest that models give."""

MOST_HEAD = 64 * 1024
MOST_LINE = 4096
"""Bytes of the status line and headers together, and of the line before a chunk."""

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5]\d\d)(?: |$)")
_CHUNK = re.compile(rb"\s*([0-9a-fA-F]{1,15})\s*(?:;.*)?")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_LINE_END = re.compile(rb"\r?\n")

_NO_CONTENT = frozenset({204, 205, 304})
_LAST_INTERIM = 199
_SWITCHING = 101

# What zlib calls the packings: gzip, and deflate, which some servers send without the header that belongs to it.
_PACKINGS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ACCEPTED_PACKINGS = "gzip, deflate"


class NoHttpError(ValueError):
    """What came is no HTTP/1.1, or more of it than is taken."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer. Names of headers are in lower case; those that came several times are joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, by the charset that the server names, or UTF-8. What is no text is replaced."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        try:
            return self.body.decode(named[1] if named else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class HttpReader:
    """Takes the bytes of one answer in pieces.

    Args:
        most_bytes: of the body, packed or unpacked.
        has_body: False for the answer to CONNECT, which has none if the proxy agrees.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, *, has_body: bool = True) -> None:
        self._most_bytes = most_bytes
        self._has_body = has_body
        self._buffer = bytearray()
        self._step: Callable[[], bool] | None = self._head
        """Takes what it can of the bytes; False if it needs more of them. None once the answer is whole."""
        self._status = 0
        self._headers: dict[str, str] = {}
        self._left = 0
        self._parts: list[bytes] = []
        self._size = 0
        self.has_begun = False
        self.keeps_open = False

    def feed(self, data: bytes) -> HttpAnswer | None:
        """Take some bytes; the answer if it is whole.

        Raises:
            NoHttpError: it is none, or too large.
        """
        self.has_begun = True
        self._buffer += data
        while self._step is not None:
            if not self._step():
                return None
        if self._buffer:  # nobody asked for more: whose answer it would be is anyone's guess
            self.keeps_open = False
        return self._answer()

    def end(self) -> HttpAnswer | None:
        """The connection is closed; the answer if that is how it ends, None if it is not whole.

        Raises:
            NoHttpError: the body cannot be unpacked.
        """
        return self._answer() if self._step == self._until_close else None

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        size = 4
        if end < 0 or 0 <= self._buffer.find(b"\n\n", 0, end) < end:
            end, size = self._buffer.find(b"\n\n"), 2
        if end < 0 or end > MOST_HEAD:
            if len(self._buffer) > MOST_HEAD:
                raise NoHttpError("the headers of the answer are longer than any server's")
            if len(self._buffer) >= len(b"HTTP/1.") and not self._buffer.startswith(b"HTTP/1."):
                raise NoHttpError("what answers does not speak HTTP")
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + size]
        first, *lines = _LINE_END.split(head)
        status = _STATUS.match(first)
        if status is None:
            raise NoHttpError("what answers does not speak HTTP")
        self._status = int(status[2])
        self._headers = _headers_in(lines)
        if self._status <= _LAST_INTERIM and self._status != _SWITCHING:  # the answer is still to come
            return True
        self._frame(is_old=status[1] == b"0")
        return True

    def _frame(self, *, is_old: bool) -> None:
        """Where the body ends (RFC 9112, section 6.3)."""
        headers = self._headers
        options = {option.strip() for option in headers.get("connection", "").lower().split(",")}
        self.keeps_open = "keep-alive" in options if is_old else "close" not in options
        codings = [coding.strip() for coding in headers.get("transfer-encoding", "").lower().split(",")]
        lengths = {length.strip() for length in headers.get("content-length", "").split(",")}
        if self._status in _NO_CONTENT or (not self._has_body and self._status < 300):  # noqa: PLR2004 - HTTP
            self._step = None
        elif codings == ["chunked"]:
            self._step = self._chunk_size
        elif codings != [""]:
            raise NoHttpError(f"the answer comes in a form that was not asked for: {codings[-1][:40]!r}")
        elif "content-length" in headers:
            length = lengths.pop()
            if lengths or not (length.isascii() and length.isdigit()) or len(length) > 15:  # noqa: PLR2004 - digits
                raise NoHttpError("the answer has a length that is none")
            self._left = int(length)
            self._check_size(self._left)
            self._step = self._length if self._left else None
        else:
            self.keeps_open = False
            self._step = self._until_close

    def _length(self) -> bool:
        self._take()
        if not self._left:
            self._step = None
        return not self._left

    def _chunk_size(self) -> bool:
        line = self._line()
        if line is None:
            return False
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise NoHttpError("the answer has a chunk without a size")
        self._left = int(size[1], 16)
        self._check_size(self._size + self._left)
        self._step = self._chunk if self._left else self._trailer
        return True

    def _chunk(self) -> bool:
        self._take()
        if not self._left:
            self._step = self._chunk_end
        return not self._left

    def _chunk_end(self) -> bool:
        line = self._line()
        if line:
            raise NoHttpError("the answer has a chunk that is longer than its size")
        if line is not None:
            self._step = self._chunk_size
        return line is not None

    def _trailer(self) -> bool:
        line = self._line()
        if line == b"":
            self._step = None
        return line is not None

    def _until_close(self) -> bool:
        self._left = len(self._buffer)
        self._check_size(self._size + self._left)
        self._take()
        return False

    def _line(self) -> bytes | None:
        """The next line, without its end; None if it is not there yet."""
        end = self._buffer.find(b"\n")
        if end < 0 and len(self._buffer) <= MOST_LINE:
            return None
        if not 0 <= end <= MOST_LINE:
            raise NoHttpError("the answer has a line that is longer than any server's")
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line

    def _take(self) -> None:
        """Move what is there of a part whose length is known to the body."""
        part = bytes(self._buffer[: self._left])
        del self._buffer[: self._left]
        self._left -= len(part)
        self._size += len(part)
        self._parts.append(part)

    def _check_size(self, size: int) -> None:
        if size > self._most_bytes:
            raise NoHttpError(f"the answer is longer than {self._most_bytes:,} bytes")

    def _answer(self) -> HttpAnswer:
        body = b"".join(self._parts)
        packings = self._headers.get("content-encoding", "").lower().split(",")
        for packing in reversed([name.strip() for name in packings]):
            if packing not in ("", "identity") and body:
                body = self._unpacked(body, packing)
        return HttpAnswer(self._status, self._headers, body)

    def _unpacked(self, body: bytes, packing: str) -> bytes:
        if packing not in _PACKINGS:
            raise NoHttpError(f"the answer is packed in a way that was not asked for: {packing[:40]!r}")
        windows = [_PACKINGS[packing], *([-zlib.MAX_WBITS] if packing == "deflate" else [])]
        for window in windows:
            unpacker = zlib.decompressobj(window)
            try:
                unpacked = unpacker.decompress(body, self._most_bytes + 1)
            except zlib.error:
                continue
            self._check_size(len(unpacked))
            if unpacker.eof:
                return unpacked
        raise NoHttpError("the answer is packed, and cannot be unpacked")


def _headers_in(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise NoHttpError("the answer has a header that is none")
        key, value = name.lower(), value.strip()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
