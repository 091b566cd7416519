"""Every command that reads the folder of a run says of one that has not ended that it has not, and how to resume it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.records import Reason, Stage
from tests.live_argilla import skip_or_fail
from tests.reporting.run_folders import instance, task, write_run
from tests.running import run_folders

Arguments = Callable[[Path, Path], list[object]]


def a_model(folder: Path) -> Path:
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "config.json").write_text("{}")
    return folder / "model"


SHOWING: dict[str, Arguments] = {
    "show": lambda run, _: ["show", run],
    "rejections": lambda run, _: ["rejections", run],
}
"""Commands that show what the journals hold."""

READING: dict[str, Arguments] = {
    "report": lambda run, out: ["report", run, "--output", out],
    "export": lambda run, out: ["export", run, "--format", "alpaca", "--output", out / "rows.jsonl"],
    "publish": lambda run, out: ["publish", run, "--repo-id", "me/it", "--license", "mit", "--to", out],
    "filter": lambda run, out: ["filter", run, "--output", out],
    "evaluate": lambda run, _: ["evaluate", run, "--references", run],
}
ASKING: dict[str, Arguments] = {
    "regenerate": lambda run, out: ["regenerate", run, "--llm", "recorded:demo", "--output", out],
    "predict": lambda run, out: ["predict", run, "--llm", "recorded:demo", "--output", out.with_suffix(".jsonl")],
    "finetune": lambda run, out: ["finetune", run, "--model", a_model(run.parent), "--output", out],
    "review push": lambda run, _: ["review", "push", run],
}
"""Commands that need a model or a server beside the rows."""


def said_by(*arguments: object) -> str:
    """What a command says, in one line, whether it refuses or not."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    error = result.exception
    assert error is None or isinstance(error, SelfInstructError | SystemExit), error
    if "needs an extra" in str(error):
        skip_or_fail(str(error))
    refusal = with_flags(str(error)) if isinstance(error, SelfInstructError) else ""
    return " ".join(f"{result.output} {refusal}".split())


def early(folder: Path) -> Path:
    return run_folders.prepared(folder).path


def in_the_middle(folder: Path) -> Path:
    run = run_folders.prepared(folder)
    admitted = {"instruction": "Name a sea.", **run_folders.ADMITTED}
    run_folders.journal(run, Stage.INSTRUCTION_GENERATION, admitted)
    dropped = {"stage": "instruction_generation", "reason": "too_short", "detail": "", "text": "Sea."}
    rejected = {**dropped, "instruction": "", "request": 0}
    run_folders.journal(run, Stage.INSTRUCTION_GENERATION, rejected, name=run_layout.STEP_REJECTIONS)
    return run.path


def at_the_end(folder: Path) -> Path:
    """All stages are done, and the first file was written."""
    run = in_the_middle(folder)
    (run / run_layout.INSTRUCTIONS).write_text(json.dumps(task("Name a sea.")) + "\n")
    return run


def while_resumed(folder: Path) -> Path:
    """The files are those of an attempt before."""
    return write_run(folder, [task("Name a sea.")], [instance("Name a sea.")], description={"status": "started"})


@contextmanager
def held(folder: Path) -> Iterator[None]:
    with lock(folder / run_layout.LOCK):
        yield


@pytest.mark.parametrize("made", [early, in_the_middle, at_the_end])
@pytest.mark.parametrize("command", [*READING, *ASKING])
def test_a_command_that_needs_the_rows_says_how_to_resume_the_run(
    tmp_path: Path, made: Callable[[Path], Path], command: str
) -> None:
    run = made(tmp_path / "run")
    arguments = (READING | ASKING)[command](run, tmp_path / "out")
    said = said_by(*arguments)
    assert f"The run in {run} was interrupted" in said
    assert "with the command that began it" in said
    with held(run):
        assert f"The run in {run} is still working" in said_by(*arguments)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("made", [early, in_the_middle, at_the_end, while_resumed])
@pytest.mark.parametrize("command", SHOWING)
def test_a_command_that_shows_a_run_shows_its_journals_and_says_that_it_has_not_ended(
    tmp_path: Path, made: Callable[[Path], Path], command: str
) -> None:
    run = made(tmp_path / "run")
    said = said_by(*SHOWING[command](run, tmp_path))
    assert said.endswith(f"The run in {run} was interrupted. Resume the run with the command that began it.")
    if made in {in_the_middle, at_the_end}:
        assert ("Name a sea." if command == "show" else "too_short") in said
    with held(run):
        assert said_by(*SHOWING[command](run, tmp_path)).endswith(f"The run in {run} is still working.")


@pytest.mark.parametrize("command", READING)
def test_what_an_earlier_attempt_wrote_is_used_and_it_is_said_that_the_run_has_not_ended(
    tmp_path: Path, command: str
) -> None:
    run = while_resumed(tmp_path / "run")
    said = said_by(*READING[command](run, tmp_path / "out"))
    assert "was interrupted. Resume the run with the command that began it." in said


@pytest.mark.parametrize(
    ("status", "said"), [("started", "resume them with the command that began them."), ("finished", "count as 0.")]
)
def test_predictions_that_lack_answers_are_not_finished(tmp_path: Path, status: str, said: str) -> None:
    row = {"id": "t0", "instruction": "Name a sea.", "input": "", "references": ["North Sea"], "output": None}
    jsonl.write(tmp_path / "p.jsonl", [row, {**row, "id": "t1", "output": "Baltic Sea"}])
    (tmp_path / "p.jsonl.state").mkdir()
    (tmp_path / "p.jsonl.state" / "prediction.json").write_text(json.dumps({"settings": {}, "status": status}))
    shown = said_by("evaluate", tmp_path / "p.jsonl")
    assert "has no answer to 1 tasks; they count as 0." in shown
    assert said in shown
    assert ("not finished" in shown) is (status == "started")


def test_rows_of_a_finished_run_that_are_gone_are_asked_for(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [task("Name a sea.")], [instance("Name a sea.")])
    (run / run_layout.INSTANCES).unlink()
    for arguments in READING.values():
        said = said_by(*arguments(run, tmp_path / "out"))
        assert f"{run / run_layout.INSTANCES} is missing: restore it, or give the command that made the run" in said


def test_a_preview_has_rows_to_be_shown_only(tmp_path: Path) -> None:
    run = in_the_middle(tmp_path / "run")
    described = json.loads((run / run_layout.DESCRIPTION).read_text())
    (run / run_layout.DESCRIPTION).write_text(json.dumps({**described, "status": "stopped", run_layout.PREVIEW: 1}))
    assert "holds the preview of a run" in said_by(*READING["export"](run, tmp_path / "out"))
    assert "Name a sea." in said_by("show", run)
    assert "too_short" in said_by("rejections", run, "--reason", Reason.TOO_SHORT.value)
