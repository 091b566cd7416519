"""Answers of several models are rated in a real Argilla by people who cannot know whose they are."""

import json
import os
import sys
from pathlib import Path
from statistics import fmean
from typing import Any
from uuid import uuid4

import httpx
import pytest

from distilabel_selfinstruct.errors import ConfigError, RunFolderError
from distilabel_selfinstruct.evaluation import answers_of
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.answers import read_ratings
from distilabel_selfinstruct.review.comparing.comparison import CompareOptions, pull_comparison, push_comparison
from distilabel_selfinstruct.review.comparing.key import make_key, read_key
from distilabel_selfinstruct.review.comparing.tasks import only, references_of
from distilabel_selfinstruct.review.folder.push_file import read_pushed
from distilabel_selfinstruct.review.status import status
from tests import processes
from tests.browser import sign_in
from tests.review.people import connected

VARIABLE = "SELFINSTRUCT_RECORDINGS"
RECORDINGS = Path(os.environ.get(VARIABLE, ""), "self_instruct", "predictions")

MODELS = ("zebrafish-7b", "Okapi_instruct")


@pytest.fixture
def client(argilla_server):
    with connected(argilla_server.url, argilla_server.api_key) as one:
        yield one


@pytest.fixture
def folder(tmp_path):
    return tmp_path / f"figure-{uuid4().hex[:8]}"


def two_models(count=4):
    """Answers of two models to some tasks; to the first task they are the same."""
    first, second = MODELS
    tasks = [
        (f"Name the opposite of word {number}.", f"word {number}" if number % 2 else "") for number in range(count)
    ]
    return {
        first: {task: f"opposite {number}" for number, task in enumerate(tasks)},
        second: {task: f"{'opposite' if not number else 'contrary'} {number}" for number, task in enumerate(tasks)},
    }


def get(server: Any, rater: str, path: str) -> Any:
    """What the server gives a rater."""
    headers = {"X-Argilla-Api-Key": server.rater(rater)[2]}
    if path.endswith("/search"):
        reply = httpx.post(
            f"{server.url}/api/v1{path}?include=responses&limit=1000", json={}, headers=headers, timeout=60
        )
    else:
        reply = httpx.get(f"{server.url}/api/v1{path}", headers=headers, timeout=60)
    return reply.json()


def dataset_id(folder: Path) -> str:
    pushed = read_pushed(folder)
    assert pushed is not None
    return pushed.datasets[0].url.split("/dataset/")[1].split("/")[0]


def seen(server: Any, rater: str, folder: Path) -> list[dict[str, Any]]:
    """The records in the order in which the page shows them to a rater."""
    found = get(server, rater, f"/me/datasets/{dataset_id(folder)}/records/search")
    return [item["record"] for item in found["items"]]


def rate(server: Any, rater: str, folder: Path, letters: dict[str, str], *, status: str = "submitted") -> None:
    """The rater gives letters to the answers with these texts, which must differ between tasks."""
    items = [
        {
            "record_id": record["id"],
            "status": status,
            "values": {"overall": {"value": letters[record["fields"]["output"]]}},
        }
        for record in seen(server, rater, folder)
        if record["fields"]["output"] in letters
    ]
    assert len(items) == len(letters)
    reply = httpx.post(
        f"{server.url}/api/v1/me/responses/bulk",
        json={"items": items},
        headers={"X-Argilla-Api-Key": server.rater(rater)[2]},
        timeout=60,
    )
    reply.raise_for_status()
    assert not [item["error"] for item in reply.json()["items"] if item.get("error")]


def counts(results):
    return {
        result.model: "".join(letter * count for letter, count in result.counts.items())
        for result in results.comparison.models
    }


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


def test_answers_are_rated_by_keyboard_only_and_an_empty_one_is_seen_to_be_none(
    argilla_server, client, folder, browser
):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    task = ("Sort the words.", "b a")
    answers = {MODELS[0]: {task: "a b"}, MODELS[1]: {task: ""}}
    push_comparison(folder, answers, CompareOptions(min_submitted=1), client=client)
    sign_in(browser, argilla_server.url, *argilla_server.rater("carl")[:2])
    browser.get(read_pushed(folder).datasets[0].url)
    wait = WebDriverWait(browser, 30)
    for done in range(2):
        page = wait.until(lambda _, done=done: _page_of(browser, By.TAG_NAME, f"{done + 1} of 2"))
        assert not [part for part in ("zebrafish", "okapi") if part in browser.page_source.casefold()]
        ActionChains(browser).send_keys("1" if "Answer a b" in page else "4").pause(1).send_keys(Keys.RETURN).perform()
    wait.until(lambda _: _page_of(browser, By.TAG_NAME, "100.00%"))
    assert counts(pull_comparison(folder, client=client)) == {"zebrafish-7b": "A", "Okapi_instruct": "D"}


