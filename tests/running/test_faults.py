"""What a server may do to a run: retried where that makes sense, else recorded as failed; never the end of the run."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.local_openai_server import (
    FAULTS,
    KEY,
    Asked,
    LocalOpenAIServer,
    Reply,
    invalid_key,
    server_error,
    slow,
    unknown_model,
    web_page,
)
from tests.running import cli_runs
from tests.running.cli_runs import (
    INSTANCES,
    INSTRUCTIONS,
    Model,
    answer,
    asked_again,
    description,
    finished,
    identity_of,
    journals,
    number_of,
    outputs,
    recorded,
    rows,
    run,
    stage_of,
    work,
)

OPTIONS = (*cli_runs.OPTIONS, "--max-in-flight", 8, "--request-retries", 2)

PASSING = [
    FAULTS[name][0] for name in ("rate limited", "server error", "dropped connection", "malformed JSON", "no choices")
]


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


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An output folder; at the end no file in it holds the key."""
    yield tmp_path / "run"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def failures(folder: Path) -> list[str]:
    return [row["detail"] for row in rows(folder / "rejections.jsonl") if row["reason"] == "failed_request"]


def test_faults_that_pass_change_nothing_but_are_counted(undisturbed: Path, folder: Path) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        number = number_of(asked)
        if number % 10 >= 3 or attempt > 1 + number % 2:  # three requests in ten, once or twice
            return None
        return PASSING[number // 10 % len(PASSING)]

    faulty = Faulty(fault)
    with LocalOpenAIServer(Model(faulty)) as server:
        finished(folder, server, *OPTIONS)
    assert faulty.faults >= 10
    assert outputs(folder) == outputs(undisturbed)
    assert sum(row["retries"] for row in journals(folder)) == faulty.faults
    assert failures(folder) == []


def test_an_answer_that_takes_too_long_is_asked_for_again(undisturbed: Path, folder: Path) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return slow(answer(asked), 2) if attempt == 1 and number_of(asked) % 10 == 0 else None

    faulty = Faulty(fault)
    with LocalOpenAIServer(Model(faulty)) as server:
        finished(folder, server, *OPTIONS, "--request-timeout", 1)
    assert faulty.faults >= 3
    assert outputs(folder) == outputs(undisturbed)
    assert sum(row["retries"] for row in journals(folder)) == faulty.faults


def test_faults_that_last_are_recorded_as_failed_requests(folder: Path) -> None:
    kinds = {error: reply for reply, error in FAULTS.values()}

    def kind_of(asked: Asked) -> str | None:
        number = number_of(asked)
        return list(kinds)[number // 5 % len(kinds)] if number % 5 == 0 else None

    def fault(asked: Asked, attempt: int) -> Reply | None:
        kind = kind_of(asked)
        return kinds[kind] if kind else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        done = finished(folder, server, *OPTIONS)
    failing = {identity_of(one): kind_of(one) for one in work(server.asked) if kind_of(one)}
    failed = [row for row in journals(folder) if row["text"] is None]
    assert len(failed) == len(failing) >= 6
    assert all(any(kind in row["error"] for kind in kinds) for row in failed)
    # Of the first stage, those that were under way at its end are in the journal only.
    later = [kind for (stage, _), kind in failing.items() if stage != INSTRUCTIONS]
    assert len(later) <= len(failures(folder)) <= len(failed)
    assert Counter(kind for kind in kinds for error in failures(folder) if kind in error) >= Counter(later)
    assert len(rows(folder / "instructions.jsonl")) == 32
    assert KEY not in done.said + done.complained


def test_too_many_failures_stop_the_run_and_it_goes_on_with_a_healthy_server(undisturbed: Path, folder: Path) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return slow(invalid_key(), 0.7) if stage_of(asked) == INSTANCES else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        done = run(folder, server, *OPTIONS, "--max-failures", 2)
    assert done.status == 3, done
    assert "max_failures (2) was exceeded. The last failure was: AuthenticationError" in " ".join(done.said.split())
    assert description(folder)["status"] == "stopped"
    known = recorded(folder)
    with LocalOpenAIServer(Model()) as server:
        finished(folder, server, *OPTIONS)
    assert asked_again(server.asked, known) == []
    assert outputs(folder) == outputs(undisturbed)


# --- what can only fail is found before any work


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (invalid_key(), "refuses the key in OPENAI_API_KEY: Incorrect API key provided: ***."),
        (unknown_model("small"), "has no model 'small' for chat prompts: The model 'small' does not exist."),
        (web_page(), "gives no completion: what answers at "),
    ],
    ids=["invalid key", "unknown model", "web page"],
)
def test_a_server_that_refuses_is_one_sentence_before_any_work(folder: Path, reply: Reply, said: str) -> None:
    with LocalOpenAIServer([reply]) as server:
        done = run(folder, server, *OPTIONS)
        assert f"The server at {server.url} {said}" in done.complained
    assert (done.status, len(done.complained.splitlines())) == (1, 1)
    assert "Traceback" not in done.said + done.complained
    assert KEY not in done.said + done.complained
    assert len(server.asked) <= 2
    assert not folder.exists()


def test_a_server_that_cannot_be_reached_is_one_sentence_before_any_work(folder: Path) -> None:
    with LocalOpenAIServer([server_error()]) as server:
        pass
    done = run(folder, server, *OPTIONS)
    assert (done.status, len(done.complained.splitlines())) == (1, 1)
    assert f"No server can be reached at {server.url} (" in done.complained
    assert not folder.exists()
