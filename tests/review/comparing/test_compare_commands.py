"""The commands of `selfinstruct review compare`."""

import os
import sys

import pytest

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.review.comparing.key import make_key, read_key
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from tests import processes
from tests.review.comparing.comparisons import MODELS, rate, two_models


def command(*arguments, **environment):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ARGILLA_")}
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "review", "compare", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env={**inherited, "COLUMNS": "80", **environment},
    )  # fmt: skip


def written(folder, answers):
    """The answers as files; the options that name them."""
    options = []
    for model, given in answers.items():
        path = folder / f"{model}.jsonl"
        jsonl.write(path, [{"instruction": task[0], "input": task[1], "output": text} for task, text in given.items()])
        options += ["--answers", f"{model}={path}"]
    return options


def test_the_commands_push_and_pull_and_name_the_next_step(argilla_server, folder, tmp_path):
    answers = two_models()
    del answers[MODELS[1]]["Name the opposite of word 2.", ""]
    where = ["--home", argilla_server.home]
    done = command("push", *written(tmp_path, answers), "--output", folder, *where)
    assert done.returncode == 0, done.stderr
    assert all(": JSON Lines, read as" in line for line in done.stderr.splitlines())
    assert done.stdout.splitlines() == [
        "3 tasks, 2 models, 5 different answers.",
        "5 records are new in Argilla, 0 were there before.",
        "1 tasks are not answered by all (Okapi_instruct lacks 1): --incomplete adds them.",
        "1 answers equal another model's: each is rated once and counts for both.",
        f"Rate: {read_pushed(folder).datasets[0].url}",
        f"Which model gave which answer (not for raters): {folder / 'comparison.json'}",
        f"After people have rated: selfinstruct review compare pull {folder}",
    ]
    rate(argilla_server, "anna", folder, {"opposite 0": "A", "contrary 3": "D", "opposite 3": "B"})
    done = command("pull", folder, *where)
    assert (done.returncode, done.stderr) == (0, "")
    tables = [line for line in done.stdout.splitlines() if line[:1] in "┏┃┡│├└"]
    assert max(map(len, tables)) <= 80
    assert f"Results: {folder / 'results.json'}" in done.stdout.splitlines()
    assert f"Figure 6: {folder / 'figure-6.svg'}" in done.stdout.splitlines()
    assert 'id="count-1-D"' in (folder / "figure-6.svg").read_text()


def test_every_option_of_the_command_reaches_the_comparison(argilla_server, folder, tmp_path):
    answers = two_models(6)
    del answers[MODELS[1]]["Name the opposite of word 2.", ""]
    references = {task: f"right: {task[0]}" for task in list(answers[MODELS[0]])[:5]}
    rows = [{"instruction": task[0], "input": task[1], "references": [text]} for task, text in references.items()]
    jsonl.write(tmp_path / "tasks.jsonl", rows)
    done = command(
        "push", *written(tmp_path, answers), "--output", folder, "--sample", 4, "--random-seed", 7, "--incomplete",
        "--tasks", tmp_path / "tasks.jsonl", "--show-reference", "--raters", "anna, ben",
        "--min-submitted", 2, "--dataset", folder.name, "--workspace", folder.name, "--home", argilla_server.home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(": JSON Lines, read as" in line for line in done.stderr.splitlines())
    asked = {
        model: {task: text for task, text in given.items() if task in references} for model, given in answers.items()
    }
    assert read_key(folder) == make_key(asked, random_seed=7, sample=4, incomplete=True, references=references)
    options = read_pushed(folder).options
    assert {name: options[name] for name in ("dataset", "workspace", "min_submitted", "settings", "raters")} == {
        "dataset": folder.name, "workspace": folder.name, "min_submitted": 2, "settings": "comparison",
        "raters": ["anna", "ben"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["model"], "--answers is 'model' and must be NAME=FILE"),
        (["=x.jsonl"], "--answers is '=x.jsonl' and must be NAME=FILE"),
        (["a=x.jsonl", "a=y.jsonl"], "--answers names the model 'a' twice"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path, answers, message):
    done = command(
        "push", *(part for answer in answers for part in ("--answers", answer)), "--output", tmp_path / "new"
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert message in done.stderr
