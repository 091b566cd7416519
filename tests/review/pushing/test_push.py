"""Rows become records in a real Argilla: again and again, and with bad rows among them."""

from typing import Any

import argilla as rg
import httpx
import pytest

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.review.argilla.settings import load_settings
from distilabel_selfinstruct.review.argilla.upload import MAX_BATCH
from distilabel_selfinstruct.review.pushing.rows import push_rows
from tests.review.people import GOOD, identity, instance
from tests.review.pushes import answer, dataset_id, records, rows

PAYLOADS = [
    "<img src=x onerror=\"document.title='run'\">",
    "<script>alert(1)</script>",
    "</div><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<b>bold</b> {{ constructor.constructor('alert(1)')() }}",
]


def test_rows_become_records_that_are_known_by_their_texts(client: rg.Argilla, name: str) -> None:
    result = push_rows(rows(3), client, name, run="demo")
    assert {record["external_id"] for record in records(client, name)} == {identity(row) for row in rows(3)}
    assert (result.created, result.already_there, result.failed) == (3, 0, ())
    assert result.datasets[0].url.startswith(f"{client.api_url}/dataset/")


def test_metadata_is_what_owners_filter_by(client: rg.Argilla, name: str) -> None:
    push_rows([instance(1, nearest_rouge_l=0.25, is_classification=True)], client, name, run="demo")
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
    push_rows(rows(1), client, name, run="demo")
    key = argilla_server.rater("anna")[2]
    found = httpx.post(
        f"{argilla_server.url}/api/v1/me/datasets/{dataset_id(client, name)}/records/search",
        headers={"X-Argilla-Api-Key": key},
        json={},
        timeout=60,
    ).json()
    metadata = found["items"][0]["record"]["metadata"]
    assert set(metadata) == {"is_classification", "instruction_words", "input_words", "output_words"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_is_stored_escaped_in_all_fields(client: rg.Argilla, name: str, payload: str) -> None:
    row = instance(1, instruction=f"Say {payload}", input=payload, output=payload, model_name=payload)
    push_rows([row], client, name, run=payload)
    (record,) = records(client, name)
    shown = [*record["fields"].values(), record["metadata"]["model"], record["metadata"]["run"]]
    assert len(shown) == 5
    for text in shown:
        assert "<" not in text
        assert ">" not in text
    assert record["external_id"] == identity(row)


def test_quotes_are_stored_as_they_are_so_that_a_search_finds_them(client: rg.Argilla, name: str) -> None:
    push_rows([instance(1, output='It\'s "fine".')], client, name)
    assert records(client, name)[0]["fields"]["output"] == 'It\'s "fine".'


def test_an_empty_input_is_shown_as_a_dash(client: rg.Argilla, name: str) -> None:
    push_rows([instance(1, input=""), instance(2, input=None)], client, name)
    assert [record["fields"]["input"] for record in records(client, name)] == ["–"] * 2


def test_pushing_again_adds_nothing_and_updates_metadata(client: rg.Argilla, name: str) -> None:
    push_rows(rows(5), client, name, run="first")
    result = push_rows(rows(5, nearest_rouge_l=0.5), client, name, run="second")
    found = records(client, name)
    assert (len(found), result.created, result.already_there) == (5, 0, 5)
    assert {(record["metadata"]["run"], record["metadata"]["nearest_rouge_l"]) for record in found} == {("second", 0.5)}


def test_pushing_again_keeps_what_people_answered(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push_rows(rows(2), client, name)
    for record in records(client, name):
        answer(argilla_server, "anna", record["id"], {**GOOD, "comment": "mine"})
    push_rows(rows(3), client, name, run="again")
    kept = [record["responses"] for record in records(client, name) if record["responses"]]
    assert [response[0]["values"]["comment"]["value"] for response in kept] == ["mine", "mine"]


def test_a_changed_output_is_another_record_without_answers(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    push_rows(rows(1), client, name)
    answer(argilla_server, "anna", records(client, name)[0]["id"])
    push_rows(rows(1, output="changed"), client, name)
    assert [bool(record["responses"]) for record in records(client, name)] == [True, False]


def test_rows_with_the_same_texts_are_sent_once_and_counted(client: rg.Argilla, name: str) -> None:
    result = push_rows([*rows(3), *rows(2)], client, name)
    assert (result.rows, result.records, result.duplicates, len(records(client, name))) == (5, 3, 2, 3)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "the row is None and must be a mapping"),
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
    result = push_rows([*rows(2), bad, instance(2)], client, name)
    assert len(records(client, name)) == 3
    assert [(row.row, row.reason.startswith(reason)) for row in result.failed] == [(3, True)]


def test_odd_metadata_does_not_keep_a_row_out(client: rg.Argilla, name: str) -> None:
    odd = {"nearest_rouge_l": float("nan"), "model_name": "\ud83d", "is_classification": None, "stage": 7}
    assert push_rows(rows(1, **odd), client, name).failed == ()
    assert set(records(client, name)[0]["metadata"]) == {"instruction_words", "input_words", "output_words"}


def test_rows_that_the_server_refuses_are_set_aside_with_its_reason(client: rg.Argilla, name: str) -> None:
    settings = load_settings(client=client)
    settings.metadata.remove("model")
    settings.metadata.add(rg.TermsMetadataProperty("model", options=["demo"], client=client))
    rg.Dataset(name=name, workspace=client.workspaces("selfinstruct"), settings=settings, client=client).create()
    mixed = [instance(number, model_name="other" if number in {0, 4, 9} else "demo") for number in range(10)]
    result = push_rows(mixed, client, name)
    assert len(records(client, name)) == 7
    assert [row.row for row in result.failed] == [1, 5, 10]
    assert set(result.datasets[0].records) == {record["external_id"] for record in records(client, name)}
    assert all("'model' metadata property validation failed" in row.reason for row in result.failed)


def test_nothing_to_rate_is_said_before_a_dataset_is_made(client: rg.Argilla, name: str) -> None:
    with pytest.raises(InputFileError, match="None of the 1 rows can be rated: there is no instruction"):
        push_rows([{}], client, name)
    assert name not in {dataset.name for dataset in client.api.datasets.list()}


@pytest.mark.slow
def test_records_of_many_batches_arrive_once(client: rg.Argilla, name: str) -> None:
    number = 3 * MAX_BATCH + 1
    result = push_rows(rows(number), client, name)
    assert (result.created, result.failed, result.held) == (number, (), number)
    assert push_rows(rows(number)[: MAX_BATCH + 1], client, name).created == 0
