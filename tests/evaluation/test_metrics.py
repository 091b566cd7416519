"""Figures by task and category, as the reference's `compute_metrics.py` has them, on small tasks of our own."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.evaluation import Cut, evaluate
from distilabel_selfinstruct.files import jsonl

DEFINITIONS = [
    {"Task": "task1_entail", "Categories": ["Textual Entailment"], "Definition": ["Yes or no?"],
     "Positive Examples": [{"input": "x", "output": "yes"}]},
    {"Task": "task2_title", "Categories": ["Title Generation"], "Definition": ["Write a title."],
     "Positive Examples": [{"input": "x", "output": "Two green boats"}]},
]  # fmt: skip
REFERENCES = [
    {"id": "e1", "Task": "task1_entail", "input": "a b", "output": ["yes"]},
    {"id": "e2", "Task": "task1_entail", "input": "a b", "output": ["no", "never"]},
    {"id": "t1", "Task": "task2_title", "input": "One boat", "output": ["Green boats", "A boat"]},
]


@pytest.fixture
def files(tmp_path):
    jsonl.write(tmp_path / "definitions.jsonl", DEFINITIONS)
    jsonl.write(tmp_path / "references.jsonl", REFERENCES)
    return tmp_path


def test_the_command_writes_the_figures_under_the_keys_of_the_reference(files):
    arguments = ["--references", files / "references.jsonl", "--definitions", files / "definitions.jsonl"]
    done = CliRunner().invoke(
        app, ["evaluate", *map(str, arguments), "--copy-input", "--copy-demo", "--json", str(files / "out.json")]
    )
    assert done.exit_code == 0, done.output
    found = json.loads((files / "out.json").read_text())
    assert found.keys() == {"copy_input", "copy_demo"}
    assert found["copy_input"]["all"] == {"exact_match": 0.0, "rouge1": 16.6667, "rougeL": 16.6667}
    assert found["copy_demo"] == {
        "n": 3,
        "track": "default",
        "all": {"exact_match": 33.3333, "rouge1": 60.0, "rougeL": 60.0},
        "per_category": {
            "exact_match_for_textual_entailment": 50.0,
            "rouge1_for_textual_entailment": 50.0,
            "rougeL_for_textual_entailment": 50.0,
            "exact_match_for_title_generation": 0.0,
            "rouge1_for_title_generation": 80.0,
            "rougeL_for_title_generation": 80.0,
        },
        "per_task": {
            "exact_match_for_task1_entail": 50.0,
            "rouge1_for_task1_entail": 50.0,
            "rougeL_for_task1_entail": 50.0,
            "exact_match_for_task2_title": 0.0,
            "rouge1_for_task2_title": 80.0,
            "rougeL_for_task2_title": 80.0,
        },
        "reported_per_category": {
            "exact_match_for_textual_entailment": 50.0,
            "rougeL_for_title_generation": 80.0,
        },
        "reported_per_task": {"task1_entail": 50.0, "task2_title": 80.0},
    }


@given(answered=st.sets(st.sampled_from(["e1", "e2", "t1"]), min_size=1))
def test_a_missing_answer_counts_as_0_or_is_skipped(answered, tmp_path_factory):
    folder = tmp_path_factory.mktemp("missing")
    rows = [{**row, "instruction": row["Task"], "references": row["output"], "output": None} for row in REFERENCES]
    for row in rows:
        row["output"] = row["references"][0] if row["id"] in answered else None
    jsonl.write(folder / "predictions.jsonl", rows)  # the columns of `predict`: it needs no file of references
    for missing, num_scored in (("zero", 3), ("skip", len(answered))):
        (scores,) = evaluate(folder / "predictions.jsonl", missing=missing).files
        assert scores.metrics.num_tasks == num_scored
        assert scores.metrics.overall.exact_match == pytest.approx(100 * len(answered) / num_scored)
        assert scores.num_unanswered == 3 - len(answered)


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        (Cut.FIRST_SENTENCE, "One"),
        (Cut.FIRST_LINE, "One. Two"),
        (Cut.FIRST_PARAGRAPH, "One. Two\nInput: x"),
        (Cut.BEFORE_ECHO, " One. Two"),
        (Cut.WORDS_128, "One. Two Input: x Three"),
    ],
)
def test_an_answer_is_cut(cut, kept):
    assert cut(" One. Two\nInput: x\n\nThree") == kept


def test_beside_a_model_stands_how_its_answers_end_and_its_difference_from_the_first(tmp_path):
    answers = {"base": [("x " * 9, "length", 9), ("", "stop", 1), ("c", "eos", 2)], "tuned": [("a", "stop", 1)] * 3}
    for model, given_answers in answers.items():
        rows = [
            {"id": f"{n}", "instruction": "Say.", "references": ["a"], "output": text, "finish_reason": reason,
             "output_tokens": tokens}
            for n, (text, reason, tokens) in enumerate(given_answers)
        ]  # fmt: skip
        jsonl.write(tmp_path / f"{model}.jsonl", rows)
    files = [str(tmp_path / f"{model}.jsonl") for model in answers]
    done = CliRunner().invoke(app, ["evaluate", *files, "--copy-input", "--json", str(tmp_path / "out.json")])
    assert done.exit_code == 0, done.output
    assert "66.7%" in done.stdout
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["base"]["answers"] == {
        "answered": 3, "unanswered": 0, "empty": 1, "ended": 66.6667, "mean_tokens": 4.0, "mean_words": 3.3333
    }  # fmt: skip
    assert "differences" not in found["base"]
    assert found["tuned"]["differences"] == {
        "from": "base",
        "rougeL": {"difference": 100.0, "low": 100.0, "high": 100.0, "units": 3},
        "exact_match": {"difference": 100.0, "low": 100.0, "high": 100.0, "units": 3},
    }
    assert found["tuned"]["intervals"]["rougeL"] == {"low": 100.0, "high": 100.0, "units": 3}
    assert found["copy_input"].keys() == {
        "n", "track", "all", "per_category", "per_task", "reported_per_category", "reported_per_task"
    }  # fmt: skip


def test_how_answers_end_is_not_known_without_the_columns(tmp_path):
    jsonl.write(tmp_path / "rows.jsonl", [{"instruction": "Say.", "output": "a", "references": ["a"]}])
    known = evaluate(tmp_path / "rows.jsonl").files[0].answers
    assert (known.ended, known.mean_tokens, known.mean_words) == (None, None, 1.0)


def test_the_last_cut_is_after_128_words():
    assert Cut.WORDS_128("a " * 129).split() == ["a"] * 128


def test_the_xlingual_track_compares_tokens_of_the_files_given(files):
    pytest.importorskip("tokenizers")
    letters = [*"abno", "Ġ", "ab", "Ġab"]
    (files / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(letters)}))
    (files / "merges.txt").write_text("#version: 0.2\na b\nĠ ab\n")
    jsonl.write(files / "rows.jsonl", [{"id": "1", "instruction": "Say.", "output": "ab ab", "references": ["ab no"]}])
    result = evaluate(files / "rows.jsonl", track="xlingual", tokenizer_path=files)
    assert result.to_json()["rows_xlingual"]["all"]["rougeL"] == pytest.approx(100 * 2 / 6, abs=1e-4)


def test_the_xlingual_track_downloads_nothing(files):
    with pytest.raises(ConfigError, match="name their folder with `tokenizer_path`"):
        evaluate(files / "references.jsonl", track="xlingual")
    with pytest.raises(InputFileError, match=r"There is no file .*vocab\.json"):
        evaluate(files / "references.jsonl", track="xlingual", tokenizer_path=files)


def test_no_file_and_no_baseline_is_nothing_to_score(files):
    with pytest.raises(ConfigError, match="nothing to score"):
        evaluate([], files / "references.jsonl")


def test_figures_are_written_where_they_can_be_and_over_nothing_else(tmp_path: Path) -> None:
    row = {"id": "1", "instruction": "Say it.", "input": "", "output": "it", "references": ["it"]}
    answers = tmp_path / "answers.jsonl"
    answers.write_text(json.dumps(row) + "\n")
    (tmp_path / "list.json").write_text("[1]")
    for where, said in (
        (answers, "holds something else than figures"),
        (tmp_path / "list.json", "holds something else than figures"),
        (tmp_path, "Is a directory"),
        (tmp_path / "no" / "out.json", "there is no folder"),
        (Path("/proc/out.json"), "Cannot write to /proc/out.json"),
    ):
        before = where.read_bytes() if where.is_file() else None
        done = CliRunner().invoke(app, ["evaluate", str(answers), "--json", str(where)])
        assert said in str(done.exception)
        assert not done.stdout
        assert (where.read_bytes() if where.is_file() else None) == before
    for _ in range(2):  # figures are replaced
        assert CliRunner().invoke(app, ["evaluate", str(answers), "--json", str(tmp_path / "out.json")]).exit_code == 0
    assert list(json.loads((tmp_path / "out.json").read_text())) == ["answers"]
