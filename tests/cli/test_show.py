"""`selfinstruct show`: what a run made, chosen and printed."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from distilabel_selfinstruct.cli.screen import paged
from distilabel_selfinstruct.cli.show import reason_named, sampled, show_entries
from distilabel_selfinstruct.errors import ConfigError, RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.records import Reason, Stage
from distilabel_selfinstruct.reporting.entries import Entry, entries
from tests.reporting.run_folders import completion, instance, rejection, task, write_run

POEM, SORT = "Write a poem about rain.", "Sort the message into spam or not spam."
HOSTILE = "[red]\x1b[2J<b>"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = write_run(
        tmp_path / "run",
        [task(POEM, 0), task(SORT, 1, is_classification=True)],
        [instance(POEM, HOSTILE), instance(SORT, "spam", "Buy now!", is_classification=True)],
        [rejection("near_duplicate", 0), rejection("too_short", 1), rejection("empty_output", 1, "instance_filtering")],
    )
    for stage, asked in {
        "instruction_generation": {"prompt": "1. Name.\n2.", "text": " A tree.", "instruction": ""},
        "instance_generation": {"prompt": None, "text": "Drops.", "instruction": POEM},
    }.items():
        (folder / "state" / stage).mkdir(parents=True)
        jsonl.write(folder / "state" / stage / "completions.jsonl", [completion(stage, request=0, **asked)])
    return folder


def printed(found: list[Entry], **options: int) -> str:
    console = Console(file=io.StringIO(), width=200)
    with paged(console):
        show_entries(console, found, **options)
    return console.file.getvalue()


def test_a_run_is_shown_as_its_instructions_with_their_instances(run: Path) -> None:
    assert printed(list(entries(run))) == (
        f"1. {POEM}\n    output: [red]\\u001b[2J<b>\n\n"
        f"2. {SORT} [classification]\n    input: Buy now!\n    output: spam\n\n"
    )


def test_a_stage_is_shown_as_prompts_with_completions_and_what_was_dropped_of_them(run: Path) -> None:
    [shown] = entries(run, stage=Stage.INSTRUCTION_GENERATION)
    assert shown.texts[:2] == (("prompt", "1. Name.\n2."), ("completion", " A tree."))
    assert shown.texts[2][0].startswith("dropped (near_duplicate")
    assert shown.reasons == ("near_duplicate",)


def test_the_prompt_of_a_later_stage_is_made_again(run: Path) -> None:
    [shown] = entries(run, stage=Stage.INSTANCE_GENERATION)
    assert POEM in dict(shown.texts)["prompt"]
    assert "Output:" in dict(shown.texts)["prompt"]


def test_a_reason_chooses_what_was_dropped_for_it(run: Path) -> None:
    assert [shown.reasons for shown in entries(run, reason=Reason.TOO_SHORT)] == [("too_short",)]
    assert list(entries(run, reason=Reason.TOO_SHORT, stage=Stage.INSTANCE_FILTERING)) == []


def test_a_text_is_found_in_capitals_or_not(run: Path) -> None:
    assert [shown.title for shown in entries(run) if shown.holds("BUY")] == [SORT]


def test_a_long_text_is_cut_where_asked(run: Path) -> None:
    assert "1. Write…\n" in printed(list(entries(run)), longest=6)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="holds no run"):
        list(entries(tmp_path))
    with pytest.raises(RunFolderError, match=r"There is no folder .*frist: check the path\."):
        list(entries(tmp_path / "frist"))


def test_a_reason_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^`reason` is 'near_dup': use one of empty, "):
        reason_named("near_dup")


@given(st.lists(st.integers(), unique=True, max_size=30), st.integers(1, 30), st.integers())
def test_a_sample_keeps_the_order_and_is_the_same_each_time(numbers: list[int], size: int, seed: int) -> None:
    found = [Entry("task", str(number), "", (), None, ()) for number in numbers]
    chosen = sampled(found, size, seed)
    assert len(chosen) == min(size, len(found))
    assert [entry for entry in found if entry in chosen] == chosen
    assert sampled(found, size, seed) == chosen
