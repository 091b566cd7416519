"""However many replicas work on a stage, and whatever becomes of them, the rows and their order are those of one."""

import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.replicas import merged_results, replica_folder, replica_folders
from distilabel_selfinstruct.journal.run_records import journaled_rejections
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    RougeLNoveltyFilter,
)
from distilabel_selfinstruct.testing import ScriptedLLM
from tests.local_openai_server import LocalOpenAIServer
from tests.running.cli_runs import CLASSIFICATION, OPTIONS, Model, Run, asked_again, finished, outputs, recorded

SIZE = 2
"""Rows of a batch."""

ROWS = [
    {
        "instruction": f"Name {'a river' if number % 5 == 0 else f'river {number}'}.",
        "is_classification": None if number == 3 else number % 2 == 0,
        "raw_instances": f"Output: {number}\nExample 2\nInput:\nOutput:",
        "raw_instances_status": "answered",
    }
    for number in range(13)
]
"""Some instructions twice, as a tokenizer that does not know their letters admits them."""


WHOSE = st.lists(st.integers(0, 3), min_size=7, max_size=7)
"""Which of four replicas works on each of the seven batches."""


def step(stage: Stage, state: Path) -> ClassificationTaskIdentification | InstanceGeneration | InstanceFiltering:
    if stage is Stage.INSTANCE_FILTERING:
        return InstanceFiltering(name=stage.value, state_dir=str(state), input_batch_size=SIZE)
    kind = ClassificationTaskIdentification if stage is Stage.CLASSIFICATION else InstanceGeneration
    llm = ScriptedLLM(responses=["Maybe.", "No", "Yes"])
    return kind(name=stage.value, state_dir=str(state), llm=llm, input_batch_size=SIZE, max_in_flight=1)


def work(stage: Stage, state: Path, whose: list[int]) -> list[list[dict]]:
    """Have replicas work on the batches, in the order of the batches; `whose` names the replica for each."""
    made = []
    replicas = {}
    for replica in sorted(set(whose)):
        replicas[replica] = step(stage, state)
        replicas[replica].use_replica(replica)
        replicas[replica].load()
    for number, replica in enumerate(whose):
        replicas[replica].number_rows_from(number * SIZE)
        made.append(next(replicas[replica].process(ROWS[number * SIZE : (number + 1) * SIZE])))
    for one in replicas.values():
        one.unload()
    return made


def results(state: Path, stage: Stage) -> tuple[list[object], ...]:
    rows = merged_results(state, stage.value, STEP_RESULTS)
    return [[row["instruction"], row["request"]] for row in rows], list(journaled_rejections(state))


@pytest.mark.parametrize("stage", [Stage.CLASSIFICATION, Stage.INSTANCE_GENERATION, Stage.INSTANCE_FILTERING])
@given(whose=WHOSE)
def test_whichever_replica_works_on_a_batch_the_records_are_those_of_one(stage: Stage, whose: list[int]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as several:
        work(stage, Path(one), [0] * 7)
        work(stage, Path(several), whose)
        alone, together = results(Path(one), stage), results(Path(several), stage)
        if stage is Stage.INSTANCE_FILTERING:  # the answers of a script depend on who asks first
            assert together == alone
        assert together[0] == alone[0] == [[row["instruction"], number] for number, row in enumerate(ROWS)]
        assert together[1] == sorted(together[1], key=lambda rejection: rejection.request)


@given(before=WHOSE, now=WHOSE)
def test_another_number_of_replicas_asks_nothing_again_and_gets_the_same_answers(
    before: list[int], now: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        state = Path(folder)
        made = work(Stage.CLASSIFICATION, state, before)
        for path in state.glob(f"*/{STEP_RESULTS}"):
            path.unlink()
        for path in state.glob(f"*/{STEP_REJECTIONS}"):
            path.unlink()
        known = sum(len(path.read_bytes().splitlines()) for path in state.glob(f"*/{COMPLETIONS}"))
        assert work(Stage.CLASSIFICATION, state, now) == made
        assert sum(len(path.read_bytes().splitlines()) for path in state.glob(f"*/{COMPLETIONS}")) == known


@given(numbers=st.sets(st.integers(1, 30)), random=st.randoms(use_true_random=False))
def test_the_folders_of_a_step_are_those_of_its_replicas_by_number(numbers: set[int], random: Random) -> None:
    with TemporaryDirectory() as folder:
        state = Path(folder)
        names = [replica_folder(state, "classification", number) for number in numbers]
        random.shuffle(names)
        for path in (*names, state / "classification.old", state / "classification_2", state / "servers"):
            path.mkdir()
        found = replica_folders(state, "classification")
    assert found == [replica_folder(state, "classification", number) for number in (0, *sorted(numbers))]


def test_a_step_that_compares_all_rows_refuses_to_have_replicas() -> None:
    novelty = RougeLNoveltyFilter(resources={"replicas": 2})
    with pytest.raises(ConfigError, match="has 2 replicas, and each would compare a part of the texts only"):
        novelty.load()


def test_batches_of_a_server_and_replicas_are_refused_together() -> None:
    with pytest.raises(ConfigError, match="`replicas` is 3 and `batch` is on"):
        RunConfig(llm="openai:small", batch=True, replicas=3)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")
def test_a_killed_run_is_resumed_with_another_number_of_replicas(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    model, folder = server._answer, tmp_path / "run"
    assert isinstance(model, Model)
    started = Run(folder, server, *OPTIONS, "--replicas", 2)
    model.wait_for(CLASSIFICATION, 9)
    started.kill()
    known, before = recorded(folder), len(server.asked)
    finished(folder, server, *OPTIONS, "--replicas", 4)
    assert asked_again(server.asked[before:], known) == []
    assert max(recorded(folder).values()) == 1
    assert len(list(folder.glob("state/classification*"))) == 4
    assert outputs(folder) == outputs(undisturbed)
