"""RowsToJsonLines: the rows of a pipeline in a file."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, OutputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.steps import RowsToJsonLines

ROWS = st.lists(st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.none() | st.booleans()), max_size=5)


def written(path: Path, *batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a step hands on that writes these batches."""
    step = RowsToJsonLines(path=str(path))
    step.load()
    passed = [row for batch in batches for row in next(step.process(batch))]
    step.unload()
    return passed


@given(st.lists(ROWS, max_size=4))
def test_all_rows_are_written_in_their_order_and_handed_on(tmp_path_factory, batches):
    path = tmp_path_factory.mktemp("rows") / "made.jsonl"
    rows = [row for batch in batches for row in batch]
    assert written(path, *batches) == rows
    assert path.read_text(encoding="utf-8") == "".join(jsonl.dumps(row) + "\n" for row in rows)


def test_a_file_with_content_is_refused_when_the_step_is_loaded(tmp_path):
    path = tmp_path / "made.jsonl"
    written(path, [{"output": "hot"}])
    before = path.read_bytes()
    step = RowsToJsonLines(path=str(path))
    with pytest.raises(ConfigError, match=r"made\.jsonl has content already: name another file, or move this one\."):
        step.load()
    step.unload()
    assert path.read_bytes() == before


def test_a_path_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputFileError, match=r"Cannot write to .*file/made\.jsonl: .* Give the step another file\."):
        RowsToJsonLines(path=str(tmp_path / "file" / "made.jsonl")).load()


def test_the_folders_of_the_file_are_made(tmp_path):
    written(tmp_path / "a" / "b" / "made.jsonl", [{"output": "hot"}])
    assert list(jsonl.read(tmp_path / "a" / "b" / "made.jsonl")) == [{"output": "hot"}]
