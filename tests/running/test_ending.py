"""How a run is judged at its end, and how that is said: by the command, by status, publish and export."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.cli.display import RunDisplay
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.files.run_rows import why_unfinished
from distilabel_selfinstruct.hub import run_source
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.journal.run_records import RunRecords
from distilabel_selfinstruct.records import (
    MODEL_STAGES,
    GeneratedTask,
    Instance,
    Reason,
    RecordedRejection,
    RequestStatus,
    RunStatus,
    Stage,
)
from distilabel_selfinstruct.running.ending import ending_of
from distilabel_selfinstruct.running.progress import Progress

FIRST, SECOND, THIRD, FOURTH = Stage
ALL = "2 instructions were wanted and admitted."


def records(*, instances: int = 1, tasks: int = 2, failed: dict[Stage, int] | None = None) -> RunRecords:
    made = tuple(
        GeneratedTask(f"Task {number}.", "", 0.0, number, "m", False, (Instance("", "x"),) * instances)
        for number in range(tasks)
    )
    failures = failed or {}
    return RunRecords(
        tasks=made,
        rejections=tuple(
            RecordedRejection(stage.value, Reason.FAILED_REQUEST, "HTTP 500.", "", "", number)
            for stage, count in failures.items()
            for number in range(count)
        ),
        num_results=dict.fromkeys(Stage, tasks),
        requests={
            stage: Counter({RequestStatus.ANSWERED: 4, RequestStatus.FAILED: failures.get(stage, 0)})
            for stage in MODEL_STAGES
        },
        stop_reason=ALL,
    )


def test_a_run_that_did_its_work_is_finished_for_the_reason_of_its_loop() -> None:
    ending = ending_of(records(failed={SECOND: 4}), "", has_problems=False)
    assert (ending.status, ending.reason) == (RunStatus.FINISHED, ALL)


def test_a_run_that_was_asked_to_stop_has_that_reason_and_no_other() -> None:
    ending = ending_of(records(failed={SECOND: 9}), "max_tokens (9) was reached.", has_problems=False)
    assert (ending.status, ending.reason) == (RunStatus.STOPPED, "max_tokens (9) was reached.")


def test_a_run_that_reached_a_limit_with_its_last_request_is_finished() -> None:
    ending = ending_of(records(), "`max_tokens` (9) was reached.", has_problems=False)
    assert (ending.status, ending.reason) == (RunStatus.FINISHED, ALL)


def test_a_run_that_reached_a_limit_before_its_last_row_is_stopped() -> None:
    all_but_one = replace(records(), num_results={**dict.fromkeys(Stage, 2), FOURTH: 1})
    assert ending_of(all_but_one, "`max_tokens` (9) was reached.", has_problems=False).status is RunStatus.STOPPED


@pytest.mark.parametrize("stage", MODEL_STAGES)
def test_a_stage_with_less_than_half_of_its_answers_is_not_finished_and_says_the_last_failure(stage: Stage) -> None:
    ending = ending_of(records(failed={stage: 5}), "", has_problems=False)
    assert ending.status is RunStatus.STOPPED
    assert ending.reason == (
        f"{stage.value} got answers to 4 of 9 requests. The last failure was: HTTP 500. Run the same command again to "
        "resume."
    )


def test_a_run_without_an_instance_is_not_finished() -> None:
    ending = ending_of(records(instances=0), "", has_problems=False)
    assert ending.status is RunStatus.STOPPED
    assert ending.reason.startswith("None of the 2 instructions has an instance.")


def test_a_run_without_an_instruction_is_not_finished_and_says_why_the_loop_ended() -> None:
    ending = ending_of(records(tasks=0), "", has_problems=False)
    assert (ending.status, ending.reason) == (RunStatus.STOPPED, ALL)


@pytest.mark.parametrize(
    ("description", "why"),
    [
        ({"status": "finished", "stop_reason": ALL}, ""),
        ({"status": "started"}, "was interrupted. Resume the run with the command that began it."),
        ({"status": "stopped", "stop_reason": "max_requests (3) was reached."}, "stopped early: max_requests (3) was"),
        ({"status": "failed", "problems": ["A step died."]}, "failed: A step died."),
        ({"status": "failed", "problems": "A step died."}, "failed: A step died."),
        ({"status": "odd"}, "is not finished."),
    ],
)
def test_why_a_run_is_not_finished_is_one_sentence(description: dict[str, Any], why: str) -> None:
    assert why_unfinished(description).startswith(why)
    assert bool(why_unfinished(description)) == bool(why)


def test_publishing_a_run_that_stopped_says_why_it_stopped_and_how_its_rows_are_published(tmp_path: Path) -> None:
    described = {"config": {}, "status": "stopped", "stop_reason": "max_tokens (9) was reached."}
    (tmp_path / "run.json").write_text(json.dumps(described))
    for name in ("instructions.jsonl", "instances.jsonl"):
        (tmp_path / name).touch()
    with pytest.raises(PublishError, match=r"stopped early: max_tokens \(9\) was reached\. With `unfinished`, "):
        run_source(tmp_path)


Show = Callable[..., list[str]]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Show:
    """The lines that a run prints where no terminal is, for a progress that is looked at some times."""

    def show(*looks: Progress) -> list[str]:
        display = RunDisplay(RunConfig(llm="openai:small"))
        for progress in looks:
            display.update(progress)
        return capsys.readouterr().out.splitlines()

    return show


def progressed(failures: int = 0, **facts: Any) -> Progress:
    progress = Progress(wanted=4, **facts)
    progress.stages[FIRST].failed = progress.stages[FIRST].requests = failures
    return progress


def test_answers_that_are_reused_are_told_once(shown: Show) -> None:
    lines = shown(progressed(reused=141), progressed(reused=141))
    assert lines.count("141 answers on disk are reused.") == 1


def test_the_first_failure_is_shown_at_once_with_its_cause(shown: Show) -> None:
    lines = shown(progressed(), progressed(failures=1, last_failure="HTTP 500: ill"))
    assert "failed 1 (last: HTTP 500: ill)" in lines[-1]


def test_a_note_is_shown_once_with_flags_for_the_options_that_it_names(shown: Show) -> None:
    notes = [
        (SECOND, Note(NoteKind.QUALITY, "loops", "Change `prompt_form`.")),
        (SECOND, Note(NoteKind.WAITING, "requests", "Waits 6 s. Lower `max_in_flight`.")),
    ]
    lines = shown(progressed(notes=notes), progressed(notes=notes))
    told = [line for line in lines if line.startswith("classification: ")]
    assert told == ["classification: Change --prompt-form.", "classification: Waits 6 s. Lower --max-in-flight."]


def test_what_an_earlier_start_waited_for_is_not_told_again(shown: Show) -> None:
    note = (SECOND, Note(NoteKind.WAITING, "requests", "Waits 6 s."))
    assert not [line for line in shown(progressed(notes=[note], num_notes_before=1)) if "Waits" in line]


def test_tokens_are_not_counted_only_once_an_answer_came_without_counts(shown: Show) -> None:
    uncounted = progressed()
    uncounted.stages[FIRST].uncounted = 1
    assert "no tokens yet" in shown(progressed())[-1]
    assert "tokens not counted" in shown(uncounted)[-1]
