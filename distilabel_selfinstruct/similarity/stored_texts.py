"""Texts one after the other in a file, which is in memory while it is small."""

from array import array
from collections.abc import Sequence
from tempfile import SpooledTemporaryFile

IN_MEMORY = 1 << 28
"""Bytes up to which nothing is written to disk."""


class StoredTexts:
    """A growing list of texts: 8 bytes of memory for each, and their UTF-8.

    Args:
        folder: where the file is made; by default where the system keeps temporary files.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY, dir=folder)  # noqa: SIM115 - see `close`
        self._ends = array("q", [0])

    def __del__(self) -> None:
        self.close()  # whoever calls `filter_texts` may never begin to read what it gives

    def close(self) -> None:
        """Free the memory and the disk."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def extend(self, texts: Sequence[str]) -> None:
        """Store texts at the end."""
        end, encoded = self._ends[-1], [text.encode("utf-8", "surrogatepass") for text in texts]
        self._file.seek(end)
        self._file.write(b"".join(encoded))
        for text in encoded:
            end += len(text)
            self._ends.append(end)

    def __getitem__(self, position: int) -> str:
        begin, end = self._ends[position], self._ends[position + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8", "surrogatepass")
