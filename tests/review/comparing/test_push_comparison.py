"""Answers of several models are pushed to a real Argilla; who rates them cannot know whose they are."""

import json

import pytest

from distilabel_selfinstruct.errors import ConfigError, RunFolderError
from distilabel_selfinstruct.evaluation import answers_of
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.review.argilla.settings import config_folder
from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, pull_comparison, push_comparison
from distilabel_selfinstruct.review.comparing.key import read_key
from tests.review.comparing.comparisons import MODELS, counts, dataset_id, get, rate, seen, two_models


def test_a_rater_sees_every_answer_once_and_no_model_anywhere(argilla_server, client, folder):
    result = push_comparison(folder, two_models(30), client=client)
    dataset = dataset_id(folder)
    told = [
        get(argilla_server, "anna", path)
        for path in (
            "/me", "/me/workspaces", "/me/datasets", f"/datasets/{dataset}", f"/datasets/{dataset}/fields",
            f"/datasets/{dataset}/questions", f"/me/datasets/{dataset}/metadata-properties",
            f"/me/datasets/{dataset}/metrics", f"/datasets/{dataset}/progress",
            f"/me/datasets/{dataset}/records/search",
        )
    ]  # fmt: skip
    records = told[-1]["items"]
    assert (len(records), result.pushed.created, len(result.key.answers)) == (59, 59, 59)
    owners = client.api.http_client.get(f"/api/v1/datasets/{dataset}/records", params={"limit": 1000}).json()
    for part in ("zebrafish", "okapi"):
        assert part not in json.dumps([told, owners]).casefold()


def test_texts_around_an_answer_are_the_same_whoever_gave_it(argilla_server, client, folder):
    first, second = MODELS
    files = {
        first: answers_of([{"instruction": "Sort.\n", "input": "b a", "output": " a b"}])[0],
        second: answers_of([{"instruction": "Sort.", "input": "b a\r\n", "output": "\n\nIt is a b.\n"}])[0],
    }
    push_comparison(folder, files, client=client)
    fields = [record["fields"] for record in seen(argilla_server, "anna", folder)]
    assert sorted(record["output"] for record in fields) == ["It is a b.", "a b"]
    assert {(record["instruction"], record["input"]) for record in fields} == {("Sort.", "b a")}
    assert all(
        set(record["metadata"]) == {"instruction_words", "output_words"}
        for record in seen(argilla_server, "anna", folder)
    )


def test_pushing_again_adds_nothing_and_keeps_ratings(argilla_server, client, folder):
    push_comparison(folder, two_models(), client=client)
    rate(argilla_server, "anna", folder, {"opposite 1": "A"})
    again = push_comparison(folder, dict(reversed(two_models().items())), client=client).pushed
    assert (again.created, again.already_there) == (0, 7)
    assert counts(pull_comparison(folder, client=client)) == {"Okapi_instruct": "", "zebrafish-7b": "A"}


def test_a_larger_sample_extends_the_smaller_one(client, folder):
    push_comparison(folder, two_models(20), CompareOptions(sample=5), client=client)
    more = push_comparison(folder, two_models(20), CompareOptions(sample=8), client=client).pushed
    assert 5 * 2 - 1 <= more.already_there <= 10
    assert more.created + more.already_there == more.records


def test_raters_see_what_the_settings_say(argilla_server, client, folder, tmp_path):
    mine = tmp_path / "mine.yaml"
    text = (config_folder() / "comparison.yaml").read_text()
    mine.write_text(text.replace("How good is the answer?", "Wie gut ist die Antwort?"))
    (tmp_path / "comparison.md").write_text("# Guidelines")
    push_comparison(folder, two_models(), CompareOptions(settings=str(mine)), client=client)
    questions = get(argilla_server, "anna", f"/datasets/{dataset_id(folder)}/questions")["items"]
    assert "Wie gut ist die Antwort?" in [question["title"] for question in questions]


def test_settings_that_do_not_ask_for_a_letter_are_refused(folder, tmp_path):
    fields = "".join(f"  - {{name: {name}, title: T}}\n" for name in ("instruction", "input", "output"))
    question = "  - {name: comment, type: text, title: T, required: true}\n"
    (tmp_path / "mine.yaml").write_text(f"guidelines: x.md\nfields:\n{fields}questions:\n{question}")
    (tmp_path / "x.md").write_text("# Guidelines")
    with pytest.raises(ConfigError, match=r"`settings` is .*mine\.yaml, which does not ask 'overall'"):
        push_comparison(folder, two_models(), CompareOptions(settings=str(tmp_path / "mine.yaml")))


@pytest.mark.parametrize("change", ["another model", "another answer", "a smaller sample"])
def test_another_comparison_in_the_same_folder_is_refused(client, folder, change):
    push_comparison(folder, two_models(), client=client)
    answers, options = two_models(), CompareOptions()
    if change == "another model":
        answers["third"] = answers[MODELS[0]]
    elif change == "another answer":
        task = next(iter(answers[MODELS[0]]))
        answers[MODELS[0]] = {**answers[MODELS[0]], task: "something else"}
    else:
        options = CompareOptions(sample=1)
    before = (folder / "comparison.json").read_bytes()
    with pytest.raises(RunFolderError, match="holds another comparison, of zebrafish-7b, Okapi_instruct on 4 tasks"):
        push_comparison(folder, answers, options, client=client)
    assert (folder / "comparison.json").read_bytes() == before


def test_a_name_of_a_dataset_that_tells_a_model_is_refused(client, tmp_path):
    with pytest.raises(
        ConfigError, match="'comparison-base-against-OKAPI-instruct', which tells raters of the model 'Okapi_ins"
    ):
        push_comparison(tmp_path / "base against OKAPI instruct", two_models(), client=client)
    assert not (tmp_path / "base against OKAPI instruct").exists()


def test_a_push_that_did_not_get_as_far_as_argilla_binds_to_nothing(client, folder):
    with pytest.raises(ConfigError, match="cannot name a dataset"):
        push_comparison(folder, two_models(), dataset="a/b", client=client)
    result = push_comparison(folder, two_models(2), client=client)
    assert read_key(folder) == result.key


def test_the_folder_of_a_run_is_refused(client, folder):
    folder.mkdir()
    jsonl.write(folder / "instances.jsonl", [])
    with pytest.raises(RunFolderError, match="holds a run"):
        push_comparison(folder, two_models(), client=client)
