"""JSON Lines: read with the line number of every fault, write, append."""

import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError, reading
from distilabel_selfinstruct.files import atomic
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.words import encodable

_CHECKSUM = re.compile(rb', "crc32": "([0-9a-f]{8})"\}\s*\Z')
"""How a line ends that was written with a checksum of what stands before."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its number from 1, and its object or what is wrong with it."""

    number: int
    value: Row
    fault: str = ""


def scan(path: str | os.PathLike[str]) -> Iterator[Line]:
    """Every non-blank line of a JSON Lines file, faulty ones included. A byte order mark is ignored.

    Raises:
        InputFileError: the file cannot be opened.
    """
    with reading(path):
        content = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    for number, raw in enumerate(content.split(b"\n"), 1):
        if raw.strip():
            yield parse(raw, number)


def parse(raw: bytes, number: int = 1) -> Line:
    """The line that stands in some bytes, faulty or not. One with a checksum is faulty if it does not match."""
    checksum = _CHECKSUM.search(raw)
    if checksum is not None:
        raw, told = raw[: checksum.start()] + b"}", checksum.group(1)
        if told != _crc(raw):
            return Line(number, {}, "does not match its checksum")
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Line(number, {}, f"is not UTF-8 (byte {error.start + 1} of the line)")
    except ValueError as error:
        return Line(number, {}, f"is not JSON ({error})")
    except RecursionError:
        return Line(number, {}, "is not JSON that can be read (nested too deeply)")
    if not isinstance(value, dict):
        return Line(number, {}, f"holds {json_kind(value)}, not an object")
    return Line(number, value)


def read(path: str | os.PathLike[str]) -> Iterator[Row]:
    """The objects of a JSON Lines file.

    Raises:
        InputFileError: the file cannot be opened, or a line is not a JSON object; the message names the line.
    """
    for line in scan(path):
        if line.fault:
            raise InputFileError(
                f"{os.fspath(path)}, line {line.number}: the line {line.fault}. Repair or remove it.", path
            )
        yield line.value


def json_kind(value: object) -> str:
    """What JSON calls a value that is no object, with its article."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    return "an array" if isinstance(value, list) else "a text"


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def dumps(row: Row) -> str:
    """A row as a line, without the newline. The line can always be encoded as UTF-8.

    Lone surrogates, which JSON can hold and UTF-8 cannot, become the replacement character. Values that JSON has no
    form for, such as dates, become text.
    """
    return encodable(_encode(row))


def write(path: str | os.PathLike[str], rows: Iterable[Row]) -> int:
    """Write rows to a file that appears complete or not at all. Returns the number of rows."""
    count = 0

    def write_rows(partial: Path) -> None:
        nonlocal count
        with partial.open("w", encoding="utf-8", newline="\n") as stream:
            for row in rows:
                stream.write(dumps(row) + "\n")
                count += 1

    atomic.write_all({Path(path): write_rows})
    return count


def dumps_checked(row: Row) -> str:
    """A row as a line that ends with a checksum of its content, by which `parse` finds damage."""
    line = dumps(row)
    if line == "{}":
        raise ValueError("An empty row has nothing to check.")
    return f'{line[:-1]}, "crc32": "{_crc(line.encode()).decode()}"}}'


def _crc(content: bytes) -> bytes:
    """Of a line without its leading and trailing blanks, because a file may be indented."""
    return b"%08x" % zlib.crc32(content.strip())


class Appender:
    """Appends rows to a file.

    Args:
        path: the file.
        checked: end each line with a checksum.
        may_write: is called before rows are appended, and raises where they must not be.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        checked: bool = False,
        may_write: Callable[[], object] = lambda: None,
    ) -> None:
        self.path = Path(path)
        self._may_write = may_write
        self._dumps = dumps_checked if checked else dumps
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self.path.open("ab", buffering=0)

    def append(self, rows: Iterable[Row], *, durable: bool = True) -> None:
        """Append the rows, in order. When it fails, none of them is in the file.

        Args:
            rows: what to append.
            durable: return once they are on disk, with one fsync for all of them. Rows that are not durable outlive
                the process, but not always a machine that fails before `sync`.

        Raises:
            OSError: the rows cannot be written, for example because the disk is full. The file is as it was.
        """
        content = memoryview("".join(self._dumps(row) + "\n" for row in rows).encode())
        if not content:
            return
        self._may_write()
        before = os.fstat(self._stream.fileno()).st_size
        try:
            while content:
                content = content[self._stream.write(content) :]
            if durable:
                self.sync()
        except OSError:
            self._stream.truncate(before)
            raise

    def sync(self) -> None:
        """Have all rows on disk.

        Raises:
            OSError: the disk failed.
        """
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file. Appending afterwards is an error."""
        self._stream.close()
