"""Samples of other datasets that cover every task."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.converting import convert
from distilabel_selfinstruct.converting.quotas import quotas
from distilabel_selfinstruct.errors import ConfigError, InputFileError, OutputFileError
from distilabel_selfinstruct.exporting import export
from distilabel_selfinstruct.files import jsonl

SIZES = {"task1_short": 2, "task2_middle": 10, "task3_long": 40}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "natural-instructions"
    (folder / "splits" / "default").mkdir(parents=True)
    (folder / "tasks").mkdir()
    (folder / "splits" / "default" / "train_tasks.txt").write_text("\n".join(SIZES) + "\n")
    for name, size in SIZES.items():
        instances = [{"id": f"{name}-{n}", "input": f"in {n}", "output": [f"a{n}", f"b{n}"]} for n in range(size)]
        task = {"Definition": [f"Do {name}.", "other"], "Categories": ["X"], "Instances": instances}
        (folder / "tasks" / f"{name}.json").write_text(json.dumps(task))
    return folder


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 60), min_size=1), st.integers(1, 400))
def test_a_sample_has_every_task_and_as_many_rows_of_each_as_of_any_that_has_so_many(
    sizes: dict[str, int], num_rows: int
) -> None:
    usable = {name: size for name, size in sizes.items() if size}
    if num_rows < len(usable) and num_rows < sum(usable.values()):
        with pytest.raises(ConfigError):
            quotas(sizes, num_rows)
        return
    taken = quotas(sizes, num_rows)
    assert taken.keys() == usable.keys()
    assert sum(taken.values()) == min(num_rows, sum(usable.values()))
    assert all(1 <= taken[name] <= size for name, size in usable.items())
    most = max(taken.values(), default=0)
    assert all(taken[name] >= most - 1 or taken[name] == usable[name] for name in usable)


def test_the_training_tasks_of_a_clone_are_sampled_with_one_reference_each(clone: Path, tmp_path: Path) -> None:
    result = convert([f"superni:{clone}:train"], tmp_path / "rows.jsonl", rows=20)
    rows = list(jsonl.read(result.file))
    assert (result.num_rows, result.num_rows_in_all, result.num_tasks) == (20, 52, 3)
    assert Counter(row["task"] for row in rows) == {"task1_short": 2, "task2_middle": 9, "task3_long": 9}
    for row in rows:
        assert row["instruction"] == f"Do {row['task']}."
        assert row["output"] in {f"a{row['input'][3:]}", f"b{row['input'][3:]}"}
    assert len({row["output"][0] for row in rows}) == 2
    again = convert([f"superni:{clone}:train"], tmp_path / "again.jsonl", rows=20)
    assert again.file.read_bytes() == result.file.read_bytes()
    other = convert([f"superni:{clone}:train"], tmp_path / "other.jsonl", rows=20, random_seed=7)
    assert other.file.read_bytes() != result.file.read_bytes()
    assert export(result.file, "trl-prompt-completion").train is not None
    with pytest.raises(OutputFileError, match="exists"):
        convert([f"superni:{clone}:train"], result.file)
    with pytest.raises(ConfigError, match="`rows` is 2 and there are 3 tasks"):
        convert([f"superni:{clone}:train"], tmp_path / "few.jsonl", rows=2)


def test_examples_of_promptsource_are_tasks_by_their_template_or_their_file(tmp_path: Path) -> None:
    named = [
        {"inputs_pretokenized": f"Q{n}?\n", "targets_pretokenized": f"\nA{n}", "template": f"t{n % 2}"}
        for n in range(6)
    ]
    jsonl.write(tmp_path / "named.jsonl", [*named, {"inputs_pretokenized": "no answer"}])
    jsonl.write(tmp_path / "one_template.jsonl", [{"inputs": f"P{n}", "targets": f"{n}"} for n in range(9)])
    files = [str(tmp_path / "named.jsonl"), str(tmp_path / "one_template.jsonl")]
    result = convert(["promptsource", *files], tmp_path / "rows.jsonl", rows=9)
    rows = list(jsonl.read(result.file))
    assert Counter(row["task"] for row in rows) == {"t0": 3, "t1": 3, "one_template": 3}
    assert {"task": "t0", "instruction": "Q2?", "input": "", "output": "A2"} in rows
    assert result.num_rows_in_all == 15


def test_what_cannot_be_converted_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"write superni:FOLDER:train, or promptsource and files"):
        convert(["promptsource"], tmp_path / "rows.jsonl")
    jsonl.write(tmp_path / "none.jsonl", [{"a": "b"}])
    with pytest.raises(InputFileError):
        convert(["promptsource", str(tmp_path / "none.jsonl")], tmp_path / "rows.jsonl")


def test_the_command_says_how_many_rows_of_how_many_tasks(clone: Path, tmp_path: Path) -> None:
    arguments = ["convert", f"superni:{clone}:train", "--rows", "6", "-o", str(tmp_path / "rows.jsonl")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "6 of 52 rows, of all 3 tasks" in result.stdout
