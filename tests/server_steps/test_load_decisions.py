"""Decisions from a real Argilla as the start of a pipeline."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from distilabel.pipeline import Pipeline
from distilabel.utils.docstring import parse_google_docstring
from pydantic import SecretStr

from distilabel_selfinstruct.errors import ArgillaError, ConfigError, InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.server_steps import LoadDecisionsFromArgilla
from tests import processes
from tests.review.people import GOOD, WRONG, identity, instance, reviews
from tests.steps.builders import loaded

ROOT = Path(__file__).parents[2]
SECRET = "argilla-key-0123456789abcdef"


@pytest.fixture(scope="module")
def new_review(argilla_server, tmp_path_factory):
    with reviews(argilla_server, tmp_path_factory.mktemp("reviews")) as make:

        def rated() -> Any:
            review = make([instance(number) for number in range(7)])
            review.answer("anna", dict.fromkeys(range(5), GOOD) | {5: WRONG})
            return review

        yield rated


@pytest.fixture(scope="module")
def review(new_review):
    """One that all tests share: they only read."""
    return new_review()


def step_of(review: Any, **options: Any) -> LoadDecisionsFromArgilla:
    given = {
        "instances": str(review.run / "instances.jsonl"),
        "dataset_names": [review.name],
        "api_url": review.server.url,
        "api_key": SecretStr(review.server.api_key),
    }
    return LoadDecisionsFromArgilla(**{**given, **options})


def batches(step: LoadDecisionsFromArgilla, offset: int = 0) -> list[tuple[list[int], bool]]:
    """The numbers of the rows in each batch."""
    with loaded(step):
        return [
            ([int(row["instruction"].split()[-1][:-1]) for row in rows], last) for rows, last in step.process(offset)
        ]


def rows_of(step: LoadDecisionsFromArgilla) -> list[dict[str, Any]]:
    with loaded(step):
        return [row for rows, _ in step.process() for row in rows]


def test_the_rows_that_raters_keep_are_loaded(review):
    row = rows_of(step_of(review))[0]
    assert row == {
        "instruction": "Name the opposite of word 0.",
        "input": "word 0",
        "output": "opposite 0",
        "original_output": "opposite 0",
        "is_classification": False,
        "verdict": "kept",
        "reason": "accepted",
        "detail": "1 of 1 rater accepts.",
        "num_raters": 1,
        "corrected": False,
        "record": identity(review.rows[0]),
    }


def test_the_columns_are_those_that_the_step_names(review):
    step = step_of(review)
    assert {tuple(row) for row in rows_of(step)} == {tuple(step.outputs)}


def test_all_rows_are_loaded_with_their_decisions_when_asked(review):
    rows = rows_of(step_of(review, include="all"))
    assert [row["verdict"] for row in rows] == ["kept"] * 5 + ["dropped", "undecided"]
    assert not [value for row in rows for value in row.values() if value is None]


def test_a_corrected_output_is_the_output(new_review):
    review = new_review()
    review.answer("anna", {5: {**WRONG, "corrected_output": "right"}})
    row = rows_of(step_of(review))[-1]
    assert (row["output"], row["original_output"], row["corrected"]) == ("right", "opposite 5", True)
    assert len(rows_of(step_of(review, use_corrections=False))) == 5


def test_the_rule_of_the_step_decides(review):
    with pytest.raises(
        ConfigError, match=r"The 24 answers keep none of the 7 rows of .*instances\.jsonl: let people rate"
    ):
        rows_of(step_of(review, min_raters=2))
    assert len(rows_of(step_of(review, worst_rating="D"))) == 5


def test_the_step_takes_how_many_raters_must_accept(new_review):
    review = new_review()
    review.answer("ben", {0: WRONG})
    assert [len(rows_of(step_of(review, accept=accept))) for accept in ("all", "majority", "any")] == [4, 4, 5]
    assert len(rows_of(step_of(review, accept="any", include="all"))) == 7


@pytest.mark.parametrize(
    ("batch_size", "expected"),
    [
        (2, [([0, 1], False), ([2, 3], False), ([4], True)]),
        (5, [([0, 1, 2, 3, 4], True)]),
        (9, [([0, 1, 2, 3, 4], True)]),
    ],
)
def test_batches_are_full_and_the_last_one_is_not_empty(review, batch_size, expected):
    assert batches(step_of(review, batch_size=batch_size)) == expected


def test_it_starts_at_an_offset(review):
    assert batches(step_of(review, batch_size=2), offset=2) == [([2, 3], False), ([4], True)]
    assert batches(step_of(review, batch_size=2), offset=5) == [([], True)]


def test_several_datasets_are_put_together(new_review):
    review = new_review()
    review.add_dataset(f"{review.name}-ben", rows=review.rows[6:])
    review.answer("ben", {6: GOOD}, dataset=1)
    assert len(rows_of(step_of(review, dataset_names=[review.name, f"{review.name}-ben"]))) == 6


# --- what can be wrong is found when it is loaded, not while the pipeline runs


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"instances": ""}, ConfigError, "name the file or dataset that was pushed"),
        ({"instances": __file__}, InputFileError, "is in no known format"),
        ({"dataset_names": ["not-there"]}, ArgillaError, "holds no dataset 'not-there'"),
        ({"workspace": "not-there"}, ArgillaError, "in workspace 'not-there'"),
        ({"api_key": SecretStr(SECRET)}, ArgillaError, "does not know this API key"),
        ({"api_url": "http://127.0.0.1:9"}, ArgillaError, "cannot be reached"),
    ],
)
def test_a_fault_is_one_sentence_without_the_key(review, options, error, sentence):
    with pytest.raises(error, match=sentence) as raised, loaded(step_of(review, **options)):
        pass
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    "options",
    [{"dataset_names": []}, {"min_raters": 0}, {"worst_rating": "E"}, {"accept": "some"}, {"include": "dropped"}],
)
def test_an_option_that_cannot_work_is_refused_when_the_step_is_made(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        LoadDecisionsFromArgilla(**{"dataset_names": ["a"], **options})


# --- to a file and back


@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_a_pipeline_comes_back_from_its_file_without_the_key(tmp_path, file_format):
    with Pipeline(name="test") as pipeline:
        LoadDecisionsFromArgilla(
            name="decisions", instances="rows.jsonl", dataset_names=["a", "b"], api_url="http://localhost:6900",
            api_key=SecretStr(SECRET), accept="all", min_raters=2, worst_rating="A", include="all", workspace="w",
        )  # fmt: skip
    path = tmp_path / f"pipeline.{file_format}"
    pipeline.save(path, format=file_format)
    assert SECRET not in path.read_text(encoding="utf-8")
    again = Pipeline.from_yaml(path) if file_format == "yaml" else Pipeline.from_json(path)
    assert again.dump() == pipeline.dump()
    assert again.dump()["pipeline"]["steps"][0]["step"]["dataset_names"] == ["a", "b"]


def test_the_key_is_not_in_the_text_of_the_step():
    assert SECRET not in repr(LoadDecisionsFromArgilla(dataset_names=["a"], api_key=SecretStr(SECRET)))


def test_every_runtime_parameter_is_optional_and_described():
    info = LoadDecisionsFromArgilla(dataset_names=["a"]).get_runtime_parameters_info()
    missing = [
        parameter["name"]
        for parameter in info
        if parameter["name"] != "resources" and (not parameter["optional"] or not parameter.get("description"))
    ]
    assert missing == []


def test_the_documentation_is_found_whole():
    parsed = parse_google_docstring(LoadDecisionsFromArgilla)
    own = {name for name in LoadDecisionsFromArgilla.__annotations__ if not name.startswith("_")}
    assert own | {"batch_size"} == set(parsed["attributes"]) | set(parsed["runtime_parameters"])
    assert list(parsed["output_columns"]) == LoadDecisionsFromArgilla(dataset_names=["a"]).outputs
    assert parsed["categories"] == ["load"]
    assert re.fullmatch(r"@misc\{wang2022selfinstruct,\n.*\n\}", parsed["citations"][0], re.DOTALL)


def test_importing_the_steps_needs_no_argilla():
    code = "import sys; sys.modules['argilla'] = None; import distilabel_selfinstruct.steps"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


# --- in a real pipeline

PIPELINE = """
import json, sys
from distilabel.pipeline import Pipeline
from distilabel.steps import KeepColumns
from distilabel_selfinstruct.server_steps import LoadDecisionsFromArgilla

