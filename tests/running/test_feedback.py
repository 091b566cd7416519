"""The loop closes: what people rated in one run decides what the prompts of the next one show."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating, record_id, write_ratings
from distilabel_selfinstruct.running.folder import RunFolder
from tests.builders import seed_row
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply
from tests.running.cli_runs import INSTRUCTIONS, Done, Model, Run, answer, finished, outputs, rows, stage_of

DISLIKED = "Name the most terrible country in the whole wide world."
OPTIONS = ("-n", 24, "--sampling-lag", 1, "--num-prompt-generated", 4)


def insisting(asked: Asked) -> Reply:
    """A model that offers one instruction again and again."""
    reply = answer(asked)
    if stage_of(asked) == INSTRUCTIONS:
        ((content, finish_reason),) = reply.choices
        reply = replace(reply, choices=((f"{content}14. {DISLIKED}\n", finish_reason),))
    return reply


def rate(path: Path, letters: dict[str, str]) -> None:
    """Write a ratings file by one rater, as `review pull` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_ratings(
        path,
        [Rating(record_id(text, "", ""), text, "anna", OVERALL, letter) for text, letter in letters.items()],
    )


def prompts(folder: Path) -> list[str]:
    journal = rows(folder / "state" / "instruction_generation" / "completions.jsonl")
    return [json.dumps(row["prompt"], ensure_ascii=False) for row in journal]


@dataclass(frozen=True)
class Loop:
    """A run, what people rated A and D in it, and the next run, which heeds that."""

    first: Path
    liked: str
    disliked_seed: str
    second: Path
    done: Done
    options: tuple[object, ...]


@pytest.fixture
def server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(Model(insisting)) as listening:
        yield listening


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """It is read only."""
    folder = tmp_path_factory.mktemp("loop")
    seeds, first, second = folder / "seeds.jsonl", folder / "first", folder / "second"
    seeds.write_text("".join(json.dumps(seed_row(number)) + "\n" for number in range(12)))
    with LocalOpenAIServer(Model(insisting)) as listening:
        finished(first, listening, *OPTIONS, "--seed-tasks", seeds)
        made = [row["instruction"] for row in rows(first / "instructions.jsonl")]
        liked, disliked_seed = made[1], rows(seeds)[4]["instruction"]
        letters = {liked: "A", DISLIKED: "D", disliked_seed: "D", made[-1]: "B"}
        assert liked != DISLIKED
        assert DISLIKED in made
        rate(first / "review" / "ratings.jsonl", letters)
        options = (*OPTIONS, "--seed-tasks", seeds, "--human-feedback", first, "--random-seed", 7)
        done = finished(second, listening, *options)
    return Loop(first, liked, disliked_seed, second, done, options)


def test_a_run_without_feedback_shows_what_people_will_rate_d(loop: Loop) -> None:
    for text in (DISLIKED, loop.disliked_seed):
        assert any(text in prompt for prompt in prompts(loop.first))


def test_the_next_run_shows_what_was_rated_a_and_never_what_was_rated_d(loop: Loop) -> None:
    shown = prompts(loop.second)
    assert sum(loop.liked in prompt for prompt in shown) >= 2
    assert not [prompt for prompt in shown if DISLIKED in prompt or loop.disliked_seed in prompt]


def test_what_was_rated_d_is_offered_again_and_not_admitted_again(loop: Loop) -> None:
    assert not {loop.liked, DISLIKED} & {row["instruction"] for row in rows(loop.second / "instructions.jsonl")}
    dropped = [row for row in rows(loop.second / "rejections.jsonl") if row["text"] == DISLIKED]
    assert ("near_duplicate", f"ROUGE-L 1.000 with: {DISLIKED}") in {(row["reason"], row["detail"]) for row in dropped}


def test_the_run_says_what_becomes_of_the_feedback(loop: Loop) -> None:
    assert (
        "Human feedback on 4 instructions: 1 rated A (sampled like human-written ones), 2 rated D (never sampled)."
    ) in loop.done.said


def test_ratings_of_which_nothing_follows_change_no_byte(loop: Loop, server: LocalOpenAIServer, tmp_path: Path) -> None:
    rate(tmp_path / "ratings.jsonl", {DISLIKED: "B"})
    ratings = ("--human-feedback", tmp_path / "ratings.jsonl")
    finished(tmp_path / "run", server, *OPTIONS, "--seed-tasks", loop.first.parent / "seeds.jsonl", *ratings)
    assert outputs(tmp_path / "run") == outputs(loop.first)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")
def test_a_killed_run_goes_on_with_the_same_feedback(loop: Loop, server: LocalOpenAIServer, tmp_path: Path) -> None:
    killed, model = Run(tmp_path / "run", server, *loop.options), server._answer
    assert isinstance(model, Model)
    model.wait_for(INSTRUCTIONS, 4)
    killed.kill()
    finished(tmp_path / "run", server, *loop.options)
    assert outputs(tmp_path / "run") == outputs(loop.second)


# --- whether a run may go on


def prepared(folder: Path, feedback: Path | None) -> None:
    with RunFolder(folder).prepared(RunConfig(human_feedback=str(feedback) if feedback else None)):
        pass


def refusal(folder: Path, feedback: Path | None) -> str:
    with pytest.raises(RunFolderError) as error:
        prepared(folder, feedback)
    return str(error.value)


def test_a_run_is_refused_other_feedback(tmp_path: Path) -> None:
    ratings = tmp_path / "ratings.jsonl"
    rate(ratings, {"Sing.": "A", DISLIKED: "D"})
    prepared(tmp_path / "run", ratings)
    rate(ratings, {"Sing.": "B", DISLIKED: "D"})
    assert "holds a run with other settings: the human_feedback changed. Give" in refusal(tmp_path / "run", ratings)


def test_a_run_is_refused_feedback_that_it_did_not_have_and_the_lack_of_what_it_had(tmp_path: Path) -> None:
    ratings = tmp_path / "ratings.jsonl"
    rate(ratings, {"Sing.": "A"})
    prepared(tmp_path / "with", ratings)
    prepared(tmp_path / "without", None)
    assert f"settings: `human_feedback` was {ratings} and is not set. Give" in refusal(tmp_path / "with", None)
    assert f"settings: `human_feedback` was not set and is {ratings}. Give" in refusal(tmp_path / "without", ratings)


def test_a_run_goes_on_when_more_ratings_change_no_verdict(tmp_path: Path) -> None:
    ratings = tmp_path / "ratings.jsonl"
    rate(ratings, {"Sing.": "A", DISLIKED: "D"})
    prepared(tmp_path / "run", ratings)
    rate(ratings, {DISLIKED: "D", "Dance.": "C", "Sing.": "A"})
    prepared(tmp_path / "run", ratings)


def test_a_run_whose_feedback_is_gone_cannot_go_on(tmp_path: Path) -> None:
    rate(tmp_path / "first" / "review" / "ratings.jsonl", {"Sing.": "A"})
    prepared(tmp_path / "run", tmp_path / "first")
    shutil.rmtree(tmp_path / "first" / "review")
    with pytest.raises(InputFileError, match="get the ratings with selfinstruct review pull"):
        prepared(tmp_path / "run", tmp_path / "first")
