"""`InstructionGeneration` alone: its batches, what it admits, when it stops, what it writes down."""

import json
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.errors import ConfigError, InputFileError, SeedTaskError
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating, write_ratings
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.steps import InstructionGeneration
from tests.steps.builders import (
    STEP,
    DelayedLLM,
    RememberingLLM,
    batches_of,
    generated,
    journal,
    novel,
    numbered,
    reasons,
    scripted,
)


def replaying(num_instructions: int, batch_size: int = 5, **options: Any) -> InstructionGeneration:
    return InstructionGeneration(llm=RecordedLLM(), num_instructions=num_instructions, batch_size=batch_size, **options)


def answering(*responses: str | None, **options: Any) -> InstructionGeneration:
    """With one request at a time, so that a test can count them."""
    return InstructionGeneration(llm=scripted(*responses), **{"max_in_flight": 1, **options})


def a_seed_file(folder: Path, num_tasks: int) -> str:
    path = folder / "seeds.jsonl"
    rows = [
        {
            "id": f"seed_{number}",
            "name": f"task_{number}",
            "instruction": novel(f"seed{number}"),
            "instances": [{"input": "", "output": "An output."}],
            "is_classification": False,
        }
        for number in range(num_tasks)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


# --- batches


@pytest.mark.parametrize(("num_instructions", "sizes"), [(23, [5, 5, 5, 5, 3]), (20, [5, 5, 5, 5]), (5, [5]), (1, [1])])
def test_all_batches_but_the_last_hold_exactly_batch_size(num_instructions: int, sizes: list[int]) -> None:
    batches = batches_of(replaying(num_instructions))
    assert [len(rows) for rows, _ in batches] == sizes
    assert [last for _, last in batches] == [False] * (len(sizes) - 1) + [True]


def test_the_last_batch_is_not_empty_when_the_loop_ends_without_new_instructions() -> None:
    step = answering(numbered(*map(novel, range(4))), num_instructions=100, batch_size=2, patience=3)
    assert [(len(rows), last) for rows, last in batches_of(step)] == [(2, False), (2, True)]


def test_nothing_admitted_is_one_empty_last_batch() -> None:
    assert batches_of(answering("", patience=2)) == [([], True)]


@pytest.mark.parametrize("offset", [0, 5, 10, 12])
def test_an_offset_leaves_out_that_many_rows_and_changes_no_other(offset: int) -> None:
    everything = [row for rows, _ in batches_of(replaying(13)) for row in rows]
    rest = [row for rows, _ in batches_of(replaying(13), offset=offset) for row in rows]
    assert rest == everything[offset:]


def test_an_offset_beyond_all_rows_is_one_empty_last_batch() -> None:
    assert batches_of(replaying(3), offset=10) == [([], True)]


def test_a_row_holds_the_documented_columns() -> None:
    ((rows, _),) = batches_of(replaying(1))
    assert {name: type(value) for name, value in rows[0].items()} == {
        "instruction": str,
        "nearest_instruction": str,
        "nearest_rouge_l": float,
        "request": int,
        "model_name": str,
    }
    assert list(rows[0]) == InstructionGeneration(llm=RecordedLLM()).outputs


# --- what is admitted


def test_instructions_are_admitted_in_the_order_of_the_completions() -> None:
    step = answering(numbered(novel(1), novel(2)), numbered(novel(3)), num_instructions=3)
    assert generated(step) == [novel(1), novel(2), novel(3)]


def test_a_near_duplicate_of_an_admitted_instruction_is_rejected(tmp_path: Path) -> None:
    step = answering(numbered(novel(1), novel(1)), num_instructions=2, max_requests=1, state_dir=str(tmp_path))
    assert generated(step) == [novel(1)]
    assert reasons(tmp_path) == ["near_duplicate"]


def test_a_near_duplicate_of_a_seed_task_is_rejected(tmp_path: Path) -> None:
    seed = load_seed_tasks()[0].instruction
    step = answering(numbered(seed), max_requests=1, state_dir=str(tmp_path))
    assert generated(step) == []
    assert reasons(tmp_path) == ["near_duplicate"]


def test_max_rouge_l_of_one_lets_repetitions_in() -> None:
    step = answering(numbered(novel(1), novel(1)), num_instructions=2, max_rouge_l=1.0)
    assert generated(step) == [novel(1), novel(1)]


def test_what_comes_after_the_wanted_number_is_rejected_as_over_the_limit(tmp_path: Path) -> None:
    step = answering(numbered(novel(1), novel(2)), num_instructions=1, state_dir=str(tmp_path))
    assert generated(step) == [novel(1)]
    assert reasons(tmp_path) == ["over_limit"]


def test_a_seed_file_of_ones_own_replaces_the_packaged_one(tmp_path: Path) -> None:
    packaged = load_seed_tasks()[0].instruction
    step = answering(numbered(packaged), num_instructions=1, seed_tasks=a_seed_file(tmp_path, 8))
    assert generated(step) == [packaged]


def test_the_row_names_what_was_nearest(tmp_path: Path) -> None:
    almost = novel("seed3").replace("today", "now")
    step = answering(numbered(almost), max_rouge_l=0.9, num_instructions=1, seed_tasks=a_seed_file(tmp_path, 8))
    ((rows, _),) = batches_of(step)
    assert (rows[0]["nearest_instruction"], round(rows[0]["nearest_rouge_l"], 3)) == (novel("seed3"), 0.833)


# --- the same again


def rows_with_delays(seed_of_delays: int, **options: Any) -> tuple[list[Any], DelayedLLM]:
    llm = DelayedLLM(seed_of_delays=seed_of_delays)
    step = InstructionGeneration(llm=llm, num_instructions=40, max_in_flight=6, **options)
    return batches_of(step), llm


def test_rows_do_not_depend_on_the_order_in_which_completions_arrive() -> None:
    first, one = rows_with_delays(1)
    second, other = rows_with_delays(2)
    assert one._started == other._started
    assert one._finished != other._finished
    assert first == second


def test_another_random_seed_asks_other_prompts() -> None:
    _, one = rows_with_delays(1)
    _, other = rows_with_delays(1, random_seed=43)
    assert set(one._started).isdisjoint(other._started)


def test_prompts_show_generated_instructions_once_there_are_some() -> None:
    llm = RememberingLLM(responses=[numbered(novel("first")), numbered(novel("second"))])
    generated(InstructionGeneration(llm=llm, num_instructions=2, max_in_flight=1))
    assert [novel("first") in prompt for prompt in llm._prompts] == [False, True]


def test_prompts_show_what_people_rated_a_and_not_what_they_rated_d(tmp_path: Path) -> None:
    letters = {"liked": "A", "seed0": "D"}
    ratings = [Rating(name, novel(name), "anna", OVERALL, letter) for name, letter in letters.items()]
    write_ratings(tmp_path / "ratings.jsonl", ratings)
    llm = RememberingLLM(responses=[""])
    options = {"seed_tasks": a_seed_file(tmp_path, 8), "human_feedback": str(tmp_path / "ratings.jsonl")}
    generated(InstructionGeneration(llm=llm, max_requests=1, **options))
    shown = [novel(name) in llm._prompts[0] for name in ("liked", "seed0", "seed1", "seed7")]
    assert shown == [True, False, True, True]


@pytest.mark.parametrize(("form", "num_messages"), [("completion", 1), ("chat", 2)])
def test_a_prompt_has_the_form_asked_for(form: Any, num_messages: int) -> None:
    llm = RememberingLLM(responses=[""])
    generated(InstructionGeneration(llm=llm, prompt_form=form, max_requests=1))
    assert len(llm._messages[0]) == num_messages


# --- the end


def test_it_stops_after_as_many_dry_requests_as_it_has_patience(tmp_path: Path) -> None:
    assert batches_of(answering("", patience=3, state_dir=str(tmp_path))) == [([], True)]
    assert "the last 3 requests admitted nothing" in journal(tmp_path, "end")[0]["reason"]


def test_a_request_that_admits_something_restores_the_patience(tmp_path: Path) -> None:
    step = answering("", numbered(novel(1)), "", "", patience=2, sampling_lag=1, state_dir=str(tmp_path))
    generated(step)
    assert len(journal(tmp_path, "completions")) == 4


def test_it_stops_at_max_requests_also_with_several_under_way(tmp_path: Path) -> None:
    step = answering("", max_requests=7, max_in_flight=5, state_dir=str(tmp_path))
    generated(step)
    assert len(journal(tmp_path, "completions")) == 7


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"num_instructions": 1}, "1 instructions were wanted and admitted."),
        ({"max_requests": 1}, "1 of 100 instructions were admitted: `max_requests` (1) was reached."),
        ({"patience": 2}, "1 of 100 instructions were admitted: the last 2 requests admitted nothing"),
    ],
)
def test_the_journal_says_why_it_ended(tmp_path: Path, options: dict[str, Any], reason: str) -> None:
    generated(answering(numbered(novel(1)), state_dir=str(tmp_path), **options))
    (end,) = journal(tmp_path, "end")
    assert end["reason"].startswith(reason)


