"""A run is pushed: what is kept of that in its folder, and the command."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import argilla as rg
import pytest

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.review.folder.push_file import Pushed, PushedDataset, read_pushed, record_push
from distilabel_selfinstruct.review.pushing.options import PushOptions
from distilabel_selfinstruct.review.pushing.push import push_for_review
from tests import processes
from tests.review.people import connected, instance
from tests.review.pushes import a_run, dataset_id, rows


def test_push_json_says_what_went_where_and_holds_no_secret(
    argilla_server: Any, client: rg.Argilla, name: str, tmp_path: Path
) -> None:
    run = a_run(tmp_path, [*rows(8), instance(8, output=None)])
    push_for_review(run, PushOptions(sample=5, random_seed=7), dataset=name, client=client)
    content = json.loads((run / "review" / "push.json").read_text())
    assert content["url"] == argilla_server.url
    assert [(dataset["name"], dataset["workspace"], dataset["rater"]) for dataset in content["datasets"]] == [
        (name, "selfinstruct", None)
    ]
    assert content["options"]["dataset"] == name
    assert (content["options"]["sample"], content["options"]["random_seed"], content["complete"]) == (5, 7, True)
    assert content["counts"] == {
        "rows": 9, "records": 5, "created": 5, "already_there": 0, "held": 5, "duplicates": 0, "failed": 1,
    }  # fmt: skip
    assert content["failed"] == [{"row": 9, "record": "", "reason": "output is None and must be a text"}]
    assert argilla_server.api_key not in (run / "review" / "push.json").read_text()


def test_datasets_of_earlier_pushes_stay_known(client: rg.Argilla, name: str, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(4))
    push_for_review(run, dataset=name, client=client)
    push_for_review(run, dataset=f"{name}-second", client=client)
    pushed = read_pushed(run)
    assert pushed is not None
    assert [dataset.name for dataset in pushed.datasets] == [f"{name}-second", name]
    record_push(run, pushed)
    assert read_pushed(run) == pushed


def test_pushes_at_the_same_time_all_stay_known(tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(1))

    def push(number: int) -> None:
        dataset = PushedDataset(f"d{number}", "w", None, "u", (str(number),))
        for complete in (False, True):
            record_push(run, Pushed("u", (dataset,), {}, {}, complete=complete))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(push, range(40)))
    pushed = read_pushed(run)
    assert pushed is not None
    assert {dataset.name for dataset in pushed.datasets} == {f"d{number}" for number in range(40)}


def test_the_dataset_is_named_after_the_folder_by_default(client: rg.Argilla, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(1)).rename(tmp_path / "Mein Lauf (2) ü")
    assert push_for_review(run, client=client).datasets[0].name == "selfinstruct-Mein-Lauf-2-ü"


def test_a_folder_without_instances_is_named(client: rg.Argilla, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"holds no run: run\.json is missing"):
        push_for_review(tmp_path, client=client)


def test_a_damaged_push_json_is_named(client: rg.Argilla, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(1))
    (run / "review").mkdir()
    (run / "review" / "push.json").write_text("{")
    with pytest.raises(RunFolderError, match=r"push\.json is damaged"):
        push_for_review(run, client=client)


def command(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("ARGILLA_")}
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "review", "push", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env={**inherited, "COLUMNS": "200", **environment},
    )  # fmt: skip


def test_the_command_finds_the_server_and_names_the_next_step(argilla_server: Any, tmp_path: Path) -> None:
    run = a_run(tmp_path, [*rows(5), instance(1), instance(9, output=None)])
    done = command(run, "--home", argilla_server.home)
    assert (done.returncode, done.stderr) == (0, "")
    with connected(argilla_server.url, argilla_server.api_key) as client:
        pushed = dataset_id(client, read_pushed(run).datasets[0].name)  # type: ignore[union-attr]
        raters = client.api.datasets.get(pushed).distribution.min_submitted
    assert done.stdout.splitlines() == [
        "5 records are new in Argilla, 0 were there before.",
        "1 rows have the same texts as an earlier row and were not sent again.",
        "Row 7 could not be sent: output is None and must be a text.",
        f"A record is complete when {raters} people have answered it (--min-submitted).",
        f"Rate: {read_pushed(run).datasets[0].url}",  # type: ignore[union-attr]
        f"After people have rated: selfinstruct review pull {run}",
    ]


def test_the_command_pushes_a_sample_split_between_raters(argilla_server: Any, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(30))
    done = command(
        run, "--sample", 20, "--raters", "anna, ben", "--shared", 4, "--api-url", argilla_server.url,
        ARGILLA_API_KEY=argilla_server.api_key,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "24 records are new in Argilla" in done.stdout
    assert "This is a sample: one instance each of 20 instructions." in done.stdout
    assert "anna (12 records): http" in done.stdout


def test_every_option_of_the_command_reaches_the_push(argilla_server: Any, name: str, tmp_path: Path) -> None:
    run = a_run(tmp_path, rows(9))
    done = command(
        run, "--sample", 6, "--random-seed", 7, "--settings", "comparison", "--raters", "anna,ben", "--shared", 2,
        "--min-submitted", 2, "--dataset", name, "--workspace", name, "--home", argilla_server.home,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    pushed = read_pushed(run)
    assert pushed is not None
    assert pushed.options == {
        "dataset": name, "workspace": name, "settings": "comparison", "min_submitted": 2, "sample": 6, "random_seed": 7,
        "raters": ["anna", "ben"], "shared": 2,
    }  # fmt: skip
    assert pushed.options.keys() - {"dataset"} == {field.name for field in fields(PushOptions)}
    assert pushed.settings == "comparison"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--api-url", "http://127.0.0.1:9", "--api-key", "x"], "cannot be reached"),
        (["--home", "/nowhere"], "No Argilla runs in /nowhere"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = command(a_run(tmp_path, rows(1)), *arguments)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert message in done.stderr
