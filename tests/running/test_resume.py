"""A run that ends before its time and goes on: nothing that had arrived is asked again, and the result is the same."""

import json
import shutil
import signal
import sys
from pathlib import Path

import pytest

from distilabel_selfinstruct.files import jsonl
from tests.builders import seed_row
from tests.local_openai_server import LocalOpenAIServer
from tests.running.cli_runs import (
    CLASSIFICATION,
    INSTANCES,
    INSTRUCTIONS,
    OPTIONS,
    Done,
    Model,
    Run,
    asked_again,
    description,
    finished,
    identity_of,
    journals,
    outputs,
    recorded,
    run,
    work,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")


def model_of(server: LocalOpenAIServer) -> Model:
    model = server._answer
    assert isinstance(model, Model)
    return model


def killed_when(server: LocalOpenAIServer, folder: Path, stage: str, count: int) -> None:
    """Start the run, and kill it when so many requests of the stage have arrived."""
    started = Run(folder, server, *OPTIONS)
    model_of(server).wait_for(stage, model_of(server).arrived[stage] + count)
    started.kill()


def goes_on(server: LocalOpenAIServer, folder: Path, *options: object) -> Done:
    """The run goes on to its end and asks for nothing that it has."""
    known, before = recorded(folder), len(server.asked)
    done = finished(folder, server, *(options or OPTIONS))
    assert asked_again(server.asked[before:], known) == []
    assert max(recorded(folder).values()) == 1
    return done


# --- kill -9


def test_a_run_that_is_killed_in_each_stage_goes_on_as_if_nothing_had_happened(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    for stage, count in ((INSTRUCTIONS, 4), (CLASSIFICATION, 9), (INSTANCES, 9)):
        known, before = recorded(folder), len(server.asked)
        killed_when(server, folder, stage, count)
        assert asked_again(server.asked[before:], known) == []
        assert description(folder)["status"] == "started"
        assert len(recorded(folder)) > len(known)
    goes_on(server, folder)
    assert outputs(folder) == outputs(undisturbed)


def test_what_was_rejected_as_contaminated_stays_so_when_a_killed_run_goes_on(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    admitted = list(jsonl.read(undisturbed / "instructions.jsonl"))
    jsonl.write(tmp_path / "scored.jsonl", [{"instruction": row["instruction"]} for row in admitted[:5:2]])
    options = (*OPTIONS, "--against", tmp_path / "scored.jsonl")
    finished(tmp_path / "whole", server, *options)
    folder = tmp_path / "run"
    started = Run(folder, server, *options)
    model_of(server).wait_for(CLASSIFICATION, model_of(server).arrived[CLASSIFICATION] + 3)
    started.kill()
    goes_on(server, folder, *options)
    assert outputs(folder) == outputs(tmp_path / "whole")
    contaminated = [row for row in jsonl.read(folder / "rejections.jsonl") if row["reason"] == "contaminated"]
    assert {row["text"] for row in contaminated} >= {row["instruction"] for row in admitted[:5:2]}
    assert not {row["instruction"] for row in jsonl.read(folder / "instructions.jsonl")} & {
        row["text"] for row in contaminated
    }


# --- what a crash may leave behind


def cut(path: Path, records: int, torn: bytes = b"") -> None:
    """Leave so many records in a journal, and the beginning of another."""
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:records]) + torn)


@pytest.fixture
def interrupted(undisturbed: Path, tmp_path: Path) -> Path:
    """The undisturbed run as a crash might have left it: less of each stage, a torn line at the end of each journal."""
    folder = tmp_path / "run"
    shutil.copytree(undisturbed, folder)
    torn = b'{"key": "0", "stage": "instruc'
    for step, count in (
        ("instruction_generation", 5),
        ("classification", 8),
        ("instance_generation", 3),
    ):
        cut(folder / "state" / step / "completions.jsonl", count, torn)
    (folder / "instances.jsonl").unlink()
    shutil.rmtree(folder / "dataset")
    return folder


def test_torn_lines_and_missing_outputs_are_mended_whatever_the_number_in_flight(
    server: LocalOpenAIServer, undisturbed: Path, interrupted: Path
) -> None:
    goes_on(server, interrupted, *OPTIONS[:-1], 1)
    assert outputs(interrupted) == outputs(undisturbed)
    assert len(work(server.asked)) >= 24 + 29


def test_damage_within_a_journal_is_named_and_costs_the_damaged_records_only(
    server: LocalOpenAIServer, undisturbed: Path, interrupted: Path
) -> None:
    path = interrupted / "state" / "instruction_generation" / "completions.jsonl"
    lines = path.read_bytes().splitlines()
    changed = lines[1].replace(b"instruction_generation", b"instruction_generatiom")
    path.write_bytes(b"\n".join([lines[0], b"damaged", changed, *lines[2:4], b""]))
    done = run(interrupted, server, *OPTIONS)
    assert done.status == 0, done.complained
    assert "completions.jsonl, line 2: the line is not JSON" in f"{done.said}{done.complained}"
    assert outputs(interrupted) == outputs(undisturbed)
    assert (path.parent / "damaged.jsonl").read_bytes().splitlines() == [b"damaged", changed]
    assert "Traceback" not in done.complained


def test_the_same_command_on_a_finished_run_asks_nothing(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    shutil.copytree(undisturbed, tmp_path / "run")
    goes_on(server, tmp_path / "run")
    assert work(server.asked) == []
    assert outputs(tmp_path / "run") == outputs(undisturbed)


# --- other settings


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        (["-n", 40], "--num-instructions was 32 and is 40"),
        (["--llm", "openai:large"], "--llm was openai:small and is openai:large"),
    ],
    ids=["number", "model"],
)
def test_other_settings_are_refused_with_the_difference(
    server: LocalOpenAIServer, undisturbed: Path, options: list[object], difference: str
) -> None:
    before = (undisturbed / "run.json").read_bytes()
    done = run(undisturbed, server, *OPTIONS, *options)
    assert done.status == 1
    assert f"{undisturbed} holds a run with other settings: {difference}." in done.complained
    assert len(done.complained.splitlines()) == 1
    assert (work(server.asked), (undisturbed / "run.json").read_bytes()) == ([], before)


