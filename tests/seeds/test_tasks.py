import json
from collections import Counter
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import SeedTaskError
from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.parsing.filters import filter_instruction, instruction_rules
from distilabel_selfinstruct.records import Completion, SeedTask
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks, packaged_seeds_path
from distilabel_selfinstruct.similarity import NoveltyIndex
from tests.builders import seed_row

PACKAGED = load_seed_tasks()


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_there_are_175_packaged_seed_tasks_as_in_the_paper():
    assert len(PACKAGED) == 175


def test_26_packaged_seed_tasks_are_classification_tasks():
    assert sum(task.is_classification for task in PACKAGED) == 26


def test_about_50_packaged_seed_tasks_need_no_input():
    empty = [task for task in PACKAGED if not any(instance.input for instance in task.instances)]
    assert 45 <= len(empty) <= 55


def test_no_two_packaged_seed_tasks_are_near_duplicates():
    index = NoveltyIndex(0.7)
    assert [task.id for task in PACKAGED if not index.admit(task.instruction).admitted] == []


@pytest.mark.parametrize("mode", ["default", "strict"])
def test_our_own_filters_keep_every_packaged_seed_task(mode):
    rules = instruction_rules(mode, "en")
    assert [task.id for task in PACKAGED if filter_instruction(task.instruction, rules)] == []


def test_packaged_ids_and_names_are_unique():
    assert Counter(task.id for task in PACKAGED).most_common(1)[0][1] == 1
    assert Counter(task.name for task in PACKAGED).most_common(1)[0][1] == 1


def test_packaged_seed_tasks_open_with_many_different_words():
    assert len({task.instruction.split()[0].lower() for task in PACKAGED}) >= 90


def test_a_users_own_file_loads_the_same_way(tmp_path):
    tasks = load_seed_tasks(write(tmp_path / "seeds.jsonl", *(seed_row(number) for number in range(9))))
    assert [task.id for task in tasks] == [f"task_{number}" for number in range(9)]


@pytest.mark.parametrize("placeholder", ["N/A", "<noinput>", "(no input needed)", "None"])
def test_an_input_that_only_says_that_there_is_none_is_empty(placeholder, tmp_path):
    row = seed_row(instances=[{"input": placeholder, "output": "fine"}, {"input": "the sea", "output": "blue"}])
    (task,) = load_seed_tasks(write(tmp_path / "seeds.jsonl", row))
    assert [instance.input for instance in task.instances] == ["", "the sea"]


def packaged_in(form: str, task: SeedTask) -> str:
    """The instances of a seed task as a response in one of the forms of real models."""
    if task.is_classification:
        return "\n".join(f"Class label: {one.output}\n{one.input}" for one in task.instances)
    blocks = []
    for number, one in enumerate(task.instances, 1):
        lines = [f"Example {number}"] if form == "numbered" else []
        marks = "**" if form == "bold" else ""
        lines += [f"{marks}Input:{marks} {one.input}"] if one.input else []
        blocks.append("\n".join([*lines, f"{marks}Output:{marks} {one.output}"]))
    return "\n\n".join(blocks)


@pytest.mark.parametrize("form", ["numbered", "bare", "bold"])
def test_a_model_that_wrote_our_seed_tasks_would_be_read_word_for_word(form):
    for task in PACKAGED:
        read = read_instances(
            Completion(packaged_in(form, task), "stop"),
            is_classification=task.is_classification,
            instruction=task.instruction,
        )
        assert (task.id, read.kept) == (task.id, task.instances)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(seed_row()).encode())
    assert len(load_seed_tasks(path)) == 1


def test_name_may_be_left_out(tmp_path):
    row = seed_row()
    del row["name"]
    assert load_seed_tasks(write(tmp_path / "seeds.jsonl", row))[0].name == ""


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"instances": []}, "field instances: it is empty"),
        ({"instances": [{"input": "x"}]}, "field instances[0].output: the field is missing"),
        ({"instances": [{"input": "x", "output": " "}]}, "field instances[0].output: the output is empty"),
        ({"instances": [{"input": 3, "output": "y"}]}, "field instances[0].input: 3 is not a text"),
        ({"instances": ["x"]}, "field instances[0]: 'x' is not an object"),
        ({"is_classification": "maybe"}, "field is_classification: 'maybe' is not true or false"),
        ({"instruction": ""}, "field instruction: it is empty"),
        ({"id": 7}, "field id: 7 is not a text"),
    ],
)
def test_a_malformed_task_is_named_with_file_line_and_field(tmp_path, row, message):
    path = write(tmp_path / "seeds.jsonl", seed_row(1), seed_row(2, **row))
    with pytest.raises(SeedTaskError) as caught:
        load_seed_tasks(path)
    assert str(caught.value).startswith(f"{path}, line 2, {message}. ")


def test_a_line_that_is_not_json_is_named(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text(json.dumps(seed_row()) + "\n\n{oops\n")
    with pytest.raises(SeedTaskError, match=r"line 3: the line is not JSON"):
        load_seed_tasks(path)


def test_a_line_that_is_not_utf8_is_named(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_bytes('{"id": "é"}\n'.encode() + b'{"id": "\xff"}\n')
    with pytest.raises(SeedTaskError, match=r"3 more"):
        load_seed_tasks(path)
    path.write_bytes(json.dumps(seed_row(name="é"), ensure_ascii=False).encode() + b'\n{"id": "\xff"}\n')
    with pytest.raises(SeedTaskError, match=r"line 2: the line is not UTF-8"):
        load_seed_tasks(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.touch()
    with pytest.raises(SeedTaskError, match="holds no seed tasks"):
        load_seed_tasks(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SeedTaskError, match=r"Cannot read .*nowhere\.jsonl: No such file"):
        load_seed_tasks(tmp_path / "nowhere.jsonl")


def test_a_repeated_id_is_refused(tmp_path):
    path = write(tmp_path / "seeds.jsonl", seed_row(1), seed_row(2, id="task_1"))
    with pytest.raises(SeedTaskError, match=r"line 2, field id: the id 'task_1' was used on line 1"):
        load_seed_tasks(path)


def test_the_packaged_file_lies_in_the_package():
    assert packaged_seeds_path().is_file()
