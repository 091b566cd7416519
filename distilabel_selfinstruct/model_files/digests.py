"""The SHA-256 digest of a model, which says what was asked wherever the file lies."""

import hashlib
from functools import lru_cache
from pathlib import Path

from distilabel_selfinstruct.errors import reading
from distilabel_selfinstruct.model_files.gguf import parts_of


def digest_of(path: Path) -> str:
    """The SHA-256 digest of a file, as 64 hexadecimal digits; of a model in parts, that of the parts in order.

    It takes about a second for a gigabyte, and in one process only once while the file does not change.

    Raises:
        InputFileError: the file cannot be read.
    """
    with reading(path):
        states = tuple((str(part), part.stat().st_size, part.stat().st_mtime_ns) for part in parts_of(path.resolve()))
        return _digest(states)


@lru_cache(maxsize=64)
def _digest(states: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    buffer = bytearray(1 << 20)
    for path, _, _ in states:
        with Path(path).open("rb", buffering=0) as stream:
            while count := stream.readinto(buffer):
                digest.update(memoryview(buffer)[:count])
    return digest.hexdigest()
