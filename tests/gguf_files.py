"""GGUF files of our own: headers that are whole, and no weights worth loading."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LLAMA: dict[str, Any] = {
    "general.architecture": "llama",
    "llama.context_length": 8192,
    "llama.block_count": 30,
    "llama.embedding_length": 576,
    "llama.attention.head_count": 9,
    "llama.attention.head_count_kv": 3,
}
"""What the header of a small model says."""


def gguf_bytes(values: Mapping[str, Any] = LLAMA, *, num_weights: int = 64) -> bytes:
    """A file with these values and one tensor of 32-bit numbers."""
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values))
    header += b"".join(_text(name) + _value(value) for name, value in values.items())
    header += _text("weights") + struct.pack("<IQIQ", 1, num_weights, 0, 0)
    return header + b"\0" * (-len(header) % 32) + b"\0" * (4 * num_weights)


def gguf_file(path: Path, values: Mapping[str, Any] = LLAMA) -> Path:
    path.write_bytes(gguf_bytes(values))
    return path


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<Iq", 11, value)
    if isinstance(value, float):
        return struct.pack("<Id", 12, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    first = _value(value[0] if value else 0)
    return struct.pack("<I", 9) + first[:4] + struct.pack("<Q", len(value)) + b"".join(_value(one)[4:] for one in value)
