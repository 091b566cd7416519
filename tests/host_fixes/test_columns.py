"""Columns of the last steps: null or empty first, of changing type, with new keys, in some rows only."""

import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct import host_fixes

host_fixes.apply()  # before the host is imported, whose warnings would be errors here

from distilabel.pipeline.batch import _Batch
from distilabel.pipeline.write_buffer import _WriteBuffer

from distilabel_selfinstruct.host_fixes.columns_before_global_step import decode, encode

# column: (in rows before 60, in rows from 60), as they come out
EXPECTED = {
    "none_then_text": (None, "x"),
    "empty_list_then_list": ([], ["x"]),
    "struct_gains_key": ({"a": 1, "b": None}, {"a": 1, "b": "z"}),
    "struct_none_then_text": ({"a": None}, {"a": "x"}),
    "empty_struct_then_struct": ("{}", '{"a": 1}'),
    "int_then_float": (1.0, 1.5),
    "int_then_text": ("1", "x"),
    "list_then_text": ("[1, 2]", "x"),
    "big_int": ("1", str(2**70)),
    "surrogate": ("fine", "broken \\ud800"),
    "late": (None, "here"),
}


@pytest.fixture(scope="module")
def outcomes(run_scenarios):
    return run_scenarios(
        (
            "changing_columns",
            "changing_columns_through_global_step",
        ),
    )


@pytest.mark.parametrize("column", EXPECTED)
def test_column_may_change_after_the_first_file(outcomes, column):
    rows = outcomes["changing_columns"].rows
    assert len(rows) == 120
    assert (rows[0][column], rows[60][column]) == EXPECTED[column]
    assert rows[119][column] == EXPECTED[column][1]


def test_column_of_mixed_types_becomes_text(outcomes):
    assert [row["mixed"] for row in outcomes["changing_columns"].rows[:4]] == ["1", "x", "1", "x"]


def test_global_step_passes_on_columns_that_arrow_cannot_hold(outcomes):
    outcome = outcomes["changing_columns_through_global_step"]
    assert outcome["error"] is None
    assert len(outcome.rows) == 120
    for column in EXPECTED.keys() - {"empty_struct_then_struct"}:  # all in one table, it is a struct
        assert (outcome.rows[0][column], outcome.rows[119][column]) == EXPECTED[column]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=6,
)
rows_of_values = st.lists(st.dictionaries(st.sampled_from("xyz"), values), min_size=1, max_size=8)


@given(st.lists(rows_of_values, min_size=1, max_size=4))
def test_any_rows_can_be_written_and_none_is_lost(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("buffer")
    buffer = _WriteBuffer(folder / "data", {"leaf"})
    buffer._buffers_dump_batch_size["leaf"] = 1
    for number, rows in enumerate(parts):
        batch = _Batch(seq_no=number, step_name="leaf", last_batch=False)
        batch.set_data([[{"id": f"{number}-{i}", **row} for i, row in enumerate(rows)]])
        buffer.add_batch(batch)
    buffer.close()
    tables = [pq.read_table(file) for file in sorted((folder / "data" / "leaf").iterdir())]
    assert len({str(table.schema) for table in tables}) == 1
    read = [row for table in tables for row in table.to_pylist()]
    assert [row["id"] for row in read] == [f"{n}-{i}" for n, rows in enumerate(parts) for i in range(len(rows))]
    for row, written in zip(read, (row for rows in parts for row in rows), strict=True):
        for name, value in written.items():
            assert (row[name] is None) == (value is None)


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), values, min_size=3), min_size=1, max_size=8))
def test_values_reach_a_global_step_as_they_were(rows):
    read = decode(encode(rows))
    for row, written in zip(read, rows, strict=True):
        for name, value in written.items():
            if isinstance(value, (str, bool)) and "\\u" not in json.dumps(value):
                assert row[name] == value
            assert (row[name] is None) == (value is None)