def test_an_exhausted_recording_is_named_as_the_reason(tmp_path: Path) -> None:
    generated(replaying(100_000, batch_size=50, state_dir=str(tmp_path)))
    assert "the recording holds no further completion" in journal(tmp_path, "end")[0]["reason"]


def test_requests_that_all_fail_end_it_with_the_last_failure(tmp_path: Path) -> None:
    assert generated(answering(None, patience=2, state_dir=str(tmp_path))) == []
    assert reasons(tmp_path) == ["failed_request"] * 20
    (end,) = journal(tmp_path, "end")
    assert "step: 20 requests in a row failed. The last failure was: the answer holds no text" in end["reason"]
    assert end["requests"] == {"failed": 20, "not_sent": 1}


# --- the journal


def test_each_completion_is_written_with_its_request(tmp_path: Path) -> None:
    generated(answering(numbered(novel(1)), "", num_instructions=2, max_requests=2, state_dir=str(tmp_path)))
    assert [(row["stage"], row["request"], row["text"]) for row in journal(tmp_path, "completions")] == [
        ("instruction_generation", 0, numbered(novel(1))),
        ("instruction_generation", 1, ""),
    ]


def test_the_results_are_the_rows(tmp_path: Path) -> None:
    batches = batches_of(replaying(7, state_dir=str(tmp_path)))
    assert journal(tmp_path, "results") == [row for rows, _ in batches for row in rows]


