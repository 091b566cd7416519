"""Answers of a model to tasks: what is asked, what is written, and what happens when it ends before its time."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.run_options import overrides_of, takes_asking_options
from distilabel_selfinstruct.config import ASKING_OPTIONS, RunConfig, load_config
from distilabel_selfinstruct.errors import ConfigError, ModelError, RunFolderError
from distilabel_selfinstruct.evaluation import PromptOptions, TaskPrompt, evaluate
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import RunStatus
from distilabel_selfinstruct.running.predicting import Predictions, predict
from tests import processes
from tests.local_batch_server import LocalBatchServer
from tests.local_openai_server import KEY, Asked, LocalOpenAIServer, Reply, text, too_long, unknown_model

TASKS = [
    {"id": f"t{number}", "task": "task9_echo", "category": "Echoing", "instruction": f"Say {number}.",
     "input": "" if number % 3 else f"x{number}", "references": [str(number), f"number {number}"]}
    for number in range(12)
]  # fmt: skip


class Model:
    """Answers by the prompt alone, and tells when so many tasks have arrived."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.arrived = 0
        self._reply = reply
        self._changed = threading.Condition()

    def __call__(self, asked: Asked) -> Reply:
        if is_probe(asked):
            return text("H")
        with self._changed:
            self.arrived += 1
            self._changed.notify_all()
        if self._reply is not None and "Say 5." in asked.prompt:
            return self._reply
        return replace(text(f" {len(asked.prompt)} signs", "stop", (9, 4)), seconds=0.05)

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.arrived >= count, 120)


def is_probe(asked: Asked) -> bool:
    return bool(asked.body["max_tokens"] == 1)


def prompts(asked: list[Asked]) -> list[str]:
    return [one.prompt for one in asked if not is_probe(one)]


@pytest.fixture
def server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(Model()) as listening:
        yield listening


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    jsonl.write(tmp_path / "tasks.jsonl", TASKS)
    return tmp_path / "tasks.jsonl"


def asking(server: LocalOpenAIServer, **options: Any) -> RunConfig:
    return RunConfig(llm="openai:small", base_url=server.url, max_in_flight=2, **options)


def answered(server: LocalOpenAIServer, tasks: Path, **options: Any) -> Predictions:
    return predict(tasks, tasks.with_name("answers.jsonl"), asking(server), **options)


@pytest.mark.process
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the number of the process is looked up in /proc")
def test_predictions_killed_at_five_points_are_the_same_and_nothing_that_was_answered_is_asked_again(
    server: LocalOpenAIServer, tasks: Path
) -> None:
    undisturbed = tasks.with_name("undisturbed.jsonl")
    predict(tasks, undisturbed, asking(server))
    model, folder = server._answer, tasks.with_name("answers.jsonl.state")
    assert isinstance(model, Model)
    command = [sys.executable, "-m", "distilabel_selfinstruct", "predict", str(tasks), "--llm", "openai:small"]
    command += ["--base-url", server.url, "--max-in-flight", "2", "-o", str(tasks.with_name("answers.jsonl"))]
    for arrivals in (1, 3, 3, 2, 4, None):
        known = {row["instruction"] for row in recorded(folder)}
        before = len(server.asked)
        started = processes.popen(command, env={**os.environ, "OPENAI_API_KEY": KEY})
        if arrivals is None:
            assert started.wait(timeout=120) == 0
        else:
            model.wait_for(model.arrived + arrivals)
            started.kill()
            started.wait(timeout=60)
        asked_now = {TASKS[int(one.split()[1].rstrip(".:\n"))]["id"] for one in prompts(server.asked[before:])}
        assert not asked_now & known
    assert tasks.with_name("answers.jsonl").read_bytes() == undisturbed.read_bytes()
    assert sorted(row["instruction"] for row in recorded(folder)) == sorted(str(task["id"]) for task in TASKS)
    asked = len(server.asked)
    assert answered(server, tasks).status is RunStatus.FINISHED
    assert len(server.asked) == asked, "a finished file needs no server"