def _page_of(browser, by, part):
    """The text of the page when a record is there and the part, and nothing before."""
    text = " ".join(browser.find_element(by, "body").text.split())
    return text if part in text and "How good is the answer?" in text else None


def test_a_folder_without_a_comparison_is_named(client, tmp_path):
    with pytest.raises(RunFolderError, match=r"holds no comparison: comparison\.json is missing"):
        pull_comparison(tmp_path, client=client)


def command(*arguments, **environment):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ARGILLA_")}
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "review", "compare", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env={**inherited, "COLUMNS": "80", **environment},
    )  # fmt: skip


def written(folder, answers):
    """The answers as files; the options that name them."""
    options = []
    for model, given in answers.items():
        path = folder / f"{model}.jsonl"
        jsonl.write(path, [{"instruction": task[0], "input": task[1], "output": text} for task, text in given.items()])
        options += ["--answers", f"{model}={path}"]
    return options


def test_the_commands_push_and_pull_and_name_the_next_step(argilla_server, folder, tmp_path):
    answers = two_models()
    del answers[MODELS[1]]["Name the opposite of word 2.", ""]
    where = ["--home", argilla_server.home]
    done = command("push", *written(tmp_path, answers), "--output", folder, *where)
    assert done.returncode == 0, done.stderr
    assert all(": JSON Lines, read as" in line for line in done.stderr.splitlines())
    assert done.stdout.splitlines() == [
        "3 tasks, 2 models, 5 different answers.",
        "5 records are new in Argilla, 0 were there before.",
        "1 tasks are not answered by all (Okapi_instruct lacks 1): --incomplete adds them.",
        "1 answers equal another model's: each is rated once and counts for both.",
        f"Rate: {read_pushed(folder).datasets[0].url}",
        f"Which model gave which answer (not for raters): {folder / 'comparison.json'}",
        f"After people have rated: selfinstruct review compare pull {folder}",
    ]
    rate(argilla_server, "anna", folder, {"opposite 0": "A", "contrary 3": "D", "opposite 3": "B"})
    done = command("pull", folder, *where)
    assert (done.returncode, done.stderr) == (0, "")
    tables = [line for line in done.stdout.splitlines() if line[:1] in "┏┃┡│├└"]
    assert max(map(len, tables)) <= 80
    assert f"Results: {folder / 'results.json'}" in done.stdout.splitlines()
    assert f"Figure 6: {folder / 'figure-6.svg'}" in done.stdout.splitlines()
    assert 'id="count-1-D"' in (folder / "figure-6.svg").read_text()


def test_every_option_of_the_command_reaches_the_comparison(argilla_server, folder, tmp_path):
    answers = two_models(6)
    del answers[MODELS[1]]["Name the opposite of word 2.", ""]
    references = {task: f"right: {task[0]}" for task in list(answers[MODELS[0]])[:5]}
    rows = [{"instruction": task[0], "input": task[1], "references": [text]} for task, text in references.items()]
    jsonl.write(tmp_path / "tasks.jsonl", rows)
    done = command(
        "push", *written(tmp_path, answers), "--output", folder, "--sample", 4, "--random-seed", 7, "--incomplete",
        "--tasks", tmp_path / "tasks.jsonl", "--show-reference", "--raters", "anna, ben",
        "--min-submitted", 2, "--dataset", folder.name, "--workspace", folder.name, "--home", argilla_server.home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(": JSON Lines, read as" in line for line in done.stderr.splitlines())
    asked = {
        model: {task: text for task, text in given.items() if task in references} for model, given in answers.items()
    }
    assert read_key(folder) == make_key(asked, random_seed=7, sample=4, incomplete=True, references=references)
    options = read_pushed(folder).options
    assert {name: options[name] for name in ("dataset", "workspace", "min_submitted", "settings", "raters")} == {
        "dataset": folder.name, "workspace": folder.name, "min_submitted": 2, "settings": "comparison",
        "raters": ["anna", "ben"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["model"], "--answers is 'model' and must be NAME=FILE"),
        (["=x.jsonl"], "--answers is '=x.jsonl' and must be NAME=FILE"),
        (["a=x.jsonl", "a=y.jsonl"], "--answers names the model 'a' twice"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path, answers, message):
    done = command(
        "push", *(part for answer in answers for part in ("--answers", answer)), "--output", tmp_path / "new"
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert message in done.stderr


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
