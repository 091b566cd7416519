"""Saving and loading a novelty index."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.similarity import NoveltyIndex

pytestmark = pytest.mark.usefixtures("every_engine")

TEXTS = [f"write {a} story about the {b} in the old {c}" for a in "abc" for b in "defg" for c in "hijk"]


def saved(path: Path, texts: list[str] = TEXTS[:5]) -> Path:
    index = NoveltyIndex(0.6)
    index.extend(texts)
    index.save(path)
    return path


def test_saving_and_loading_in_the_middle_equals_not_stopping(tmp_path: Path) -> None:
    uninterrupted, stopped = NoveltyIndex(0.8), NoveltyIndex(0.8)
    for number, text in enumerate(TEXTS):
        if number % 7 == 3:
            stopped.save(tmp_path / "index")
            stopped = NoveltyIndex.load(tmp_path / "index")
        assert stopped.admit(text, with_nearest=True) == uninterrupted.admit(text, with_nearest=True)


@pytest.mark.parametrize("text", ["", "two\nlines\r\n\u2028", "\ud800 lone", "标题"])
def test_any_text_survives(tmp_path: Path, text: str) -> None:
    assert NoveltyIndex.load(saved(tmp_path / "index", [text, "other"])).texts == (text, "other")


def test_the_threshold_and_the_tokenizer_are_kept(tmp_path: Path) -> None:
    NoveltyIndex(0.6, "unicode").save(tmp_path / "index")
    index = NoveltyIndex.load(tmp_path / "index")
    assert (index.max_rouge_l, index.tokenizer) == (0.6, "unicode")


def test_saving_again_replaces_the_file_and_leaves_no_other(tmp_path: Path) -> None:
    saved(tmp_path / "index")
    saved(tmp_path / "index", ["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    assert NoveltyIndex.load(tmp_path / "index").texts == ("new",)


@pytest.mark.parametrize("damage", [lambda data: data[:-5], lambda data: data.replace(b"story", b"verse")])
def test_a_damaged_file_is_refused(tmp_path: Path, damage: object) -> None:
    path = saved(tmp_path / "index")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(InputFileError, match="checksum"):
        NoveltyIndex.load(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_file_with_one_flipped_bit_is_refused_wherever_it_is(position: int, bit: int) -> None:
    with TemporaryDirectory() as folder:
        path = saved(Path(folder) / "index")
        content = bytearray(path.read_bytes())
        content[position % len(content)] ^= 1 << bit
        path.write_bytes(content)
        with pytest.raises(InputFileError):
            NoveltyIndex.load(path)


def test_a_header_that_nests_too_deep_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"[" * 200_000)
    with pytest.raises(InputFileError, match="not a novelty index"):
        NoveltyIndex.load(tmp_path / "index")


@pytest.mark.parametrize("content", [b"", b"text", b"{}\n", b'["a"]\n', b"\xff\xfe"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index").write_bytes(content)
    with pytest.raises(InputFileError, match="not a novelty index"):
        NoveltyIndex.load(tmp_path / "index")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="No such file"):
        NoveltyIndex.load(tmp_path / "index")


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "index")
    first, _, rest = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(first), "version": 3}).encode() + b"\n" + rest)
    with pytest.raises(InputFileError, match="version 3"):
        NoveltyIndex.load(path)


def letters(text: str) -> list[str]:
    return list(text)


def test_a_tokenizer_of_the_users_own_must_be_given_again(tmp_path: Path) -> None:
    index = NoveltyIndex(0.7, letters)
    index.add("text")
    index.save(tmp_path / "index")
    with pytest.raises(ConfigError, match="give that function"):
        NoveltyIndex.load(tmp_path / "index")
    assert NoveltyIndex.load(tmp_path / "index", letters).texts == ("text",)


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'rouge_score'"):
        NoveltyIndex.load(saved(tmp_path / "index"), "unicode")


def test_a_tokenizer_that_has_changed_is_refused(tmp_path: Path) -> None:
    def changing(text: str) -> list[str]:
        return text.split(separator)

    separator = " "
    index = NoveltyIndex(0.7, changing)
    index.add("some words")
    index.save(tmp_path / "index")
    separator = "x"
    with pytest.raises(ConfigError, match="has changed"):
        NoveltyIndex.load(tmp_path / "index", changing)
