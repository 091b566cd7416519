"""Runs against a server that fails: which faults it has, and how such a run stops and resumes."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from distilabel_selfinstruct.cli.flags import with_flags
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply
from tests.running import cli_runs
from tests.running.cli_runs import (
    Model,
    answer,
    asked_again,
    description,
    finished,
    identity_of,
    outputs,
    recorded,
    rows,
    run,
)

OPTIONS = (*cli_runs.OPTIONS, "--max-in-flight", 8, "--request-retries", 2)


class Faulty:
    """`answer` with faults, which depend on the prompt and the number of the attempt alone."""

    def __init__(self, fault: Callable[[Asked, int], Reply | None]) -> None:
        self.faults = 0
        self._fault = fault
        self._attempts: Counter[tuple[str, str]] = Counter()

    def __call__(self, asked: Asked) -> Reply:
        self._attempts[identity_of(asked)] += 1
        fault = self._fault(asked, self._attempts[identity_of(asked)])
        self.faults += fault is not None
        return fault or answer(asked)


def failures(folder: Path) -> list[str]:
    return [row["detail"] for row in rows(folder / "rejections.jsonl") if row["reason"] == "failed_request"]


def stopped(folder: Path, server: LocalOpenAIServer, reason: str, *options: object) -> str:
    """The run ends before its time and says why, once, and how it is resumed. Returns what it says."""
    done = run(folder, server, *OPTIONS, *options)
    said = " ".join(done.said.split())
    assert done.status == 3, done
    assert said.count(f"Stopped: {reason}") == said.count(reason) == 1, said
    assert said.count("Run the same command again to resume.") == 1
    assert "Traceback" not in done.said + done.complained
    assert description(folder)["status"] == "stopped"
    assert with_flags(description(folder)["stop_reason"]).startswith(reason)
    return said


def resumes(folder: Path, undisturbed: Path) -> None:
    """With a healthy server the same command asks for nothing that the run has, and makes what it was to make."""
    known = recorded(folder)
    with LocalOpenAIServer(Model()) as server:
        finished(folder, server, *OPTIONS)
    assert asked_again(server.asked, known) == []
    assert outputs(folder) == outputs(undisturbed)