def recorded(folder: Path) -> list[dict[str, Any]]:
    """The whole records of the journal."""
    path = folder / "prediction" / "completions.jsonl"
    content = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]


def test_a_row_says_what_was_asked_and_answered_and_can_be_scored(server: LocalOpenAIServer, tasks: Path) -> None:
    result = answered(server, tasks)
    rows = list(jsonl.read(result.file))
    assert [row["id"] for row in rows] == [task["id"] for task in TASKS]
    assert rows[3] == {
        **TASKS[3],
        "category": "echoing",
        "prompt": "Say 3.\n\nInput: x3\nOutput:",
        "output": " 25 signs",
        "finish_reason": "stop",
        "output_tokens": 4,
        "model": "small",
    }
    assert rows[1]["prompt"] == "Say 1.\nOutput:"
    body = next(one.body for one in server.asked if not is_probe(one))
    assert (body["temperature"], body["max_tokens"], body.get("stop")) == (0, 1024, None)
    assert result.progress.tokens.output == 48
    (scores,) = evaluate(result.file).files
    assert (scores.metrics.num_tasks, scores.num_unanswered) == (12, 0)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (TaskPrompt.SUPERNI, "Definition: Say 3.\n\nNow complete the following example -\nInput: x3.\nOutput:"),
        (TaskPrompt.SELF_INSTRUCT, "Say 3.\nInput: x3\nOutput:"),
        (TaskPrompt.CHAT, "Say 3.\n\nx3"),
    ],
)
def test_a_task_is_put_in_the_wording_asked_for(
    server: LocalOpenAIServer, tasks: Path, kind: TaskPrompt, asked: str
) -> None:
    answered(server, tasks, prompt=PromptOptions(kind))
    assert asked in prompts(server.asked)
    assert all(("messages" in one.body) is (kind is TaskPrompt.CHAT) for one in server.asked)


def test_a_task_without_an_answer_has_a_row_and_is_asked_again(tasks: Path) -> None:
    with LocalOpenAIServer(Model(too_long())) as server:
        result = answered(server, tasks)
    assert result.status is RunStatus.STOPPED
    assert "1 tasks have no answer. The last failure was: " in result.stop_reason
    assert [row["id"] for row in jsonl.read(result.file) if row["output"] is None] == ["t5"]
    assert evaluate(result.file).files[0].num_unanswered == 1
    with LocalOpenAIServer(Model()) as server:
        again = predict(tasks, result.file, asking(server))
        assert prompts(server.asked) == ["Say 5.\nOutput:"]
    assert (again.status, again.num_answered) == (RunStatus.FINISHED, 12)


def test_the_limit_on_tokens_counts_over_all_attempts(server: LocalOpenAIServer, tasks: Path) -> None:
    output = tasks.with_name("answers.jsonl")
    for _ in range(2):
        result = predict(tasks, output, asking(server, max_tokens=60))
        assert result.stop_reason == "`max_tokens` (60) was reached. Raise `max_tokens` to resume."
        used = result.progress.tokens.input + result.progress.tokens.output
        assert 60 <= used <= 60 + 13
    assert predict(tasks, output, asking(server, max_tokens=1000)).status is RunStatus.FINISHED
    assert len(prompts(server.asked)) == 12


def test_other_settings_are_refused_by_name_until_it_starts_over(server: LocalOpenAIServer, tasks: Path) -> None:
    answered(server, tasks)
    with pytest.raises(RunFolderError, match=r"`decoding` was .*1024.* and is .*16.*`fresh`"):
        answered(server, tasks, decoding={"max_tokens": 16})
    with pytest.raises(RunFolderError, match="`prompt` was user-oriented and is chat"):
        answered(server, tasks, prompt=PromptOptions(TaskPrompt.CHAT))
    jsonl.write(tasks, TASKS[:2])
    with pytest.raises(RunFolderError, match="the tasks or their prompts changed"):
        answered(server, tasks)
    assert answered(server, tasks, fresh=True).num_answered == 2


