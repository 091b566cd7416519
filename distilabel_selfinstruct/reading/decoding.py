"""Bytes of a file as text: unpacked if they are packed, in the encoding that they are in."""

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

from distilabel_selfinstruct.errors import InputFileError, reading

_GZIP = b"\x1f\x8b"
_POINTER = b"version https://git-lfs"

_MOST_TIMES, _ALWAYS_ALLOWED = 200, 100_000_000
"""A file that unpacks to more than so many times its size, and to more than so many bytes, is no file of texts: these
shrink to a third or a tenth, while gzip can make a thousand bytes of one, and fill whatever memory there is."""

# The longer mark first: that of UTF-32 begins with that of UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

WINDOWS = "cp1252"

_SAMPLE = 1 << 15
"""From so many bytes on, of lines beyond ASCII, no more are looked at: they tell the encoding, or none do."""

_OF_OTHER_SCRIPTS = (
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
)
_LAST_LATIN = 0x24F
_FEWEST_LETTERS = 10
"""Fewer letters beyond ASCII tell nothing."""

_SHARE_OF_OTHER_SCRIPTS = 1 / 8
"""In a text of another script more of the letters are beyond ASCII, names of fields included; in a Latin one fewer."""

UNDECODABLE = range(0xDC80, 0xDD00)
"""The code points that stand for bytes that are no UTF-8."""


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked if it is a gzip file, whatever its name is.

    Raises:
        InputFileError: it cannot be read or unpacked.
    """
    with reading(path):
        with path.open("rb") as stream:
            start = stream.read(len(_POINTER))
        if start == _POINTER:
            raise InputFileError(
                f"{os.fspath(path)} is a pointer of Git LFS, not the file itself: fetch it with git lfs pull.", path
            )
        packed = start.startswith(_GZIP)
        try:
            with cast("BinaryIO", io.BufferedReader(_Unpacked(path))) if packed else path.open("rb") as stream:
                yield stream
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputFileError(f"Cannot unpack {os.fspath(path)}: {error}. Pack the file again.", path) from error


class _Unpacked(io.RawIOBase):
    """The content of a gzip file, up to a size that files of texts do not have."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = gzip.GzipFile(path)
        self._most = max(_ALWAYS_ALLOWED, _MOST_TIMES * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        count = self._file.readinto(buffer)
        if self._file.tell() > self._most:
            raise InputFileError(
                f"{os.fspath(self._path)} unpacks to more than {self._most:,} bytes, {_MOST_TIMES} times its size or "
                "more, as no file of texts does: unpack it yourself if you trust it.",
                self._path,
            )
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The content of a file as text, with its line ends as they are. Bytes that are no UTF-8 become `UNDECODABLE`.

    Raises:
        InputFileError: the file cannot be read or unpacked.
    """
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with open_bytes(path) as stream:
        yield io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def find_encoding(path: Path) -> str:
    """The encoding of a text file.

    The rule: a byte order mark decides. Without one the file is UTF-8, unless it has lines beyond ASCII and none of
    them is UTF-8. Then `charset_normalizer` guesses, and is believed where its guess gives letters that are not Latin:
    which one of the Latin encodings it is cannot be told from bytes. Otherwise it is Windows-1252, or Latin-1 where it
    has bytes that Windows-1252 lacks.
    """
    with open_bytes(path) as stream:
        start = stream.read(4)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return encoding
        if start[1:2] == b"\0" or start[:1] == b"\0":
            return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        found, sample = "utf-8", b""
        for line in _lines(start, stream):
            if line.isascii():
                continue
            if _decodes(line, "utf-8"):
                return "utf-8"
            if found != "latin-1":
                found = WINDOWS if _decodes(line, WINDOWS) else "latin-1"
            if len(sample) < _SAMPLE:
                sample += line
        return (_not_latin(sample) or found) if sample else found


def _not_latin(sample: bytes) -> str | None:
    """The encoding in which most letters beyond ASCII are not Latin, if the bytes look like one."""
    from charset_normalizer import from_bytes

    guess = from_bytes(sample, cp_isolation=[*_OF_OTHER_SCRIPTS, WINDOWS]).best()
    if guess is None:
        return None
    letters = [letter for letter in str(guess) if letter.isalpha()]
    beyond_ascii = [letter for letter in letters if not letter.isascii()]
    foreign = sum(ord(letter) > _LAST_LATIN for letter in beyond_ascii)
    least = max(len(beyond_ascii) / 2, _FEWEST_LETTERS, len(letters) * _SHARE_OF_OTHER_SCRIPTS)
    return guess.encoding if foreign > least else None


def undecodable(text: str) -> bool:
    """Whether bytes of the text were no UTF-8."""
    return not text.isascii() and any(ord(letter) in UNDECODABLE for letter in text)


def _lines(start: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield start + stream.readline()
    yield from stream


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
