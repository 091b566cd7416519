"""Texts of evaluations are found in instructions and instances, and nothing else is taken for them."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from distilabel_selfinstruct.bootstrap_factory import rules_for
from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.evaluation.contamination import NUM_WORDS, EvaluationTexts, evaluation_texts
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.parsing.filters import filter_instruction
from distilabel_selfinstruct.records import Instance, Reason
from distilabel_selfinstruct.running.inputs import inputs_of
from distilabel_selfinstruct.similarity import rouge_l
from distilabel_selfinstruct.steps import InstanceFiltering
from tests.steps.builders import processed, reasons

TASKS = ["Name the capital of the country.", "Sort the words of the list by their length.", "안녕하세요"]
WORDS = st.lists(st.sampled_from(["name", "capital", "of", "the", "country", "sort", "words", "list"]), max_size=12)
LONG = " ".join(f"word{number}" for number in range(NUM_WORDS + 5))


@given(WORDS)
def test_an_instruction_is_contaminated_exactly_above_the_threshold_of_rouge_l(
    words: list[str],
) -> None:
    text = " ".join(words)
    is_above = any(rouge_l(text, task) > 0.7 for task in TASKS)
    assert (EvaluationTexts(TASKS).in_instruction(text) is not None) == is_above


def test_an_instruction_that_the_tokenizer_sees_nothing_of_is_found_if_it_is_the_same() -> None:
    assert EvaluationTexts(TASKS).in_instruction(" 안녕하세요\n") is not None
    assert EvaluationTexts(TASKS).in_instruction("안녕") is None


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), st.data())
def test_an_input_is_contaminated_exactly_if_it_shares_so_many_words_in_a_row(known: list[str], data: Any) -> None:
    start = data.draw(st.integers(0, len(known)))
    text = ["x", *known[start : data.draw(st.integers(start, len(known)))], "y"]
    runs = {tuple(known[i : i + NUM_WORDS]) for i in range(len(known) - NUM_WORDS + 1)}
    shares = any(tuple(text[i : i + NUM_WORDS]) in runs for i in range(len(text) - NUM_WORDS + 1))
    texts = EvaluationTexts([], [" ".join(known)])
    assert (texts.in_text(", ".join(text).upper()) is not None) == shares


def test_files_of_all_kinds_are_read_and_their_digest_is_that_of_their_texts(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "rows.jsonl", [{"instruction": TASKS[0], "input": LONG, "output": "x"}])
    seed = {"id": "a", "instruction": TASKS[1], "instances": [{"input": "b a", "output": "a b"}]}
    jsonl.write(tmp_path / "seeds.jsonl", [{**seed, "is_classification": False}])
    texts = evaluation_texts([str(tmp_path / "rows.jsonl"), str(tmp_path / "seeds.jsonl")])
    assert (texts.instructions, texts.inputs) == ((TASKS[0], TASKS[1]), (LONG, "b a"))
    config = RunConfig(against=[str(tmp_path / "rows.jsonl")])
    before = inputs_of(config)["against"]
    jsonl.write(tmp_path / "rows.jsonl", [{"instruction": TASKS[2], "input": LONG, "output": "x"}])
    assert inputs_of(config)["against"] != before
    assert "against" not in inputs_of(RunConfig())


def test_a_run_drops_instructions_and_instances_of_an_evaluation_with_their_reason(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "tasks.jsonl", [{"instruction": TASKS[0], "input": LONG}])
    against = [str(tmp_path / "tasks.jsonl")]
    rejection = filter_instruction("Name the capital of that country.", rules_for(RunConfig(against=against)))
    assert rejection is not None
    assert rejection.reason is Reason.CONTAMINATED
    assert rejection.detail == "ROUGE-L 0.833 with: Name the capital of the country."
    assert filter_instruction("Name the capital of that country.", rules_for(RunConfig())) is None
    step = InstanceFiltering(against=against, state_dir=str(tmp_path / "state"))
    raw = f"Example 1\nInput: so {LONG}\nOutput: hot\nExample 2\nInput: dry\nOutput: wet"
    rows = processed(step, [{"instruction": "Do it well.", "is_classification": False, "raw_instances": raw}])
    assert [row["input"] for row in rows] == ["dry"]
    assert reasons(tmp_path / "state") == ["contaminated"]


def test_overlaps_are_found_by_column() -> None:
    texts = EvaluationTexts(TASKS, [LONG])
    other = {"instruction": "Other."}
    rows = [{"instruction": TASKS[0]}, {**other, "input": LONG}, {**other, "output": LONG}]
    found = list(texts.overlaps([*rows, {**other, "input": "cold"}]))
    assert [(each.number, each.column) for each in found] == [(0, "instruction"), (1, "input"), (2, "output")]
    assert texts.screen([Instance("cold", "hot")]).kept == (Instance("cold", "hot"),)


def test_evaluate_says_how_many_rows_of_the_training_hold_texts_of_the_tasks(tmp_path: Path) -> None:
    jsonl.write(tmp_path / "answers.jsonl", [{"instruction": TASKS[0], "references": ["Oslo"], "output": "Oslo"}])
    rows = [{"prompt": TASKS[0], "completion": "Oslo"}, {"prompt": "Sing.", "completion": "La"}]
    (tmp_path / "tuned").mkdir()
    jsonl.write(tmp_path / "tuned" / "rows.jsonl", rows)
    (tmp_path / "tuned" / "finetune.json").write_text("{}")
    arguments = ["evaluate", str(tmp_path / "answers.jsonl"), "--trained-on", str(tmp_path / "tuned")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "1 of 2 rows hold texts of answers, so a score there is of what the model has seen" in result.stdout