def test_a_model_that_cannot_be_asked_leaves_all_as_it_was(server: LocalOpenAIServer, tasks: Path) -> None:
    other = tasks.with_name("other.jsonl")
    with LocalOpenAIServer([unknown_model("small")]) as wrong, pytest.raises(ModelError, match="use `prompt=chat`"):
        predict(tasks, other, asking(wrong))
    made = predict(tasks, other, RunConfig(llm="openai:right", base_url=server.url)).file.read_bytes()
    with LocalOpenAIServer([unknown_model("small")]) as wrong, pytest.raises(ModelError):
        predict(tasks, other, asking(wrong), fresh=True)
    assert other.read_bytes() == made
    asked = len(server.asked)
    assert predict(tasks, other, RunConfig(llm="openai:right", base_url=server.url)).num_answered == 12
    assert len(server.asked) == asked


def test_requests_go_in_batches_of_the_server(tasks: Path) -> None:
    with LocalBatchServer(Model()) as server:
        made = answered(server, tasks)
        direct = len(prompts(server.asked_directly))
        again = predict(tasks, tasks.with_name("batched.jsonl"), asking(server, batch=True))
        assert (len(prompts(server.asked_directly)), len(server.batched)) == (direct + 1, 11)
    assert again.file.read_bytes() == made.file.read_bytes()


OF_A_MODEL = {
    "base_url": "http://localhost:1/v1",
    "extra_body": '{"top_k": 4}',
    "thinking": "low",
    "max_in_flight": "7",
    "batch": None,
    "llm": "openai:big",
}
"""Values of options that are no numbers; None for one that takes none."""


@pytest.mark.parametrize("name", ASKING_OPTIONS)
def test_each_option_of_the_model_reaches_its_configuration(name: str, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text("small: {input: 1, output: 2}")
    value = str(tmp_path / "prices.yaml") if name == "prices" else OF_A_MODEL.get(name, "3")
    given: dict[str, Any] = {}

    def command(**options: Any) -> None:
        given.update(options)

    def bare(**given: Any) -> None:
        command(**given)

    app = typer.Typer()
    app.command()(takes_asking_options(bare))
    flag = f"--{name.replace('_', '-')}"
    llm = [] if name == "llm" else ["--llm", "openai:small"]
    done = CliRunner().invoke(app, [*llm, flag, *([] if value is None else [value])])
    assert done.exit_code == 0, done.output
    config = load_config(None, overrides_of(given))
    assert getattr(config, name) != RunConfig.model_fields[name].get_default(call_default_factory=True)
    assert config.model_fields_set == {"llm", name}
    assert "STAGE" not in CliRunner().invoke(app, ["--help"]).output


def test_a_file_that_is_no_prediction_is_not_replaced(server: LocalOpenAIServer, tasks: Path) -> None:
    with pytest.raises(RunFolderError, match="was not made by predict"):
        predict(tasks, tasks, asking(server), fresh=True)
    assert len(list(jsonl.read(tasks))) == 12


def test_an_option_of_a_run_alone_is_refused(server: LocalOpenAIServer, tasks: Path) -> None:
    with pytest.raises(ConfigError, match="`num_instructions` belongs to a run"):
        predict(tasks, tasks.with_name("answers.jsonl"), asking(server, num_instructions=5))


def test_a_recording_of_predictions_answers_them_again(server: LocalOpenAIServer, tasks: Path) -> None:
    made = answered(server, tasks)
    journal = tasks.with_name("answers.jsonl.state") / "prediction" / "completions.jsonl"
    again = predict(tasks, tasks.with_name("again.jsonl"), RunConfig(llm=f"recorded:{journal}"))
    assert again.file.read_bytes() == made.file.read_bytes()
