"""How far a run is, read from its journals while they grow."""

import json
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.analysis.quality import QualityWatch
from distilabel_selfinstruct.config import Tokens
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, END, NOTES, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.notes import Note, NoteKind, note_row
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.records import Reason, Stage
from distilabel_selfinstruct.running.progress import Progress, StageProgress
from distilabel_selfinstruct.running.progress_reader import ProgressReader

FIRST, SECOND, THIRD, FOURTH = Stage


WHOLE: dict[str, dict[str, Any]] = {
    COMPLETIONS: {"key": "k", "stage": ""},
    STEP_RESULTS: {
        "nearest_instruction": "",
        "nearest_rouge_l": 0.0,
        "request": 0,
        "model_name": "m",
        "status": "answered",
    },
    END: {"reason": "", "requests": {}},
}
"""What a row of a journal has besides."""


def write(state: Path, stage: Stage, name: str, *rows: dict[str, Any]) -> None:
    path = state / stage.value / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.writelines(json.dumps({**WHOLE.get(name, {}), **row}) + "\n" for row in rows)


def answered(**fields: Any) -> dict[str, Any]:
    return {"text": "an answer", "finish_reason": "stop", **fields}


def dropped(reason: Reason, detail: str = "", request: int = 0) -> dict[str, Any]:
    return {"reason": reason.value, "detail": detail, "request": request}


def test_progress_counts_what_the_journals_gained(tmp_path: Path) -> None:
    write(tmp_path, FIRST, STEP_RESULTS, {"instruction": "one"}, {"instruction": "two"})
    write(tmp_path, FOURTH, STEP_RESULTS, {"instruction": "one", "instances": [{"input": "", "output": "x"}]})
    reader = ProgressReader(tmp_path, wanted=4)
    assert reader.read().admitted == 2
    write(tmp_path, FIRST, STEP_RESULTS, {"instruction": "three"})
    write(tmp_path, FIRST, STEP_REJECTIONS, dropped(Reason.TOO_SHORT), dropped(Reason.OVER_LIMIT))
    write(tmp_path, FIRST, COMPLETIONS, answered(input_tokens=5, output_tokens=2, cached_tokens=4, reasoning_tokens=1))
    progress = reader.read()
    assert (progress.admitted, progress.filtered, progress.instances, progress.requests) == (3, 1, 1, 1)
    assert progress.tokens[FIRST] == Tokens(input=5, output=2, cached=4)
    assert progress.reasoning_tokens == 1
    assert progress.acceptance_rate == 0.75
    assert dict(progress.rejections) == {"too_short": 1, "over_limit": 1}


def test_rows_that_were_not_asked_about_are_not_done(tmp_path: Path) -> None:
    for stage, fields in (
        (Stage.CLASSIFICATION, {"is_classification": None}),
        (Stage.INSTANCE_GENERATION, {}),
        (Stage.INSTANCE_FILTERING, {"instances": []}),
    ):
        statuses = ("answered", "failed", "not_sent", "exhausted")
        rows = [{"instruction": "Sort.", "status": status, **fields} for status in statuses]
        write(tmp_path, stage, STEP_RESULTS, *rows)
    progress = ProgressReader(tmp_path, 5).read()
    assert (progress.classified, progress.answered, progress.filtered) == (2, 2, 2)


def test_progress_leaves_a_half_written_line_for_the_next_time(tmp_path: Path) -> None:
    write(tmp_path, FIRST, STEP_RESULTS, {"instruction": "one"})
    reader = ProgressReader(tmp_path, wanted=4)
    with (tmp_path / FIRST.value / STEP_RESULTS).open("a") as stream:
        stream.write('{"instruction": "th')
        stream.flush()
        assert reader.read().admitted == 1
        stream.write(f'ree", {json.dumps(WHOLE[STEP_RESULTS])[1:]}\n')
    assert reader.read().admitted == 2


def test_answers_that_were_there_at_the_start_are_reused_and_failures_are_not(tmp_path: Path) -> None:
    write(tmp_path, FIRST, COMPLETIONS, answered(), {"text": None, "error": "HTTP 500"})
    write(tmp_path, SECOND, COMPLETIONS, answered())
    reader = ProgressReader(tmp_path, wanted=4)
    assert reader.read().reused == 2
    write(tmp_path, SECOND, COMPLETIONS, answered())
    assert reader.read().reused == 2


