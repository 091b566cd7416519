"""Pushes that are killed, that meet each other or people who rate, and servers that fail."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import argilla as rg
import pytest

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from distilabel_selfinstruct.review.pushing.push import push_for_review
from distilabel_selfinstruct.review.pushing.rows import push_rows
from tests import processes
from tests.review.flaky_proxy import flaky_proxy
from tests.review.people import connected, identity, instance
from tests.review.pushes import a_run, answer, records, rows

PUSH_SLOWLY = """
import sys
from distilabel_selfinstruct.review.argilla import upload
from distilabel_selfinstruct.review.argilla.connection import connect
from distilabel_selfinstruct.review.pushing.push import push_for_review
upload.MAX_BATCH = 20
def on_progress(progress):
    print(progress.done, flush=True)
push_for_review(sys.argv[1], client=connect(sys.argv[2]), on_progress=on_progress)
"""


@contextmanager
def pushing(run: Path, argilla_server: Any) -> Iterator["subprocess.Popen[str]"]:
    with processes.popen(
        [sys.executable, "-c", PUSH_SLOWLY, run, argilla_server.url],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ARGILLA_API_KEY": argilla_server.api_key},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_push_that_was_killed_is_completed_by_the_next(
    argilla_server: Any, client: rg.Argilla, tmp_path: Path
) -> None:
    run = a_run(tmp_path, rows(400))
    with pushing(run, argilla_server) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    name = f"selfinstruct-{run.name}"
    found = records(client, name)
    assert 60 <= len(found) < 400
    pushed = read_pushed(run)
    assert pushed is not None
    assert (pushed.complete, [dataset.name for dataset in pushed.datasets]) == (False, [name])
    answer(argilla_server, "anna", found[0]["id"])
    result = push_for_review(run, client=client)
    after = records(client, name)
    assert {record["external_id"] for record in after} == {identity(row) for row in rows(400)}
    assert (len(after), result.already_there) == (400, len(found))
    assert len([record for record in after if record["responses"]]) == 1
    assert read_pushed(run).complete  # type: ignore[union-attr]


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3])
def test_a_push_that_was_killed_while_it_made_the_dataset_is_completed(
    argilla_server: Any, client: rg.Argilla, tmp_path: Path, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.argilla.datasets.SECONDS_FOR_A_DRAFT", 0.5)
    run = a_run(tmp_path, rows(5))
    name = f"selfinstruct-{run.name}"
    with pushing(run, argilla_server) as process:
        deadline = time.monotonic() + 60
        while name not in {dataset.name for dataset in client.api.datasets.list()} and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    push_for_review(run, client=client)
    assert len(records(client, name)) == 5


def test_people_rate_while_more_is_pushed(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push_rows(rows(20), client, name)
    before = [record["id"] for record in records(client, name)]
    problems: list[BaseException] = []

    def rate(rater: str) -> None:
        try:
            for record in before:
                answer(argilla_server, rater, record)
        except BaseException as error:
            problems.append(error)

    people = [threading.Thread(target=rate, args=(rater,)) for rater in ("anna", "ben")]
    for person in people:
        person.start()
    result = push_rows(rows(600), client, name)
    for person in people:
        person.join()
    assert problems == []
    found = records(client, name)
    assert (len(found), result.failed) == (600, ())
    assert sum(len(record["responses"]) for record in found) == 40


def test_two_pushes_at_a_time_make_one_dataset(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    problems: list[BaseException] = []

    def one_push() -> None:
        try:
            with connected(argilla_server.url, argilla_server.api_key) as own:
                push_rows(rows(300), own, name)
        except BaseException as error:
            problems.append(error)

    both = [threading.Thread(target=one_push) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert problems == []
    assert [dataset.name for dataset in client.api.datasets.list()].count(name) == 1
    assert len(records(client, name)) == 300


def bulk(method: str, path: str) -> bool:
    return method == "PUT" and path.endswith("/records/bulk")


def test_a_server_that_is_busy_for_a_while_is_asked_again(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    faults = [503, 0]

    def fault(method: str, path: str, _: bytes) -> int | None:
        return faults.pop() if bulk(method, path) and faults else None

    with flaky_proxy(argilla_server.url, fault) as url, connected(url, argilla_server.api_key) as through:
        assert push_rows(rows(5), through, name).created == 5
    assert faults == []
    assert len(records(client, name)) == 5


def test_a_record_that_breaks_the_server_is_found_among_many(argilla_server: Any, name: str) -> None:
    def fault(method: str, path: str, body: bytes) -> int | None:
        return 500 if bulk(method, path) and b"poison" in body else None

    with flaky_proxy(argilla_server.url, fault) as url, connected(url, argilla_server.api_key) as through:
        result = push_rows([*rows(6), instance(7, output="poison"), *rows(2, output="fine")], through, name)
    assert [(row.row, row.reason) for row in result.failed] == [(7, "status 500: on purpose")]
    assert result.created == 8


def test_a_server_that_breaks_whatever_it_is_sent_is_one_sentence(argilla_server: Any, name: str) -> None:
    def fault(method: str, path: str, _: bytes) -> int | None:
        return 500 if bulk(method, path) else None

    with (
        flaky_proxy(argilla_server.url, fault) as url,
        connected(url, argilla_server.api_key) as through,
        pytest.raises(ArgillaError, match=r"fails at every record \(status 500: on purpose\)"),
    ):
        push_rows(rows(4), through, name)


def test_a_server_that_goes_away_is_one_sentence_and_the_file_says_that_it_is_not_complete(
    argilla_server: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.argilla.upload.ATTEMPTS", 2)
    run = a_run(tmp_path, rows(4))
    with (
        flaky_proxy(argilla_server.url, lambda method, path, _: 0 if bulk(method, path) else None) as url,
        connected(url, argilla_server.api_key) as through,
        pytest.raises(ArgillaError) as raised,
    ):
        push_for_review(run, dataset=name, client=through)
    assert "did not answer 2 times in a row" in str(raised.value)
    assert "push again; records that arrived are kept" in str(raised.value)
    assert read_pushed(run).complete is False  # type: ignore[union-attr]
