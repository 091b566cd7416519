"""Which dataset rows are pushed to: made, changed or refused; one for all raters, or one for each."""

from pathlib import Path
from typing import Any

import argilla as rg
import pytest

from distilabel_selfinstruct.errors import ArgillaError, ConfigError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.review.argilla.datasets import count_raters
from distilabel_selfinstruct.review.argilla.settings import config_folder
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.push import push_for_review
from distilabel_selfinstruct.review.pushing.rows import push_rows
from tests.review.people import connected, instance
from tests.review.pushes import a_run, answer, dataset_id, records, rows


def test_how_many_answers_complete_a_record_can_change(argilla_server: Any, client: rg.Argilla, name: str) -> None:
    def min_submitted() -> int:
        return client.api.datasets.get(dataset_id(client, name)).distribution.min_submitted

    push_rows(rows(1), client, name, PushOptions(min_submitted=2))
    answer(argilla_server, "anna", records(client, name)[0]["id"])
    push_rows(rows(1), client, name)
    assert min_submitted() == 2
    push_rows(rows(1), client, name, PushOptions(min_submitted=3))
    assert min_submitted() == 3


def test_every_rater_of_the_workspace_rates_a_record_unless_told_otherwise(client: rg.Argilla, name: str) -> None:
    own = rg.Workspace(name=f"team-{name}", client=client).create()  # others add people to the common one meanwhile
    for rater in ("anna", "ben"):
        own.add_user(client.users(rater))
    assert count_raters(client, own.name) == 2
    assert push_rows(rows(1), client, name, PushOptions(workspace=own.name)).min_submitted == 2
    assert push_rows(rows(1), client, f"{name}-1", PushOptions(min_submitted=1)).min_submitted == 1
    assert push_rows(rows(1), client, f"{name}-each", PushOptions(raters=["anna"])).min_submitted == 1


def own_settings(folder: Path, guidelines: str) -> Path:

    (folder / "instances.md").write_text(guidelines)
    (folder / "own.yaml").write_text((config_folder() / "instances.yaml").read_text())
    return folder / "own.yaml"


def test_changed_guidelines_reach_a_dataset_that_is_there(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    push_rows(rows(1), client, name)
    own = own_settings(tmp_path, "Rate kindly.")
    push_rows(rows(1), client, name, PushOptions(settings=str(own)))
    assert client.api.datasets.get(dataset_id(client, name)).guidelines == "Rate kindly."


def test_a_dataset_that_asks_something_else_is_refused(client: rg.Argilla, name: str) -> None:
    push_rows(rows(1), client, name, PushOptions(settings="comparison"))
    with pytest.raises(ArgillaError) as raised:
        push_rows(rows(1), client, name)
    assert str(raised.value) == (
        f"The dataset {name!r} in the workspace 'selfinstruct' is not like these settings: it has no question "
        "valid_task; it has no question input_appropriate; it has no question output_correct; it has no question "
        "corrected_output; it has a field reference. "
        "Choose the name of a new dataset with `dataset`."
    )


def test_a_dataset_with_other_labels_is_refused(client: rg.Argilla, name: str) -> None:
    rg.Dataset(
        name=name,
        workspace=client.workspaces("selfinstruct"),
        settings=rg.Settings(
            fields=[rg.TextField(field, client=client) for field in ("instruction", "input", "output")],
            questions=[
                rg.LabelQuestion("overall", labels=["A", "B"], client=client),
                rg.TextQuestion("comment", client=client),
            ],
        ),
        client=client,
    ).create()
    with pytest.raises(ArgillaError, match="its question overall is label_selection A B and not label_selection A B C"):
        push_rows(rows(1), client, name, PushOptions(settings="comparison"))


def test_a_dataset_that_was_left_half_made_is_made_again(
    client: rg.Argilla, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.argilla.datasets.SECONDS_FOR_A_DRAFT", 0.5)
    workspace = client.workspaces("selfinstruct").id
    client.http_client.post("/api/v1/datasets", json={"name": name, "workspace_id": str(workspace)}).raise_for_status()
    assert push_rows(rows(2), client, name).created == 2


@pytest.mark.parametrize("bad", ["", "<b>", "a/b", "x" * 201, "a\nb"])
def test_a_name_that_cannot_be_one_is_refused(client: rg.Argilla, bad: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a dataset"):
        push_rows(rows(1), client, bad)


def test_a_workspace_is_made_where_it_is_missing(client: rg.Argilla, name: str) -> None:
    push_rows(rows(1), client, name, PushOptions(workspace=name))
    assert name in {workspace.name for workspace in client.workspaces}


def test_a_rater_may_not_push(argilla_server: Any, name: str) -> None:
    with connected(argilla_server.url, argilla_server.rater("anna")[2]) as anna:
        with pytest.raises(ArgillaError, match="use the API key of an owner, or of an admin"):
            push_rows(rows(1), anna, name)
        with pytest.raises(ArgillaError, match="may not make one: choose another with `workspace`"):
            push_rows(rows(1), anna, name, PushOptions(workspace=f"new-{name}"))


def test_each_rater_has_a_dataset_with_the_shared_records_and_a_share(client: rg.Argilla, name: str) -> None:
    result = push_rows(rows(30), client, name, PushOptions(raters=("anna", "ben"), shared=10))
    theirs = [{record["external_id"] for record in records(client, dataset.name)} for dataset in result.datasets]
    assert [dataset.rater for dataset in result.datasets] == ["anna", "ben"]
    assert [len(ids) for ids in theirs] == [20, 20]
    assert len(theirs[0] & theirs[1]) == 10
    assert [set(dataset.records) for dataset in result.datasets] == theirs


def test_a_rater_without_an_account_is_named(client: rg.Argilla, name: str) -> None:
    with pytest.raises(ArgillaError, match=r"no account 'dora' at .*anna.*, ben, carl.* serve --raters dora'"):
        push_rows(rows(4), client, name, PushOptions(raters=("anna", "dora")))


def test_a_rater_who_does_not_belong_to_the_workspace_is_added(client: rg.Argilla, name: str) -> None:
    push_rows(rows(4), client, name, PushOptions(workspace=name, raters=("anna",)))
    workspace = next(workspace for workspace in client.workspaces if workspace.name == name)
    assert "anna" in {user.username for user in workspace.users}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shared": 5}, "shared is 5: it must be 0 or more, and 0 if there are no raters."),
        ({"shared": -1, "raters": ["anna"]}, "shared is -1: it must be 0 or more, and 0 if there are no raters."),
        ({"raters": ["anna", "anna"]}, "raters names 'anna' twice: name each rater once."),
        ({"raters": "anna"}, "raters is 'anna': give a list of texts."),
        ({"sample": 0}, "sample is 0: it must be 1 or more."),
        ({"min_submitted": -1}, "min_submitted is -1: it must be 1 or more."),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        PushOptions(**options)
    assert str(raised.value) == message


def test_who_rates_what_stays_when_a_run_has_grown(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(20))
    options = PushOptions(raters=("anna", "ben"), shared=4)
    first = push_for_review(run, options, dataset=name, client=client)
    jsonl.write(run / "instances.jsonl", [instance(number) for number in reversed(range(30))])
    second = push_for_review(run, options, dataset=name, client=client)
    assert (second.created, second.already_there) == (10, 24)
    for before, after in zip(first.datasets, second.datasets, strict=True):
        assert set(before.records) <= set(after.records)