def test_failures_are_counted_by_stage_with_the_last_cause_of_each(tmp_path: Path) -> None:
    write(tmp_path, FIRST, COMPLETIONS, {"text": None, "error": "HTTP 500"}, {"text": None, "error": "HTTP 429"})
    write(tmp_path, THIRD, COMPLETIONS, {"text": None, "error": "HTTP 503"}, answered())
    progress = ProgressReader(tmp_path, wanted=4).read()
    assert (progress.failures, progress.last_failure) == (3, "HTTP 503")
    assert [(stage.failed, stage.last_failure) for stage in progress.stages.values()] == [
        (2, "HTTP 429"),
        (0, ""),
        (1, "HTTP 503"),
        (0, ""),
    ]


def test_only_answers_without_token_counts_are_uncounted(tmp_path: Path) -> None:
    rows = (answered(), answered(output_tokens=3), {"text": None, "error": "HTTP 500"})
    write(tmp_path, FIRST, COMPLETIONS, *rows)
    assert ProgressReader(tmp_path, wanted=4).read().uncounted == 1


def test_refusals_are_counted_while_they_come(tmp_path: Path) -> None:
    journal = StepJournal(tmp_path, SECOND.value)
    reader = ProgressReader(tmp_path, wanted=4)
    assert reader.read().refused == 0
    for count in (1, 2):
        journal.count_refused()
        assert reader.read().refused == count
    journal.close()


def test_notes_of_the_steps_are_kept_in_order_with_their_stage(tmp_path: Path) -> None:
    notes = [Note(NoteKind.WAITING, "429", "Requests fail."), Note(NoteKind.SAMPLING, "stop", "No stop.")]
    write(tmp_path, SECOND, NOTES, note_row(SECOND.value, notes[0]))
    reader = ProgressReader(tmp_path, wanted=4)
    assert reader.read().num_notes_before == 1
    write(tmp_path, FIRST, NOTES, note_row(FIRST.value, notes[1]))
    assert reader.read().notes == [(SECOND, notes[0]), (FIRST, notes[1])]


def test_a_fault_of_the_answers_becomes_one_note(tmp_path: Path) -> None:
    reader = ProgressReader(tmp_path, wanted=4, watch=QualityWatch(prompt_tokens={THIRD: 1900}))
    failure = {"text": None, "error": "BadRequestError: maximum context length is 1024 tokens"}
    for _ in range(2):
        write(tmp_path, THIRD, COMPLETIONS, failure)
        progress = reader.read()
    ((stage, note),) = progress.notes
    assert (stage, note.kind, note.subject) == (THIRD, NoteKind.QUALITY, "short_context")
    assert "the prompts, which need about 1,900 tokens" in note.text


def at_work(elapsed: float, **stages: tuple[int, int, int]) -> Progress:
    """A run of 100 instructions, with (rows finished, requests, requests of this start) by stage."""
    counts = {
        Stage(name): StageProgress(finished=finished, requests=requests, asked=asked, began=10.0)
        for name, (finished, requests, asked) in stages.items()
    }
    return Progress(100, stages={stage: counts.get(stage, StageProgress()) for stage in Stage}, elapsed=elapsed)


def test_the_slowest_stage_decides_how_much_time_is_left() -> None:
    progress = at_work(
        110.0, instruction_generation=(50, 10, 10), classification=(50, 50, 50), instance_generation=(20, 20, 20)
    )
    assert progress.seconds_left == pytest.approx(400.0)  # 80 rows, 5 s each


def test_replayed_answers_make_no_run_look_fast() -> None:
    progress = at_work(
        60.0, instruction_generation=(50, 10, 10), classification=(50, 50, 10), instance_generation=(50, 50, 10)
    )
    assert progress.seconds_left == pytest.approx(250.0)  # 50 rows; 10 of the 50 so far took 50 s


def test_time_left_is_not_known_before_each_stage_has_answered() -> None:
    assert at_work(110.0, instruction_generation=(50, 10, 10), classification=(9, 9, 9)).seconds_left is None


def test_no_time_is_left_once_all_that_was_admitted_is_done(tmp_path: Path) -> None:
    for stage in (FIRST, SECOND, THIRD):
        write(tmp_path, stage, STEP_RESULTS, {"instruction": "one", "is_classification": True})
    reader = ProgressReader(tmp_path, wanted=4)
    assert reader.read().seconds_left is None
    write(tmp_path, FIRST, END, {"reason": "The model repeats itself."})
    assert reader.read().seconds_left == 0.0
