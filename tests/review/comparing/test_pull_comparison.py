"""What people said of answers comes back by model."""

import json
import os
from pathlib import Path
from statistics import fmean

import httpx
import pytest

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.evaluation import answers_of
from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, pull_comparison, push_comparison
from distilabel_selfinstruct.review.comparing.key import read_key
from distilabel_selfinstruct.review.comparing.tasks import only, references_of
from distilabel_selfinstruct.review.status import status
from tests.review.comparing.comparisons import MODELS, counts, get, rate, seen, two_models

VARIABLE = "SELFINSTRUCT_RECORDINGS"
RECORDINGS = Path(os.environ.get(VARIABLE, ""), "self_instruct", "predictions")


def test_letters_come_back_by_model_and_pair(argilla_server, client, folder):
    push_comparison(folder, two_models(), CompareOptions(min_submitted=2), client=client)
    letters = {"opposite 0": "B", "opposite 1": "A", "contrary 1": "C", "opposite 2": "D", "contrary 2": "A"}
    rate(argilla_server, "anna", folder, letters)
    rate(argilla_server, "ben", folder, {**letters, "opposite 3": "A"}, status="submitted")
    rate(argilla_server, "carl", folder, {"contrary 3": "D"}, status="draft")
    results = pull_comparison(folder, client=client)
    assert counts(results) == {"zebrafish-7b": "AAABBDD", "Okapi_instruct": "AABBCC"}
    (pair,) = results.comparison.pairs
    assert (pair.first, pair.wins, pair.ties, pair.losses) == ("zebrafish-7b", 1, 1, 1)
    overall, binary = results.agreement
    assert (overall.num_shared_items, overall.percent.value, binary.percent.value) == (5, 1.0, 1.0)
    written = json.loads((folder / "results.json").read_text())
    assert [model["ratings"] for model in written["models"]] == [7, 6]
    assert written["agreement"][0]["question"] == "overall"
    assert results.notes == ()


def test_each_rater_rates_every_answer_beside_the_reference_and_is_counted_alone(argilla_server, client, folder):
    answers = two_models(3)
    references = dict.fromkeys(answers[MODELS[0]], "right <b>") | {("Name the opposite of word 2.", ""): ""}
    options = CompareOptions(raters=("anna", "ben"))
    for _ in range(2):
        pushed = push_comparison(folder, answers, options, references=references, client=client).pushed
    assert [(dataset.rater, len(dataset.records)) for dataset in pushed.datasets] == [("anna", 5), ("ben", 5)]
    letters = {"anna": "ABCDD", "ben": "ABCCA"}
    texts = sorted({text for by_task in answers.values() for text in by_task.values()})
    for dataset in pushed.datasets:
        place = dataset.url.split("/dataset/")[1].split("/")[0]
        records = [
            item["record"]
            for item in get(argilla_server, dataset.rater, f"/me/datasets/{place}/records/search")["items"]
        ]
        shown = {record["fields"]["output"]: record["fields"].get("reference") for record in records}
        assert shown == {text: None if text.endswith("2") else "right &lt;b&gt;" for text in texts}
        given = dict(zip(texts, letters[dataset.rater], strict=True))
        values = [(record["id"], {"overall": {"value": given[record["fields"]["output"]]}}) for record in records]
        httpx.post(
            f"{argilla_server.url}/api/v1/me/responses/bulk",
            json={"items": [{"record_id": one, "status": "submitted", "values": value} for one, value in values]},
            headers={"X-Argilla-Api-Key": argilla_server.rater(dataset.rater)[2]},
            timeout=60,
        ).raise_for_status()
    results = pull_comparison(folder, client=client)
    by_rater = {
        rater.rater: {each.model: tuple(each.counts.values()) for each in rater.models}
        for rater in results.comparison.raters
    }
    # Sorted, the texts are contrary 1, contrary 2, opposite 0 (of both models), opposite 1 and opposite 2.
    assert by_rater == {
        "anna": {MODELS[0]: (0, 0, 1, 2), MODELS[1]: (1, 1, 1, 0)},
        "ben": {MODELS[0]: (1, 0, 2, 0), MODELS[1]: (1, 1, 1, 0)},
    }
    overall, binary = results.agreement
    assert (overall.percent.value, binary.percent.value) == (0.6, 0.8)
    with pytest.raises(RunFolderError, match="holds another comparison"):
        push_comparison(folder, answers, options, client=client)


def test_pulling_again_loses_nothing_and_takes_what_changed(argilla_server, client, folder):
    push_comparison(folder, two_models(), client=client)
    rate(argilla_server, "anna", folder, {"opposite 1": "A", "contrary 2": "B"})
    pull_comparison(folder, client=client)
    first = (folder / "review" / "ratings.jsonl").read_bytes()
    pull_comparison(folder, client=client)
    assert (folder / "review" / "ratings.jsonl").read_bytes() == first
    ids = {record["fields"]["output"]: record["id"] for record in seen(argilla_server, "anna", folder)}
    client.api.http_client.delete(f"/api/v1/records/{ids['opposite 1']}").raise_for_status()
    rate(argilla_server, "ben", folder, {"contrary 1": "D"})
    results = pull_comparison(folder, client=client)
    assert counts(results) == {"zebrafish-7b": "A", "Okapi_instruct": "BD"}
    assert len(read_ratings(folder / "review" / "ratings.jsonl")) == 3
    assert any("no longer in Argilla: 1." in note for note in results.notes)


def test_the_state_of_a_comparison_is_shown_as_that_of_a_run(argilla_server, client, folder):
    push_comparison(folder, two_models(), CompareOptions(min_submitted=1), client=client)
    rate(argilla_server, "anna", folder, {"opposite 1": "A"})
    state = status(folder, client=client)
    assert [(dataset.records, dataset.completed) for dataset in state.datasets] == [(7, 1)]
    assert {progress.rater: progress.submitted for progress in state.raters}["anna"] == 1


def test_a_folder_without_a_comparison_is_named(client, tmp_path):
    with pytest.raises(RunFolderError, match=r"holds no comparison: comparison\.json is missing"):
        pull_comparison(tmp_path, client=client)


@pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name a folder of recordings")
def test_the_papers_answers_of_four_models_are_pushed_and_rated(argilla_server, client, folder):
    references, skipped = references_of(RECORDINGS.parent / "user_oriented_instructions_252.jsonl")
    assert (len(references), skipped) == (252, ())
    models = {
        path.stem: only(answers_of(path)[0], references, path.stem) for path in sorted(RECORDINGS.glob("*.jsonl"))
    }
    pushed = push_comparison(folder, models, references=references, client=client)
    assert all(answer.reference for answer in pushed.key.answers)
    key, result = pushed.key, pushed.pushed
    assert (len(key.models), key.num_tasks, key.num_left_out, result.failed) == (4, 252, 0, ())
    assert result.created == len(key.answers) == 4 * 252 - key.num_shared
    assert read_key(folder) == key
    shown = seen(argilla_server, "anna", folder)
    assert not [model for model in models if model in json.dumps(shown)]
    # Nor does the order tell: the mean of some 245 of the places 0 to 979 has a standard deviation of 16.
    for records in key.records.values():
        places = [place for place, record in enumerate(shown) if record["external_id"] in records.values()]
        assert fmean(places) == pytest.approx((len(shown) - 1) / 2, abs=100)
    results = pull_comparison(folder, client=client)
    assert {result.answers for result in results.comparison.models} == {252}
