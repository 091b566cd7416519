"""Runs of the real command with `--batch`: the dataset is that of a run without, for half the price."""

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_batch_server import Fate, LocalBatchServer
from tests.running.cli_runs import (
    OPTIONS,
    Model,
    Run,
    description,
    finished,
    identity_of,
    journals,
    outputs,
    run,
    work,
)

BATCH = (*OPTIONS, "--batch")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text("small: {input: 1000, output: 2000}\n")
    return path


def served(*fates: Fate) -> LocalBatchServer:
    return LocalBatchServer(Model(), *fates)


@pytest.fixture
def two_stages() -> Iterator[LocalBatchServer]:
    with served() as server:
        yield server


def test_the_dataset_equals_that_of_the_same_run_without_batches_and_costs_about_half(
    undisturbed: Path, two_stages: LocalBatchServer, tmp_path: Path, prices: Path
) -> None:
    done = finished(tmp_path / "run", two_stages, *BATCH, "--prices", prices)
    assert outputs(tmp_path / "run") == outputs(undisturbed)
    asked = [identity_of(one) for one in work(two_stages.asked)]
    assert len(asked) == len(set(asked)) == len(journals(tmp_path / "run"))
    records = journals(tmp_path / "run")
    directly = [row for row in records if not row.get("batch")]
    assert sorted(row["stage"] for row in directly) == [
        "classification",
        "instance_generation",
        "instruction_generation",
    ]
    cost = 0.001 * (len(directly) * (7 + 2 * 3) + (len(records) - len(directly)) * (7 + 2 * 3) / 2)
    assert f"cost {cost:.2f} USD (batches taken at half price)" in done.said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")
def test_a_run_killed_and_one_interrupted_while_batches_are_in_flight_fetch_them_and_pay_nothing_twice(
    undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    first, last = threading.Event(), threading.Event()
    with served(Fate(released=first), *[Fate()] * 3, Fate(released=last), Fate()) as server:
        killed = Run(folder, server, *BATCH)
        server.wait_for_look(1)
        killed.kill()
        first.set()
        started = Run(folder, server, *BATCH)
        server.wait_for_look(5)
        started.signal(signal.SIGINT)
        interrupted = started.done()
        assert interrupted.status == 3, interrupted
        name = f"batch_5 of {server_stage(server, 5)}: 0 of"
        assert f"The server works on: {name}" in interrupted.complained
        assert f"The server works on: {name}" in interrupted.said
        assert description(folder)["status"] == "stopped"
        refused = run(folder, server, *OPTIONS)
        assert refused.status == 1
        assert f"has batches that a server works on ({name}" in refused.complained
        assert "give --batch to fetch their answers" in refused.complained
        last.set()
        finished(folder, server, *BATCH)
        assert outputs(folder) == outputs(undisturbed)
        asked = [identity_of(one) for one in work(server.asked)]
        assert len(asked) == len(set(asked)) == len(journals(folder))


def server_stage(server: LocalBatchServer, number: int) -> str:
    name = server.files[server.jobs[number - 1].input_file_id]
    return "classification" if b'"max_tokens": 16' in name else "instruction_generation"


def test_a_server_without_batches_is_one_sentence_before_anything_is_paid(tmp_path: Path) -> None:
    with LocalBatchServer(Model(), has_batches=False) as server:
        done = run(tmp_path / "run", server, *BATCH)
    assert (done.status, len(done.complained.splitlines())) == (1, 1)
    assert f"The server at {server.url} refuses to list batches" in done.complained
    assert "Leave out --batch, or choose a server that has OpenAI's endpoints" in done.complained
    assert work(server.asked) == []
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["--max-tokens", "--max-cost"])
def test_at_a_limit_no_further_batch_is_sent_and_those_in_flight_are_fetched(
    undisturbed: Path, tmp_path: Path, prices: Path, option: str
) -> None:
    folder, released = tmp_path / "run", threading.Event()
    used = {"--max-tokens": 10, "--max-cost": 0.013 / 2}[option]  # of a request, in a batch if that is cheaper
    with served(Fate(), Fate(), Fate(), Fate(released=released), Fate(released=released), Fate()) as server:
        started = Run(folder, server, *BATCH, "--prices", prices, option, 24 * used)
        server.wait_for_look(4)
        released.set()
        done = started.done()
        assert done.status == 3, done
        assert f"Stopped: {option} (" in done.said
        assert f"Raise {option} to resume." in done.said
        assert "The server works on" not in done.said
        assert not [job for job in server.jobs if job.files is None]
        assert len(journals(folder)) == len(work(server.asked))
        spent = sum(used if row.get("batch") or option == "--max-tokens" else 2 * used for row in journals(folder))
        assert 24 * used <= spent + 1e-9 < 26 * used
        if option == "--max-tokens":  # as at the other limit
            return
        finished(folder, server, *BATCH, "--prices", prices)
        assert outputs(folder) == outputs(undisturbed)
        asked = [identity_of(one) for one in work(server.asked)]
        assert len(asked) == len(set(asked)) == len(journals(folder))


def test_the_time_limit_ends_the_wait_for_a_batch(tmp_path: Path) -> None:
    with served(Fate(released=threading.Event())) as server:
        done = run(tmp_path / "run", server, *BATCH, "--max-minutes", 0.1)
    assert done.status == 3, done
    assert "--max-minutes (0.1) was reached" in done.said
    assert "The server works on: batch_1 of instruction_generation: 0 of 2 done, since" in done.said
