"""What a GGUF file says of its model, read from its header: no engine is needed, and no weights are loaded.

The format is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
"""

import mmap
import os
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import InputFileError, reading

MAGIC = b"GGUF"
VERSIONS = (2, 3)

_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9

_BYTES_PER_CACHED_NUMBER = 2  # llama.cpp keeps keys and values as 16-bit floats

# Elements in a block and bytes of a block, by the type of a tensor (ggml.h); other types are not checked.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 20: (32, 18), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 30: (1, 2),
}  # fmt: skip

_MOST_ENTRIES = 1_000_000
"""No model has so many entries in its header, or so many tensors: the count is nonsense."""

_MOST_DIMENSIONS = 8
"""ggml knows 4."""

_LONGEST_KEPT_ARRAY = 1024
"""Longer arrays are vocabularies: they are skipped."""

_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


@dataclass(frozen=True, slots=True)
class GGUFFile:
    """A model in a GGUF file.

    Attributes:
        path: the file, or the first of its parts.
        architecture: the family of the model, such as `llama`.
        context: how many tokens the model was trained to take; None if the file does not say.
        chat_template: the template of a chat model; None for a base model.
        num_bytes: the size of the file, all parts together.
        cache_bytes_per_token: the memory that llama.cpp needs for each token of a context, at most.
    """

    path: Path
    architecture: str
    context: int | None
    chat_template: str | None
    num_bytes: int
    cache_bytes_per_token: int

    @property
    def name(self) -> str:
        """The name of the file, without its folder and its ending."""
        return _PART.sub("", self.path.name).removesuffix(".gguf")


def read_gguf(path: str | os.PathLike[str]) -> GGUFFile:
    """Read the header of a GGUF file.

    Args:
        path: the file, or the first of its parts (`…-00001-of-00003.gguf`).

    Raises:
        InputFileError: the file cannot be read, is no GGUF file, is cut off, or lacks a part.
    """
    file = Path(path)
    with reading(file):
        parts = _parts(file)
        sizes = [part.stat().st_size for part in parts]
    try:
        with reading(file), file.open("rb") as stream:
            header = _Header(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if sizes[0] else b"")
            values, end = header.values, header.end_of_tensors()
    except (struct.error, UnicodeDecodeError, ValueError, OverflowError) as error:
        said = str(error) if isinstance(error, _NoGGUFError) else "its header is cut off or damaged"
        raise InputFileError(f"{file} is no usable GGUF file: {said}. Download it again.", file) from error
    if end > sizes[0]:
        raise InputFileError(
            f"{file} is cut off: it has {sizes[0]:,} bytes, and its tensors end at {end:,}. Download it again.", file
        )
    architecture = str(values.get("general.architecture", "unknown"))
    context, template = values.get(f"{architecture}.context_length"), values.get("tokenizer.chat_template")
    return GGUFFile(
        path=file,
        architecture=architecture,
        context=context if isinstance(context, int) and context > 0 else None,
        chat_template=template if isinstance(template, str) and template.strip() else None,
        num_bytes=sum(sizes),
        cache_bytes_per_token=_cache_bytes(values, architecture),
    )


def parts_of(path: Path) -> list[Path]:
    """The files of a model: the file itself or, where it is the first of several parts, all of them in order."""
    found = _PART.search(path.name)
    if found is None:
        return [path]
    stem = path.name[: found.start()]
    return [path.with_name(f"{stem}-{number:05}-of-{found[2]}.gguf") for number in range(1, int(found[2]) + 1)]


def _parts(path: Path) -> list[Path]:
    parts = parts_of(path)
    if path != parts[0]:
        raise InputFileError(f"{path} is a later part of a model: give the first one, {parts[0].name}.", path)
    missing = [part for part in parts[1:] if not part.exists()]
    if missing:
        raise InputFileError(f"{path} is the first of {len(parts)} parts, and {missing[0].name} is missing.", path)
    return parts


