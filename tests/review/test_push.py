"""Instances go to a real Argilla: again and again, through interruptions, and with bad rows among them."""

import json
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
from uuid import uuid4

import argilla as rg
import httpx
import pytest

from distilabel_selfinstruct import jsonl
from distilabel_selfinstruct.errors import ReviewError, RunFolderError
from distilabel_selfinstruct.review.connection import connect
from distilabel_selfinstruct.review.push import PushOptions, push, push_run
from distilabel_selfinstruct.review.push_file import read_pushed, write_pushed
from distilabel_selfinstruct.review.settings import load_settings
from tests.review.flaky_proxy import flaky_proxy
from tests.review.people import GOOD, Row, connected, identity, instance

PAYLOADS = [
    "<img src=x onerror=\"document.title='run'\">",
    "<script>alert(1)</script>",
    "</div><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<b>bold</b> {{ constructor.constructor('alert(1)')() }}",
]


@pytest.fixture
def client(argilla_server: Any) -> Iterator[rg.Argilla]:
    with connected(argilla_server.url, argilla_server.api_key) as one:
        yield one


@pytest.fixture
def name() -> str:
    return f"push-{uuid4().hex[:10]}"


def rows(count: int, **changes: Any) -> list[Row]:
    return [instance(number, **changes) for number in range(count)]


def a_run(folder: Path, content: list[Row]) -> Path:
    run = folder / f"run-{uuid4().hex[:8]}"
    run.mkdir()
    jsonl.write(run / "instances.jsonl", content)
    return run


def dataset_id(client: rg.Argilla, name: str) -> str:
    return next(str(one.id) for one in client.api.datasets.list() if one.name == name)


def records(client: rg.Argilla, name: str) -> list[dict[str, Any]]:
    """The records of a dataset as the server has them, with responses."""
    url = f"/api/v1/datasets/{dataset_id(client, name)}/records"
    found: list[dict[str, Any]] = []
    while True:
        page = client.http_client.get(url, params={"include": "responses", "limit": 1000, "offset": len(found)})
        items = page.json()["items"]
        found += items
        if not items:
            return found


def answer(argilla_server: Any, rater: str, record: str, values: dict[str, str] | None = None) -> None:
    """The rater submits an answer about a record, given by the server's id."""
    item = {
        "record_id": record,
        "status": "submitted",
        "values": {question: {"value": value} for question, value in (values or GOOD).items()},
    }
    reply = httpx.post(
        f"{argilla_server.url}/api/v1/me/responses/bulk",
        json={"items": [item]},
        headers={"X-Argilla-Api-Key": argilla_server.rater(rater)[2]},
        timeout=60,
    )
    reply.raise_for_status()
    assert not reply.json()["items"][0].get("error")


def test_rows_become_records_that_are_known_by_their_texts(client: rg.Argilla, name: str) -> None:
    result = push(rows(3), client, name, run="demo")
    assert {one["external_id"] for one in records(client, name)} == {identity(row) for row in rows(3)}
    assert (result.created, result.already_there, result.failed) == (3, 0, ())
    assert result.datasets[0].url.startswith(f"{client.api_url}/dataset/")


def test_metadata_is_what_owners_filter_by(client: rg.Argilla, name: str) -> None:
    push([instance(1, nearest_rouge_l=0.25, is_classification=True)], client, name, run="demo")
    assert records(client, name)[0]["metadata"] == {
        "is_classification": "yes",
        "instruction_words": 6,
        "input_words": 2,
        "output_words": 2,
        "nearest_rouge_l": 0.25,
        "model": "demo",
        "run": "demo",
        "stage": "instance_generation",
    }


