"""The task folder for lm-evaluation-harness has the same tasks and gives the same scores.

What the harness itself does with the folder was tried with lm-eval 0.4.13: its `--model dummy`, and a model that
replays recorded answers, come to the figures of `evaluate`.
"""

import json
from importlib.util import module_from_spec, spec_from_file_location
from statistics import fmean

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import ConfigError, OutputFileError
from distilabel_selfinstruct.evaluation import evaluate, lm_eval_scores, measure_of
from distilabel_selfinstruct.evaluation.references import Track
from distilabel_selfinstruct.files import jsonl

ROWS = [
    {"id": "a", "instruction": "Name it.", "input": "", "references": ["The big cats", "cat"], "output": "A cat!"},
    {
        "id": "b",
        "instruction": "Say no.",
        "input": "x",
        "references": ["no"],
        "output": "No.",
        "prompt": "Q: {{x}} \nA:",
    },
]


@pytest.fixture
def answers(tmp_path):
    jsonl.write(tmp_path / "answers.jsonl", ROWS)
    return tmp_path / "answers.jsonl"


def test_the_scores_of_the_folder_are_those_of_evaluate(answers, tmp_path):
    folder = tmp_path / "my-task"
    command = ["evaluate", str(answers), "--lm-eval", str(folder), "--json", str(tmp_path / "out.json")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert f"A task for lm-evaluation-harness is in {folder}." in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["my_task.yaml", "rows.jsonl", "utils.py"]
    spec = spec_from_file_location("utils", folder / "utils.py")
    utils = module_from_spec(spec)
    spec.loader.exec_module(utils)
    rows = list(jsonl.read(folder / "rows.jsonl"))
    assert [row["prompt"] for row in rows] == ["Name it.\nOutput:", "Q: {{x}} \nA:"]
    found = [utils.process_results(row, [given["output"]]) for row, given in zip(rows, ROWS, strict=True)]
    overall = json.loads((tmp_path / "out.json").read_text())["answers"]["all"]
    assert {name: round(fmean(one[name] for one in found), 4) for name in overall} == overall
    assert utils.load_rows(n=1)["test"].to_list() == rows


def test_the_task_is_greedy_without_a_stop_and_names_functions_of_the_folder(answers, tmp_path):
    evaluate(answers, lm_eval=tmp_path / "task")
    text = (tmp_path / "task" / "task.yaml").read_text().replace("!function ", "")
    task = yaml.safe_load(text)
    assert (task["task"], task["doc_to_text"], task["doc_to_target"]) == ("task", "prompt", "{{references[0]}}")
    assert task["generation_kwargs"] == {"until": [], "max_gen_toks": 1024, "do_sample": False}
    for name in ("custom_dataset", "process_results"):
        assert callable(getattr(lm_eval_scores, task[name].removeprefix("utils.")))


WORDS = st.text("abc .,É\n'", max_size=20)


@given(WORDS, st.lists(WORDS, min_size=1, max_size=3))
def test_an_answer_has_the_same_scores_in_both(answer, references):
    ours = measure_of(Track.DEFAULT)(answer, references)
    theirs = lm_eval_scores.process_results({"references": references}, [answer])
    assert (theirs["exact_match"], theirs["rouge1"], theirs["rougeL"]) == (ours.exact_match, ours.rouge1, ours.rouge_l)


def test_a_folder_in_use_a_cut_and_another_track_are_refused(answers, tmp_path):
    with pytest.raises(OutputFileError, match="is not empty"):
        evaluate(answers, lm_eval=tmp_path)
    with pytest.raises(ConfigError, match="omit `cut`"):
        evaluate(answers, lm_eval=tmp_path / "task", cut="128-words")
    with pytest.raises(ConfigError, match="use `track=default`"):
        evaluate(answers, lm_eval=tmp_path / "task", track="unicode")
    assert not (tmp_path / "task").exists()