class _NoGGUFError(ValueError):
    """A file that is something else than GGUF, or of a version or size that no engine reads."""


class _Header:
    """The entries of a header, and where the tensors lie that it announces."""

    def __init__(self, data: "mmap.mmap | bytes") -> None:
        self._data = data
        self._at = 8
        if data[:4] != MAGIC:
            raise _NoGGUFError("it does not begin with GGUF")
        (version,) = struct.unpack_from("<I", data, 4)
        if version not in VERSIONS:
            raise _NoGGUFError(f"its version is {version}, and only {VERSIONS} are known")
        self._num_tensors, num_values = self._number("<Q"), self._number("<Q")
        if max(self._num_tensors, num_values) > _MOST_ENTRIES:
            raise _NoGGUFError("its header is damaged")
        self.values: dict[str, Any] = {}
        for _ in range(num_values):
            key = self._text()
            self.values[key] = self._value(self._number("<I"))

    def end_of_tensors(self) -> int:
        """The first byte after the last tensor of a type whose size is known."""
        end = 0
        for _ in range(self._num_tensors):
            self._text()
            num_dimensions = self._number("<I")
            if num_dimensions > _MOST_DIMENSIONS:
                raise _NoGGUFError("its header is damaged")
            sizes = [self._number("<Q") for _ in range(num_dimensions)]
            kind, offset = self._number("<I"), self._number("<Q")
            elements, num_bytes = _BLOCKS.get(kind, (1, 0))
            count = 1
            for size in sizes:
                count *= size
            end = max(end, offset + count // elements * num_bytes)
        alignment = self.values.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise _NoGGUFError("its header is damaged")
        return -(-self._at // alignment) * alignment + end

    def _number(self, layout: str) -> Any:
        (number,) = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return number

    def _text(self) -> str:
        text = self._data[self._skip_text() : self._at]
        return text.decode("utf-8", "replace")

    def _skip_text(self) -> int:
        """Skip a text. Returns where it begins."""
        length = self._number("<Q")
        start = self._at
        self._at += length
        if self._at > len(self._data):
            raise _NoGGUFError("its header is cut off")
        return start

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._array()
        if kind not in _NUMBERS:
            raise _NoGGUFError("its header is damaged")
        return self._number(_NUMBERS[kind])

    def _array(self) -> list[Any] | None:
        """The values of a short array; None for a long one."""
        kind, length = self._number("<I"), self._number("<Q")
        if kind == _ARRAY:  # no engine reads arrays of arrays
            raise _NoGGUFError("its header is damaged")
        if length <= _LONGEST_KEPT_ARRAY:
            return [self._value(kind) for _ in range(length)]
        if kind == _STRING:
            for _ in range(length):
                self._skip_text()
        elif kind in _NUMBERS:
            self._at += length * struct.calcsize(_NUMBERS[kind])
        else:
            raise _NoGGUFError("its header is damaged")
        if self._at > len(self._data):
            raise _NoGGUFError("its header is cut off")
        return None


def _cache_bytes(values: Mapping[str, Any], architecture: str) -> int:
    """The bytes of keys and values of one token in all layers; 0 if the header does not say enough.

    Layers that look at a part of the context only need less.
    """

    def numbers(name: str) -> list[int]:
        found = values.get(f"{architecture}.{name}")
        listed = found if isinstance(found, list) else [found]
        return [number for number in listed if isinstance(number, int)]

    layers, width, heads = numbers("block_count"), numbers("embedding_length"), numbers("attention.head_count")
    if not (layers and width and heads) or not max(heads):
        return 0
    kept = numbers("attention.head_count_kv") or heads
    per_head = width[0] // max(heads)
    sizes = [(numbers(f"attention.{name}_length") or [per_head])[0] for name in ("key", "value")]
    heads_in_all_layers = sum(kept) if len(kept) > 1 else kept[0] * layers[0]
    return heads_in_all_layers * sum(sizes) * _BYTES_PER_CACHED_NUMBER