def test_a_rejection_names_its_request_and_reason(tmp_path: Path) -> None:
    generated(answering(numbered("Draw a map of the city centre."), max_requests=1, state_dir=str(tmp_path)))
    (rejection,) = journal(tmp_path, "rejections")
    assert (rejection["stage"], rejection["request"], rejection["reason"], rejection["text"]) == (
        "instruction_generation",
        0,
        "forbidden_word",
        "Draw a map of the city centre.",
    )


def test_no_state_dir_is_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    generated(replaying(3))
    assert list(tmp_path.iterdir()) == []


def test_the_journal_replays_to_the_same_rows(tmp_path: Path) -> None:
    first = batches_of(replaying(20, state_dir=str(tmp_path)))
    again = InstructionGeneration(llm=RecordedLLM(recording=str(tmp_path / STEP)), num_instructions=20, batch_size=5)
    assert batches_of(again) == first


# --- options that cannot work


def test_several_generations_per_request_are_refused() -> None:
    with pytest.raises(ConfigError, match="num_generations=2"):
        answering("", num_generations=2).load()


def test_too_few_seed_tasks_are_named(tmp_path: Path) -> None:
    step = answering("", seed_tasks=a_seed_file(tmp_path, 5))
    with pytest.raises(SeedTaskError, match="shows 8 instructions and there are only 5 seed tasks"):
        batches_of(step)


def test_a_seed_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedTaskError, match=r"missing\.jsonl"):
        batches_of(answering("", seed_tasks=str(tmp_path / "missing.jsonl")))


def test_an_unknown_sampling_parameter_is_named() -> None:
    with pytest.raises(ConfigError, match="There is no sampling parameter 'top_pp': did you mean top_p"):
        answering("", decoding={"top_pp": 4}).load()


def test_human_feedback_that_is_not_there_is_named_before_anything_is_asked() -> None:
    step = answering("", human_feedback="nowhere.jsonl")
    with pytest.raises(InputFileError, match=r"Cannot read nowhere\.jsonl"):
        step.load()


def test_prompts_that_are_not_there_are_named() -> None:
    with pytest.raises(ConfigError, match="There are no prompts 'xx'"):
        answering("", prompts="xx").load()


def test_more_generated_instructions_than_a_prompt_shows_are_refused() -> None:
    with pytest.raises(ConfigError, match="`num_prompt_generated` is 9"):
        batches_of(answering("", num_prompt_generated=9))