def test_the_page_of_a_rater_is_not_told_the_model_the_run_or_a_score(
    argilla_server: Any, client: rg.Argilla, name: str
) -> None:
    push(rows(1), client, name, run="demo")
    key = argilla_server.rater("anna")[2]
    found = httpx.post(
        f"{argilla_server.url}/api/v1/me/datasets/{dataset_id(client, name)}/records/search",
        headers={"X-Argilla-Api-Key": key},
        json={},
    ).json()
    metadata = found["items"][0]["record"]["metadata"]
    assert set(metadata) == {"is_classification", "instruction_words", "input_words", "output_words"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_stored_escaped_in_all_fields(client: rg.Argilla, name: str, payload: str) -> None:
    row = instance(1, instruction=f"Say {payload}", input=payload, output=payload, model_name=payload)
    push([row], client, name, run=payload)
    (record,) = records(client, name)
    shown = [*record["fields"].values(), record["metadata"]["model"], record["metadata"]["run"]]
    assert len(shown) == 5
    for text in shown:
        assert "<" not in text
        assert ">" not in text
    assert record["external_id"] == identity(row)


def test_quotes_are_stored_as_they_are_so_that_a_search_finds_them(client: rg.Argilla, name: str) -> None:
    push([instance(1, output='It\'s "fine".')], client, name)
    assert records(client, name)[0]["fields"]["output"] == 'It\'s "fine".'


def test_an_empty_input_is_no_field(client: rg.Argilla, name: str) -> None:
    push([instance(1, input=""), instance(2, input=None)], client, name)
    assert [set(one["fields"]) for one in records(client, name)] == [{"instruction", "output"}] * 2


def test_pushing_again_adds_nothing_and_updates_metadata(client: rg.Argilla, name: str) -> None:
    push(rows(5), client, name, run="first")
    result = push(rows(5, nearest_rouge_l=0.5), client, name, run="second")
    found = records(client, name)
    assert (len(found), result.created, result.already_there) == (5, 0, 5)
    assert {(one["metadata"]["run"], one["metadata"]["nearest_rouge_l"]) for one in found} == {("second", 0.5)}


def test_pushing_again_keeps_what_people_answered(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push(rows(2), client, name)
    for record in records(client, name):
        answer(argilla_server, "anna", record["id"], {**GOOD, "comment": "mine"})
    push(rows(3), client, name, run="again")
    kept = [one["responses"] for one in records(client, name) if one["responses"]]
    assert [response[0]["values"]["comment"]["value"] for response in kept] == ["mine", "mine"]


def test_a_changed_output_is_another_record_without_answers(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push(rows(1), client, name)
    answer(argilla_server, "anna", records(client, name)[0]["id"])
    push(rows(1, output="changed"), client, name)
    assert [bool(one["responses"]) for one in records(client, name)] == [True, False]


def test_how_many_answers_complete_a_record_can_change(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    def min_submitted() -> int:
        return client.api.datasets.get(dataset_id(client, name)).distribution.min_submitted

    push(rows(1), client, name, PushOptions(min_submitted=2))
    answer(argilla_server, "anna", records(client, name)[0]["id"])
    push(rows(1), client, name)
    assert min_submitted() == 2
    push(rows(1), client, name, PushOptions(min_submitted=3))
    assert min_submitted() == 3


def test_changed_guidelines_reach_a_dataset_that_is_there(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    push(rows(1), client, name)
    own = own_settings(tmp_path, "Rate kindly.")
    push(rows(1), client, name, PushOptions(settings=str(own)))
    assert client.api.datasets.get(dataset_id(client, name)).guidelines == "Rate kindly."


def own_settings(folder: Path, guidelines: str) -> Path:
    from distilabel_selfinstruct.review.settings import config_folder

    (folder / "instances.md").write_text(guidelines)
    (folder / "own.yaml").write_text((config_folder() / "instances.yaml").read_text())
    return folder / "own.yaml"


def test_rows_with_the_same_texts_are_sent_once_and_counted(client: rg.Argilla, name: str) -> None:
    result = push([*rows(3), *rows(2)], client, name)
    assert (result.rows, result.records, result.duplicates, len(records(client, name))) == (5, 3, 2, 3)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "the row is None and no mapping"),
        ({}, "there is no instruction"),
        ({"instruction": "Sort.", "output": "x", "input": 7}, "input is 7 and must be a text"),
        ({"instruction": "Sort.", "input": "x"}, "there is no output"),
        ({"instruction": None, "output": "x"}, "instruction is None and must be a text"),
        ({"instruction": " \n", "input": "", "output": "x"}, "instruction is blank"),
        ({"instruction": "Sort.", "output": "a\ud83d"}, "output holds half a character at position 2"),
        ({"instruction": "Sort.\0", "output": "x"}, "instruction holds a NUL character at position 6"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_pushed(client: rg.Argilla, name: str, bad: Any, reason: str) -> None:
    result = push([*rows(2), bad, instance(2)], client, name)
    assert len(records(client, name)) == 3
    assert [(row.row, row.reason.startswith(reason)) for row in result.failed] == [(3, True)]


def test_odd_metadata_does_not_keep_a_row_out(client: rg.Argilla, name: str) -> None:
    odd = {"nearest_rouge_l": float("nan"), "model_name": "\ud83d", "is_classification": None, "stage": 7}
    assert push(rows(1, **odd), client, name).failed == ()
    assert set(records(client, name)[0]["metadata"]) == {"instruction_words", "input_words", "output_words"}


def test_rows_that_the_server_refuses_are_set_aside_with_its_reason(client: rg.Argilla, name: str) -> None:
    settings = load_settings(client=client)
    settings.metadata.remove("model")
    settings.metadata.add(rg.TermsMetadataProperty("model", options=["demo"], client=client))
    rg.Dataset(name=name, workspace=client.workspaces("selfinstruct"), settings=settings, client=client).create()
    mixed = [instance(number, model_name="other" if number in {0, 4, 9} else "demo") for number in range(10)]
    result = push(mixed, client, name)
    assert len(records(client, name)) == 7
    assert [row.row for row in result.failed] == [1, 5, 10]
    assert set(result.datasets[0].records) == {one["external_id"] for one in records(client, name)}
    assert all("'model' metadata property validation failed" in row.reason for row in result.failed)


def test_nothing_to_rate_is_said_before_a_dataset_is_made(client: rg.Argilla, name: str) -> None:
    with pytest.raises(ReviewError, match="None of the 1 rows can be rated: there is no instruction"):
        push([{}], client, name)
    assert name not in {one.name for one in client.api.datasets.list()}


def test_a_dataset_that_asks_something_else_is_refused(client: rg.Argilla, name: str) -> None:
    push(rows(1), client, name, PushOptions(settings="comparison"))
    with pytest.raises(ReviewError) as raised:
        push(rows(1), client, name)
    assert str(raised.value) == (
        f"The dataset {name!r} in the workspace 'selfinstruct' is of another kind: it has no question valid_task; it "
        "has no question input_appropriate; it has no question output_correct; it has no question corrected_output. "
        "Give the name of a new one with --dataset."
    )


def test_a_dataset_with_other_labels_is_refused(client: rg.Argilla, name: str) -> None:
    rg.Dataset(
        name=name,
        workspace=client.workspaces("selfinstruct"),
        settings=rg.Settings(
            fields=[rg.TextField(one, client=client) for one in ("instruction", "input", "output")],
            questions=[
                rg.LabelQuestion("overall", labels=["A", "B"], client=client),
                rg.TextQuestion("comment", client=client),
            ],
        ),
        client=client,
    ).create()
    with pytest.raises(ReviewError, match="its question overall is label_selection A B and not label_selection A B C"):
        push(rows(1), client, name, PushOptions(settings="comparison"))


def test_a_dataset_that_was_left_half_made_is_made_anew(
    client: rg.Argilla, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.datasets.SECONDS_FOR_A_DRAFT", 0.5)
    workspace = client.workspaces("selfinstruct").id
    client.http_client.post("/api/v1/datasets", json={"name": name, "workspace_id": str(workspace)}).raise_for_status()
    assert push(rows(2), client, name).created == 2


@pytest.mark.parametrize("bad", ["", "<b>", "a/b", "x" * 201, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(client: rg.Argilla, bad: str) -> None:
    with pytest.raises(ReviewError, match="cannot name a dataset"):
        push(rows(1), client, bad)


def test_a_workspace_is_made_where_it_is_missing(client: rg.Argilla, name: str) -> None:
    push(rows(1), client, name, PushOptions(workspace=name))
    assert name in {workspace.name for workspace in client.workspaces}


def test_a_rater_may_not_push(argilla_server: Any, name: str) -> None:
    with connected(argilla_server.url, argilla_server.rater("anna")[2]) as anna:
        with pytest.raises(ReviewError, match="use the API key of an owner, or of an admin"):
            push(rows(1), anna, name)
        with pytest.raises(ReviewError, match="may not make one: choose one of the user's with --workspace"):
            push(rows(1), anna, name, PushOptions(workspace=f"new-{name}"))


# Who rates what.


def test_each_rater_has_a_dataset_with_the_shared_records_and_a_share(client: rg.Argilla, name: str) -> None:
    result = push(rows(30), client, name, PushOptions(raters=("anna", "ben"), shared=10))
    theirs = [{one["external_id"] for one in records(client, dataset.name)} for dataset in result.datasets]
    assert [dataset.rater for dataset in result.datasets] == ["anna", "ben"]
    assert [len(ids) for ids in theirs] == [20, 20]
    assert len(theirs[0] & theirs[1]) == 10
    assert [set(dataset.records) for dataset in result.datasets] == theirs


def test_a_rater_without_an_account_is_named(client: rg.Argilla, name: str) -> None:
    with pytest.raises(ReviewError, match=r"no rater 'dora' at .*anna, ben, carl.* serve --raters dora'"):
        push(rows(4), client, name, PushOptions(raters=("anna", "dora")))


def test_a_rater_who_does_not_belong_to_the_workspace_is_added(client: rg.Argilla, name: str) -> None:
    push(rows(4), client, name, PushOptions(workspace=name, raters=("anna",)))
    workspace = next(one for one in client.workspaces if one.name == name)
    assert "anna" in {user.username for user in workspace.users}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (PushOptions(shared=5), "there are no raters to share"),
        (PushOptions(raters=("anna", "anna")), "'anna' is named twice"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    client: rg.Argilla, name: str, options: PushOptions, said: str
) -> None:
    with pytest.raises(ReviewError, match=said):
        push(rows(4), client, name, options)


def test_who_rates_what_stays_when_a_run_has_grown(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(20))
    options = PushOptions(raters=("anna", "ben"), shared=4)
    first = push_run(run, client, options, dataset=name)
    jsonl.write(run / "instances.jsonl", [instance(number) for number in reversed(range(30))])
    second = push_run(run, client, options, dataset=name)
    assert (second.created, second.already_there) == (10, 24)
    for before, after in zip(first.datasets, second.datasets, strict=True):
        assert set(before.records) <= set(after.records)


# What is kept of a push.


def test_push_json_says_what_went_where_and_holds_no_secret(
    argilla_server: Any, client: rg.Argilla, name: str, tmp_path: Path
) -> None:
    run = a_run(tmp_path, [*rows(8), instance(8, output=None)])
    push_run(run, client, PushOptions(sample=5, seed=7), dataset=name)
    content = json.loads((run / "review" / "push.json").read_text())
    assert content["url"] == argilla_server.url
    assert [(one["name"], one["workspace"], one["rater"]) for one in content["datasets"]] == [
        (name, "selfinstruct", None)
    ]
    assert content["options"]["dataset"] == name
    assert (content["options"]["sample"], content["options"]["seed"], content["complete"]) == (5, 7, True)
    assert content["counts"] == {
        "rows": 9, "records": 5, "created": 5, "already_there": 0, "held": 5, "duplicates": 0, "failed": 1,
    }  # fmt: skip
    assert content["failed"] == [{"row": 9, "record": "", "reason": "output is None and must be a text"}]
    assert argilla_server.api_key not in (run / "review" / "push.json").read_text()


def test_datasets_of_earlier_pushes_stay_known(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(4))
    push_run(run, client, dataset=name)
    push_run(run, client, dataset=f"{name}-second")
    pushed = read_pushed(run)
    assert pushed is not None
    assert [dataset.name for dataset in pushed.datasets] == [f"{name}-second", name]
    write_pushed(run, pushed)
    assert read_pushed(run) == pushed


def test_the_dataset_is_named_after_the_folder_by_default(client: rg.Argilla, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(1)).rename(tmp_path / "Mein Lauf (2) ü")
    assert push_run(run, client).datasets[0].name == "selfinstruct-Mein-Lauf-2-ü"


def test_a_folder_without_instances_is_named(client: rg.Argilla, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"holds no instances to rate: instances\.jsonl is missing"):
        push_run(tmp_path, client)


def test_a_damaged_push_json_is_named(client: rg.Argilla, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(1))
    (run / "review").mkdir()
    (run / "review" / "push.json").write_text("{")
    with pytest.raises(RunFolderError, match=r"push\.json is damaged"):
        push_run(run, client)


# Interruptions and other people.

PUSH_SLOWLY = """
import sys, time
from pathlib import Path
from distilabel_selfinstruct.review import upload
from distilabel_selfinstruct.review.connection import connect
from distilabel_selfinstruct.review.push import push_run
upload.MAX_BATCH = 20
def watch(progress):
    print(progress.sent, flush=True)
push_run(Path(sys.argv[1]), connect(sys.argv[2]), watch=watch)
"""


@contextmanager
def pushing(run: Path, argilla_server: Any) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
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
    result = push_run(run, client)
    after = records(client, name)
    assert {one["external_id"] for one in after} == {identity(row) for row in rows(400)}
    assert (len(after), result.already_there) == (400, len(found))
    assert len([one for one in after if one["responses"]]) == 1
    assert read_pushed(run).complete  # type: ignore[union-attr]


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3])
def test_a_push_that_was_killed_while_it_made_the_dataset_is_completed(
    argilla_server: Any, client: rg.Argilla, tmp_path: Path, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.datasets.SECONDS_FOR_A_DRAFT", 0.5)
    run = a_run(tmp_path, rows(5))
    name = f"selfinstruct-{run.name}"
    with pushing(run, argilla_server) as process:
        deadline = time.monotonic() + 60
        while name not in {one.name for one in client.api.datasets.list()} and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    push_run(run, client)
    assert len(records(client, name)) == 5


def test_people_rate_while_more_is_pushed(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push(rows(40), client, name)
    before = [one["id"] for one in records(client, name)]
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
    result = push(rows(1500), client, name)
    for person in people:
        person.join()
    assert problems == []
    found = records(client, name)
    assert (len(found), result.failed) == (1500, ())
    assert sum(len(one["responses"]) for one in found) == 80


def test_two_pushes_at_a_time_make_one_dataset(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    problems: list[BaseException] = []

    def one_push() -> None:
        try:
            with connected(argilla_server.url, argilla_server.api_key) as own:
                push(rows(300), own, name)
        except BaseException as error:
            problems.append(error)

    both = [threading.Thread(target=one_push) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert problems == []
    assert [one.name for one in client.api.datasets.list()].count(name) == 1
    assert len(records(client, name)) == 300


def bulk(method: str, path: str) -> bool:
    return method == "PUT" and path.endswith("/records/bulk")


def test_a_server_that_is_busy_for_a_while_is_asked_again(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    faults = [503, 0]

    def fault(method: str, path: str, _: bytes) -> int | None:
        return faults.pop() if bulk(method, path) and faults else None

    with flaky_proxy(argilla_server.url, fault) as url, connected(url, argilla_server.api_key) as through:
        assert push(rows(5), through, name).created == 5
    assert faults == []
    assert len(records(client, name)) == 5


def test_a_record_that_breaks_the_server_is_found_among_many(argilla_server: Any, name: str) -> None:
    def fault(method: str, path: str, body: bytes) -> int | None:
        return 500 if bulk(method, path) and b"poison" in body else None

    with flaky_proxy(argilla_server.url, fault) as url, connected(url, argilla_server.api_key) as through:
        result = push([*rows(6), instance(7, output="poison"), *rows(2, output="fine")], through, name)
    assert [(row.row, row.reason) for row in result.failed] == [(7, "status 500: on purpose")]
    assert result.created == 8


def test_a_server_that_breaks_whatever_it_is_sent_is_one_sentence(argilla_server: Any, name: str) -> None:
    def fault(method: str, path: str, _: bytes) -> int | None:
        return 500 if bulk(method, path) else None

    with (
        flaky_proxy(argilla_server.url, fault) as url,
        connected(url, argilla_server.api_key) as through,
        pytest.raises(ReviewError, match=r"fails whatever it is sent \(status 500: on purpose\)"),
    ):
        push(rows(4), through, name)


def test_a_server_that_goes_away_is_one_sentence_and_the_file_says_that_it_is_not_complete(
    argilla_server: Any, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.upload.ATTEMPTS", 2)
    run = a_run(tmp_path, rows(4))
    with (
        flaky_proxy(argilla_server.url, lambda method, path, _: 0 if bulk(method, path) else None) as url,
        connected(url, argilla_server.api_key) as through,
        pytest.raises(ReviewError) as raised,
    ):
        push_run(run, through, dataset=name)
    assert "did not answer 2 times in a row" in str(raised.value)
    assert "push again; what arrived is kept" in str(raised.value)
    assert read_pushed(run).complete is False  # type: ignore[union-attr]


# The connection.


def test_a_wrong_key_is_one_sentence(argilla_server: Any) -> None:
    with pytest.raises(ReviewError, match="does not know this API key"):
        connect(argilla_server.url, "wrong")


def test_a_server_that_cannot_be_reached_is_one_sentence_without_the_password_in_its_address() -> None:
    with pytest.raises(ReviewError) as raised:
        connect("http://user:secret@127.0.0.1:9/?token=secret", "key")
    assert str(raised.value).startswith("Argilla at http://127.0.0.1:9 cannot be reached (")
    assert "secret" not in str(raised.value)


def test_what_is_no_argilla_is_one_sentence(argilla_server: Any) -> None:
    with (
        flaky_proxy(argilla_server.url, lambda *_: 404) as url,
        pytest.raises(ReviewError, match=r"no Argilla"),
    ):
        connect(url, "key")


def test_an_address_that_is_none_is_one_sentence() -> None:
    with pytest.raises(ReviewError, match="is no address of a server: write it with http"):
        connect("localhost:6900", "key")


def test_the_server_on_this_machine_is_found_by_its_home(argilla_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARGILLA_API_URL", raising=False)
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    client = connect(home=argilla_server.home)
    assert client.api_url == argilla_server.url
    client.http_client.close()


def test_a_home_where_nothing_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"No Argilla runs in .*: start it with 'selfinstruct review serve --home"):
        connect(home=tmp_path / "nowhere")


def test_an_address_without_a_key_asks_for_one(
    argilla_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ARGILLA_API_KEY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(ReviewError, match="set the environment variable ARGILLA_API_KEY"):
        connect("http://127.0.0.1:9")


# The command.


def command(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ARGILLA_")}
    return subprocess.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "review", "push", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env={**inherited, "COLUMNS": "200", **environment},
    )  # fmt: skip


def test_the_command_finds_the_server_and_says_where_to_go_on(argilla_server: Any, tmp_path: Path) -> None:
    run = a_run(tmp_path, [*rows(5), instance(1), instance(9, output=None)])
    done = command(run, "--home", argilla_server.home)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "5 records are new in Argilla, 0 were there.",
        "1 rows say the same as a row before and were sent once.",
        "Row 7 could not be sent: output is None and must be a text.",
        f"Rate: {read_pushed(run).datasets[0].url}",  # type: ignore[union-attr]
        f"When people have rated: selfinstruct review pull {run}",
    ]


def test_the_command_pushes_a_sample_split_between_raters(argilla_server: Any, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(30))
    done = command(
        run, "--sample", 20, "--raters", "anna, ben", "--shared", 4, "--api-url", argilla_server.url,
        ARGILLA_API_KEY=argilla_server.api_key,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "24 records are new in Argilla" in done.stdout
    assert "A sample: one instance each of 20 instructions." in done.stdout
    assert "anna (12 records): http" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--api-url", "http://127.0.0.1:9", "--api-key", "x"], "cannot be reached"),
        (["--home", "/nowhere"], "No Argilla runs in /nowhere"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = command(a_run(tmp_path, rows(1)), *arguments)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert said in done.stderr


@pytest.mark.slow
def test_ten_thousand_records_arrive_once(client: rg.Argilla, name: str) -> None:
    result = push(rows(10_000), client, name)
    assert (result.created, result.failed, result.held) == (10_000, (), 10_000)
    assert push(rows(10_000)[:500], client, name).created == 0
