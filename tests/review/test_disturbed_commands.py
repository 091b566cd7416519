"""A full disk, Ctrl-C and kill -9 during push and pull: the files that people's work is in stay whole."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from tests import processes
from tests.review.people import instance
from tests.review.pushes import answer, records

WITH_A_LIMIT = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
runpy.run_module("distilabel_selfinstruct", run_name="__main__")
"""
FILES = ("push.json", "ratings.jsonl", "decisions.jsonl", "pull.json")


def files(run: Path) -> dict[str, bytes]:
    return {name: (run / "review" / name).read_bytes() for name in FILES if (run / "review" / name).exists()}


def command(server: Any, *arguments: object, limit: int = 2**40) -> "subprocess.Popen[str]":
    return processes.popen(
        [sys.executable, "-c", WITH_A_LIMIT, str(limit), "review", *map(str, arguments), "--api-url", server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "ARGILLA_API_KEY": server.api_key},
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    with process:
        said, _ = process.communicate(timeout=120)
        return process.returncode, said


@pytest.fixture
def rated(argilla_server: Any, new_review: Any) -> Any:
    """A run that was pushed, rated and pulled once, and then rated further."""
    review = new_review([instance(number) for number in range(6)])
    review.says_pushed(None)
    first, *others = records(review.client, review.name)
    answer(argilla_server, "anna", first["id"])
    assert ended(command(argilla_server, "pull", review.run))[0] == 0
    for record in others:
        answer(argilla_server, "anna", record["id"])
    return review


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_a_full_disk_is_one_sentence_and_the_files_stay_as_they_were(
    argilla_server: Any, rated: Any, verb: str
) -> None:
    before = files(rated.run)
    for limit in (0, 64, 600):
        status, said = ended(command(argilla_server, verb, rated.run, limit=limit))
        assert status == 1, said
        assert "Cannot write to " in said
        assert "Traceback" not in said
        assert files(rated.run) == before
        assert not list(rated.run.rglob("*.partial"))
    status, said = ended(command(argilla_server, verb, rated.run))
    assert status == 0, said


@pytest.mark.parametrize("verb", ["push", "pull"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_ended_at_any_time_leaves_whole_files_and_the_next_try_works(
    argilla_server: Any, rated: Any, verb: str, number: signal.Signals
) -> None:
    known = set(read_ratings(rated.run / "review" / "ratings.jsonl"))
    began = time.monotonic()
    assert ended(command(argilla_server, verb, rated.run))[0] == 0
    needed = time.monotonic() - began
    for part in (0.5, 0.8, 0.95):
        process = command(argilla_server, verb, rated.run)
        time.sleep(part * needed)
        process.send_signal(number)
        status, said = ended(process)
        assert status in {0, 130, -number}, said
        assert "Traceback" not in said
        assert known <= set(read_ratings(rated.run / "review" / "ratings.jsonl"))
        assert read_pushed(rated.run) is not None
    assert ended(command(argilla_server, "pull", rated.run))[0] == 0
    assert len({rating.record for rating in read_ratings(rated.run / "review" / "ratings.jsonl")}) == 6