if __name__ == "__main__":
    instances, name = sys.argv[1:]
    with Pipeline(name="test") as pipeline:
        decisions = LoadDecisionsFromArgilla(instances=instances, dataset_names=[name], batch_size=2)
        decisions >> KeepColumns(columns=["instruction", "output", "num_raters"])
    print("RESULT", json.dumps(list(pipeline.run(use_cache=False)["default"]["train"])))
"""


def test_a_pipeline_of_the_host_runs_on_decisions(review, tmp_path):
    script = tmp_path / "pipeline.py"
    script.write_text(PIPELINE, encoding="utf-8")
    done = processes.run(
        [sys.executable, script, review.run / "instances.jsonl", review.name],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DISTILABEL_CACHE_DIR": str(tmp_path / "cache"),
            "ARGILLA_API_URL": review.server.url,
            "ARGILLA_API_KEY": review.server.api_key,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    rows = json.loads(line.removeprefix("RESULT "))
    assert [row["output"] for row in rows] == [f"opposite {number}" for number in range(5)]
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )
    assert review.server.api_key not in written + done.stdout + done.stderr


def test_rows_of_any_format_can_be_joined(review, tmp_path):
    path = tmp_path / "rows.jsonl"
    jsonl.write(path, [{name: row[name] for name in ("instruction", "input", "output")} for row in review.rows])
    assert len(rows_of(step_of(review, instances=str(path)))) == 5
