"""What is read from the header of a GGUF file, and what is said of a file that is none."""

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.model_files import digest_of, read_gguf
from tests.gguf_files import LLAMA, gguf_bytes, gguf_file

NewPath = Callable[[], Path]

SIMPLE = st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=20)
LISTS = st.lists(st.integers(0, 99), max_size=3000) | st.lists(st.text(max_size=3), max_size=1500)


@pytest.fixture(scope="module")
def new_path(tmp_path_factory: pytest.TempPathFactory) -> NewPath:
    """Paths that no example of a property test has used."""
    return lambda: tmp_path_factory.mktemp("gguf") / "m.gguf"


def test_the_header_says_what_the_model_takes_and_needs(tmp_path: Path) -> None:
    file = read_gguf(gguf_file(tmp_path / "tiny.gguf"))
    assert (file.name, file.architecture, file.context, file.chat_template) == ("tiny", "llama", 8192, None)
    # Keys and values of 3 heads with 64 numbers of 2 bytes, in 30 layers.
    assert file.cache_bytes_per_token == 2 * 3 * 64 * 2 * 30
    assert file.num_bytes == (tmp_path / "tiny.gguf").stat().st_size


def test_a_chat_model_has_a_template(tmp_path: Path) -> None:
    path = gguf_file(tmp_path / "chat.gguf", {**LLAMA, "tokenizer.chat_template": "{{ messages }}"})
    assert read_gguf(path).chat_template == "{{ messages }}"


@given(values=st.dictionaries(st.text(min_size=1, max_size=20), SIMPLE | LISTS, max_size=5))
def test_whatever_else_a_header_holds_is_skipped(
    values: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = gguf_file(tmp_path_factory.mktemp("gguf") / "m.gguf", {**values, **LLAMA})
    assert read_gguf(path).context == 8192


@given(data=st.data())
def test_a_file_that_is_cut_off_anywhere_is_refused(data: st.DataObject, new_path: NewPath) -> None:
    whole = gguf_bytes({**LLAMA, "tokenizer.ggml.tokens": ["a"] * 2000})
    path = new_path()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(InputFileError, match=r"m\.gguf is (cut off|no usable GGUF file): .*Download it again"):
        read_gguf(path)


@given(data=st.data())
def test_a_damaged_header_is_read_or_refused_in_a_sentence(data: st.DataObject, new_path: NewPath) -> None:
    content = bytearray(gguf_bytes())
    for position in data.draw(st.lists(st.integers(0, 400), min_size=1, max_size=5)):
        content[min(position, len(content) - 1)] = data.draw(st.integers(0, 255))
    path = new_path()
    path.write_bytes(content)
    with suppress(InputFileError):
        read_gguf(path)


@pytest.mark.parametrize(
    "after_counts",
    [
        struct.pack("<QcI", 1, b"a", 9) + struct.pack("<IQ", 9, 1) * 5000,  # an array of arrays of arrays ...
        struct.pack("<QcI", 1, b"w", 200_000) + b"\xff" * 8 * 200_000,  # a tensor with 200,000 dimensions
    ],
)
def test_a_header_that_would_take_hours_or_all_of_the_stack_is_refused(tmp_path: Path, after_counts: bytes) -> None:
    counts = (0, 1) if after_counts[9] == 9 else (1, 0)
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, *counts) + after_counts)
    with pytest.raises(InputFileError, match="its header is damaged"):
        read_gguf(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"Cannot read .*m\.gguf"):
        read_gguf(tmp_path / "m.gguf")


def test_a_model_in_parts_is_one_model(tmp_path: Path) -> None:
    first = gguf_file(tmp_path / "m-00001-of-00002.gguf")
    with pytest.raises(InputFileError, match=r"m-00002-of-00002\.gguf is missing"):
        read_gguf(first)
    second = gguf_file(tmp_path / "m-00002-of-00002.gguf")
    file = read_gguf(first)
    assert (file.name, file.num_bytes) == ("m", 2 * first.stat().st_size)
    with pytest.raises(InputFileError, match=r"give the first one, m-00001-of-00002\.gguf"):
        read_gguf(second)


def test_the_digest_of_a_model_in_parts_covers_all_of_them(tmp_path: Path) -> None:
    first = gguf_file(tmp_path / "m-00001-of-00002.gguf")
    second = gguf_file(tmp_path / "m-00002-of-00002.gguf")
    before = digest_of(first)
    second.write_bytes(second.read_bytes() + b"1")
    assert digest_of(first) != before
