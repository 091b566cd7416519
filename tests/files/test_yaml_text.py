"""YAML is read within bounds, whoever wrote it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct import files
from distilabel_selfinstruct.files.yaml_text import load_yaml, parse_yaml

PACKAGE = Path(files.__file__).parents[1]
PACKAGED = sorted(PACKAGE.rglob("*.yaml"))


def test_a_mapping_is_read() -> None:
    assert parse_yaml("a: 1\nb: [x, {c: null}]") == {"a": 1, "b": ["x", {"c": None}]}


@pytest.mark.slow
@given(st.integers(20, 40))
def test_aliases_of_aliases_are_refused(levels: int) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))]
    with pytest.raises(ValueError, match="more than 100,000 values, aliases included"):
        parse_yaml("\n".join(lines))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[" * 60 + "]" * 60, "[" * 100_000, "a: &a [*a]"])
def test_deep_values_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_yaml(text)


def test_long_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 1,000,000 characters"):
        parse_yaml("x" * 1_000_001)


@pytest.mark.parametrize("path", PACKAGED, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_packaged_file_is_read_as_that_of_anybody(path: Path) -> None:
    assert load_yaml(path) == parse_yaml(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_file_of_somebody_else_is_read_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(ValueError, match="nested too deeply"):
        load_yaml(path)