def test_a_changed_seed_file_is_refused(server: LocalOpenAIServer, tmp_path: Path) -> None:
    seeds, folder = tmp_path / "seeds.jsonl", tmp_path / "run"
    seeds.write_text("".join(json.dumps(seed_row(number)) + "\n" for number in range(12)))
    options = (*OPTIONS, "--seed-tasks", seeds)
    started = Run(folder, server, *options)
    model_of(server).wait_for(INSTRUCTIONS, 1)
    started.kill()
    before = len(server.asked)
    seeds.write_text("".join(json.dumps(seed_row(number)) + "\n" for number in range(1, 13)))
    done = run(folder, server, *options)
    assert (done.status, work(server.asked[before:])) == (1, [])
    assert "holds a run with other settings: the seed_tasks changed." in done.complained


def test_an_extended_run_equals_one_with_that_number_from_the_start(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    finished(tmp_path / "run", server, "-n", 11, *OPTIONS[2:])
    goes_on(server, tmp_path / "run", *OPTIONS, "--extend")
    assert outputs(tmp_path / "run") == outputs(undisturbed)


def test_fresh_starts_over(server: LocalOpenAIServer, undisturbed: Path, interrupted: Path) -> None:
    finished(interrupted, server, *OPTIONS, "--fresh")
    assert outputs(interrupted) == outputs(undisturbed)
    asked = [identity_of(one) for one in work(server.asked)]
    assert len(asked) == len(set(asked)) == len(journals(interrupted))


# --- two at once


def test_a_second_process_on_the_folder_is_told_so(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    first = Run(tmp_path / "run", server, *OPTIONS)
    model_of(server).wait_for(INSTRUCTIONS, 1)
    second = run(tmp_path / "run", server, *OPTIONS)
    # The first may be done by the time the second looks; then the second finds all that it needs.
    assert first.done().status == 0
    if second.status:
        place, holder = tmp_path / "run", first.process.pid
        assert second.complained == (
            f"selfinstruct: {place} is in use by another process (number {holder}): wait for it or stop it.\n"
        )
        assert second.status == 1
    assert outputs(tmp_path / "run") == outputs(undisturbed)
    assert max(recorded(tmp_path / "run").values()) == 1


# --- our components in a pipeline of one's own


def test_a_pipeline_of_ones_own_asks_nothing_twice(server: LocalOpenAIServer, tmp_path: Path) -> None:
    command = [str(Path(__file__).with_name("own_pipeline.py")), str(tmp_path), server.url]
    started = Run(tmp_path, server, command=command)
    model_of(server).wait_for(CLASSIFICATION, 5)
    started.kill()
    known, before = recorded(tmp_path), len(server.asked)
    assert len(known) >= 5
    done = Run(tmp_path, server, command=command).done()
    assert done.status == 0, done
    assert "ROWS 12" in done.said
    assert asked_again(server.asked[before:], known) == []


# --- a full disk


def test_a_full_disk_stops_the_run_without_a_traceback_and_loses_nothing(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    # The journal of the first stage is the first file to become so large.
    limit = (undisturbed / "pipeline.yaml").stat().st_size + 3000
    assert limit < (undisturbed / "state" / INSTRUCTIONS / "completions.jsonl").stat().st_size
    done = run(tmp_path / "run", server, *OPTIONS, limit=limit)
    assert (done.status, len(done.complained.strip().splitlines())) == (1, 1)
    assert "File too large" in done.complained
    assert "Traceback" not in done.said + done.complained
    goes_on(server, tmp_path / "run")
    assert outputs(tmp_path / "run") == outputs(undisturbed)


# --- Ctrl-C


@pytest.mark.parametrize("group", [False, True], ids=["the process", "its group, as a terminal does"])
def test_one_interrupt_finishes_and_records_what_is_in_flight(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path, group: bool
) -> None:
    folder = tmp_path / "run"
    started = Run(folder, server, *OPTIONS)
    model_of(server).wait_for(CLASSIFICATION, 4)
    started.signal(signal.SIGINT, group=group)
    done = started.done()
    assert done.status == 3, done
    assert "Finishing the requests in flight." in done.complained
    assert "Traceback" not in done.complained
    assert (description(folder)["status"], len(journals(folder))) == ("stopped", len(work(server.asked)))
    if not group:
        goes_on(server, folder)
        assert outputs(folder) == outputs(undisturbed)
        assert description(folder)["status"] == "finished"


def test_a_second_interrupt_ends_the_run_at_once(server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    started = Run(folder, server, *OPTIONS)
    model_of(server).wait_for(INSTRUCTIONS, 2)
    assert started.process.stderr is not None
    started.signal(signal.SIGINT)
    while "Finishing" not in started.process.stderr.readline():
        pass
    started.signal(signal.SIGINT)
    done = started.done()
    assert done.status == 130, done
    assert "Stopped. What has arrived is kept" in done.complained
    goes_on(server, folder)
    assert outputs(folder) == outputs(undisturbed)


# --- replaying


def test_a_run_replays_another_without_a_model(undisturbed: Path, tmp_path: Path) -> None:
    finished(tmp_path / "run", None, "--llm", f"recorded:{undisturbed}", "--prompt-form", "chat", *OPTIONS)
    assert outputs(tmp_path / "run") == outputs(undisturbed)
