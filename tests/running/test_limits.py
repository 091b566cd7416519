"""Limits of a run: what they bound, how it ends at them, and that it goes on with a higher one."""

import json
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.local_openai_server import Asked, LocalOpenAIServer, Reply
from tests.running.cli_runs import (
    OPTIONS,
    Model,
    Run,
    answer,
    asked_again,
    description,
    finished,
    journals,
    outputs,
    recorded,
    rows,
    run,
    work,
)


def slowly(asked: Asked) -> Reply:
    """Slower than limits other than that on requests are looked at."""
    return replace(answer(asked), seconds=0.25)


SENT_WITHIN = range(4, 6 + 1)
"""How many requests the limits below allow: six, and fewer where the last ones wait for what others have reserved."""


@pytest.fixture
def slow_server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(Model(slowly)) as listening:
        yield listening


def stopped(folder: Path, server: LocalOpenAIServer, reason: str, *options: object) -> str:
    """The run ends before its time, says why, and has recorded all that it asked. Returns what it says."""
    done = run(folder, server, *OPTIONS, *options)
    assert done.status == 3, done
    assert reason in done.said
    assert "Traceback" not in done.said + done.complained
    assert description(folder)["status"] == "stopped"
    assert len(journals(folder)) == len(work(server.asked))
    return done.said


def test_max_requests_is_kept_exactly_over_all_stages_and_the_run_says_which_were_not_asked_and_what_to_raise(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    said = stopped(folder, server, "--max-requests (25) was reached.", "--max-requests", 25)
    assert len(work(server.asked)) == 25
    assert len({row["stage"] for row in journals(folder)}) >= 2
    (last,) = [line for line in said.splitlines() if line.startswith("Stopped: ")]
    assert last.startswith("Stopped: --max-requests (25) was reached. Raise --max-requests to resume. Not asked yet: ")
    not_asked = sum(row.get("status") == "not_sent" for row in rows(folder / "state/instance_generation/results.jsonl"))
    assert f"instance_generation about {not_asked} of " in last
    known, before = recorded(folder), len(server.asked)
    finished(folder, server, *OPTIONS, "--max-requests", 1000)
    assert asked_again(server.asked[before:], known) == []
    assert outputs(folder) == outputs(undisturbed)


def test_however_many_requests_are_in_flight_a_limit_on_tokens_is_passed_by_one_request_at_most(
    slow_server: LocalOpenAIServer, tmp_path: Path
) -> None:
    folder, options = tmp_path / "run", ("--max-in-flight", 16, "--sampling-lag", 40, "-n", 60)
    for limit in (505, 600):  # ten a request
        stopped(folder, slow_server, f"--max-tokens ({limit}) was reached.", *options, "--max-tokens", limit)
        assert limit <= 10 * len(work(slow_server.asked)) < limit + 10
    assert slow_server.most_at_a_time > 4


def test_max_cost_stops_the_run_by_the_price_of_its_model(slow_server: LocalOpenAIServer, tmp_path: Path) -> None:
    prices, folder = tmp_path / "prices.yaml", tmp_path / "run"
    prices.write_text("small: {input: 100000, output: 200000}\n")  # 1.3 for 7 tokens in and 3 out
    stopped(folder, slow_server, "--max-cost (7) was reached.", "--max-cost", 7, "--prices", prices)
    assert len(work(slow_server.asked)) in SENT_WITHIN


def test_a_cost_without_a_price_is_an_error_before_the_start(server: LocalOpenAIServer, tmp_path: Path) -> None:
    done = run(tmp_path / "run", server, *OPTIONS, "--max-cost", 7)
    assert (done.status, server.asked, (tmp_path / "run").exists()) == (1, [], False)
    assert (
        "--max-cost is set and the price of 'small' is not known: give it in --prices, in lines like "
        in done.complained
    )


def test_max_minutes_stops_the_run(slow_server: LocalOpenAIServer, tmp_path: Path) -> None:
    stopped(tmp_path / "run", slow_server, "--max-minutes (0.03) was reached.", "--max-minutes", 0.03)
    assert len(work(slow_server.asked)) < 50


def test_acceptance_that_collapses_stops_generation_with_advice(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    # About half of the candidates are new.
    done = run(folder, server, *OPTIONS, "--patience", 3, "--min-acceptance", 0.9)
    said = " ".join(done.said.split())
    assert "of the candidates in the last 3 requests only" in said
    assert "The model repeats itself: try more varied seed tasks" in said
    assert "Traceback" not in done.said + done.complained
    known, before = recorded(folder), len(server.asked)
    finished(folder, server, *OPTIONS)
    assert asked_again(server.asked[before:], known) == []
    assert outputs(folder) == outputs(undisturbed)


def test_failures_of_an_earlier_attempt_do_not_stop_the_run_that_resumes(tmp_path: Path) -> None:
    finished(tmp_path, None, "-n", 5)
    journal = tmp_path / "state" / "classification" / "completions.jsonl"
    failed = {"key": "of no request", "stage": "classification", "text": None, "error": "HTTP 500"}
    with journal.open("a") as stream:
        stream.write(3 * (json.dumps(failed) + "\n"))
    finished(tmp_path, None, "-n", 5, "--max-failures", 2)
    assert description(tmp_path)["status"] == "finished"


def test_requests_of_an_attempt_without_a_limit_count_against_a_later_one(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(undisturbed, folder)
    sent = len(journals(folder))
    done = run(folder, server, *OPTIONS, "-n", 64, "--extend", "--max-requests", sent + 5)
    assert (done.status, len(work(server.asked))) == (3, 5)


def test_ctrl_c_after_a_limit_was_reached_drops_no_answer_in_flight(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with LocalOpenAIServer(Model(lambda asked: replace(answer(asked), seconds=1.5))) as server:
        started = Run(folder, server, *OPTIONS, "--max-requests", 9)
        stop = folder / "state" / "stop"
        for _ in range(600):
            if stop.exists():
                break
            time.sleep(0.05)
        started.signal(signal.SIGINT)
        done = started.done()
    assert done.status == 3, done
    assert len(journals(folder)) == len(work(server.asked)) == 9
