from pyarrow import parquet

from distilabel_selfinstruct.hub.rows.configs import INSTANCES, INSTRUCTIONS, RATINGS, REJECTIONS, SFT
from distilabel_selfinstruct.hub.rows.parquet import write_table
from tests.hub.builders import instance


def test_equal_rows_give_equal_bytes(tmp_path):
    rows = [instance(word) for word in ("sort", "rank", "count")]
    first, second = (write_table(tmp_path / name, INSTANCES, rows) for name in ("a", "b"))
    assert first == second
    assert (tmp_path / "a" / first.paths[0]).read_bytes() == (tmp_path / "b" / second.paths[0]).read_bytes()


def test_much_text_goes_to_several_shards_in_order(tmp_path):
    rows = [instance(output=f"{number} " + "x" * 1000) for number in range(7000)]
    written = write_table(tmp_path, INSTANCES, rows, shard_bytes=3_000_000)
    assert written.paths == tuple(f"instances/train-{number:05d}-of-00002.parquet" for number in range(2))
    outputs = [
        row["output"]
        for path in written.paths
        for row in parquet.read_table(tmp_path / path, columns=["output"]).to_pylist()
    ]
    assert outputs == [row["output"] for row in rows]
    assert written.num_rows == 7000
    assert not list(tmp_path.rglob("*.partial"))


def test_a_table_without_rows_has_its_columns_and_types(tmp_path):
    for config in (INSTANCES, INSTRUCTIONS, SFT, RATINGS, REJECTIONS):
        written = write_table(tmp_path, config, [])
        schema = parquet.read_schema(tmp_path / written.paths[0])
        assert schema.names == list(config.columns)
        assert not any(str(kind) == "null" for kind in schema.types)


def test_types_are_the_formats_own_so_that_any_version_of_datasets_reads_them(tmp_path):
    written = write_table(tmp_path, SFT, [{"messages": [{"role": "user", "content": "Hi."}]}])
    assert b"huggingface" not in (parquet.read_schema(tmp_path / written.paths[0]).metadata or {})


def test_other_columns_are_left_out_and_missing_ones_are_empty(tmp_path):
    written = write_table(tmp_path, INSTANCES, [{"instruction": "Sort.", "output": "Done.", "secret": "x"}])
    [row] = parquet.read_table(tmp_path / written.paths[0]).to_pylist()
    assert list(row) == list(INSTANCES.columns)
    assert (row["input"], row["request"], row["nearest_rouge_l"], row["corrected"]) == ("", 0, 0.0, False)
