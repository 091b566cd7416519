"""Instances are sent to a real Argilla. Whatever fails, every row is passed on."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.utils.docstring import parse_google_docstring
from pydantic import SecretStr

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.server_steps import SelfInstructToArgilla
from tests import processes
from tests.review.flaky_proxy import flaky_proxy
from tests.review.people import connected, identity, instance
from tests.steps.builders import Row, loaded, processed

ROOT = Path(__file__).parents[2]
SECRET = "argilla-key-0123456789abcdef"


@pytest.fixture
def name() -> str:
    return f"step-{uuid4().hex[:10]}"


@pytest.fixture
def make(argilla_server: Any, name: str) -> Any:
    def make(**options: Any) -> SelfInstructToArgilla:
        given = {
            "dataset_name": name,
            "api_url": argilla_server.url,
            "api_key": SecretStr(argilla_server.api_key),
        }
        return SelfInstructToArgilla(**{**given, **options})

    return make


@pytest.fixture
def stored(argilla_server: Any, name: str) -> Iterator[Any]:
    """What the dataset holds, when called."""
    with connected(argilla_server.url, argilla_server.api_key) as client:

        def records() -> list[dict[str, Any]]:
            ids = [dataset.id for dataset in client.api.datasets.list() if dataset.name == name]
            if not ids:
                return []
            page = client.http_client.get(f"/api/v1/datasets/{ids[0]}/records", params={"limit": 1000})
            return list(page.json()["items"])

        yield records


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Any:
    """The warnings of the step so far, when called."""
    return lambda: [
        record.getMessage()
        for record in caplog.records
        if record.name == "distilabel.step.step" and record.levelno >= logging.WARNING
    ]


def test_rows_are_passed_on_with_the_ids_of_their_records(make: Any, stored: Any) -> None:
    rows = [instance(1, topic="words"), instance(2)]
    got = processed(make(run="demo"), rows)
    assert got == [{**row, "record": identity(row)} for row in rows]
    assert {record["external_id"] for record in stored()} == {identity(row) for row in rows}
    assert {record["metadata"]["run"] for record in stored()} == {"demo"}


def test_the_options_of_the_step_reach_the_dataset(argilla_server: Any, make: Any, name: str) -> None:
    processed(make(workspace=name, settings="comparison", min_submitted=3), [instance(1)])
    with connected(argilla_server.url, argilla_server.api_key) as client:
        dataset = client.datasets(name, workspace=name)
        assert [question.name for question in dataset.questions] == ["overall", "comment"]
        assert dataset.distribution.min_submitted == 3


def test_batches_are_written_as_they_come(make: Any, stored: Any) -> None:
    with loaded(make()) as step:
        next(step.process([instance(1)]))
        assert len(stored()) == 1
        next(step.process([instance(2), instance(3)]))
        assert len(stored()) == 3


def test_the_same_rows_again_add_nothing(make: Any, stored: Any) -> None:
    rows = [instance(1), instance(2)]
    processed(make(), rows)
    processed(make(), [*rows, *rows])
    assert len(stored()) == 2


def test_an_input_may_be_missing_or_none(make: Any, stored: Any) -> None:
    bare = {"instruction": "Say hello.", "output": "Hello."}
    got = processed(make(), [bare, {**bare, "input": None}])
    assert [row["record"] for row in got] == [identity({**bare, "input": ""})] * 2
    assert len(stored()) == 1


def test_rows_that_nobody_can_rate_are_passed_on_without_an_id(make: Any, stored: Any, warnings: Any) -> None:
    # A batch that failed in the host arrives as rows of None.
    rows = [instance(1), {"instruction": None, "input": None, "output": None}, instance(2, output="\ud83d")]
    got = processed(make(), rows)
    assert [bool(row["record"]) for row in got] == [True, False, False]
    assert [{**row, "record": ""} for row in got] == [{**row, "record": ""} for row in rows]
    assert len(stored()) == 1
    assert warnings()[0].endswith(
        "instruction is None and must be a text. Rows are passed on; later failures are only counted."
    )
    assert "1 records are in Argilla. 2 rows are not" in warnings()[1]


def test_an_empty_batch_stays_empty(make: Any) -> None:
    assert processed(make(), []) == []


@pytest.mark.parametrize("wrong", [{"api_url": "http://127.0.0.1:9"}, {"api_key": SecretStr("wrong")}])
def test_without_argilla_every_row_is_passed_on_and_one_warning_says_why(make: Any, warnings: Any, wrong: Row) -> None:
    rows = [instance(1), instance(2)]
    with loaded(make(**wrong)) as step:
        assert next(step.process(rows)) == [{**row, "record": identity(row)} for row in rows]
        next(step.process(rows))
    assert len(warnings()) == 2
    assert "does not know this API key" in warnings()[0] or "cannot be reached" in warnings()[0]
    assert "0 records are in Argilla. 4 rows are not, and were passed on all the same" in warnings()[1]


def test_argilla_may_come_back(argilla_server: Any, make: Any, stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distilabel_selfinstruct.review.argilla.upload.ATTEMPTS", 1)
    gone = True
    with flaky_proxy(argilla_server.url, lambda *_: 0 if gone else None) as url, loaded(make(api_url=url)) as step:
        next(step.process([instance(1)]))
        assert stored() == []
        gone = False
        next(step.process([instance(2)]))
        assert [record["external_id"] for record in stored()] == [identity(instance(2))]
        gone = True
        assert len(next(step.process([instance(3)]))) == 1
        gone = False
        next(step.process([instance(4)]))
        assert len(stored()) == 2


def test_settings_that_cannot_be_used_end_the_run_before_a_row_comes(make: Any) -> None:
    with pytest.raises(ConfigError, match="There are no review settings 'nothing'"):
        make(settings="nothing").load()


@pytest.mark.parametrize(("option", "value"), [("dataset_name", ""), ("min_submitted", -1), ("input_batch_size", 0)])
def test_a_value_that_cannot_work_is_refused_when_the_step_is_made(make: Any, option: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=option):
        make(**{option: value})


def a_pipeline(step: SelfInstructToArgilla, rows: list[Row]) -> None:
    LoadDataFromDicts(name="rows", data=rows, batch_size=2) >> step


@pytest.mark.parametrize("file_format", ["yaml", "json"])
def test_the_step_comes_back_from_its_file_without_the_key(name: str, file_format: Any, tmp_path: Path) -> None:
    with Pipeline(name="test") as pipeline:
        step = SelfInstructToArgilla(
            name="to_argilla", dataset_name=name, workspace="w", run="r", min_submitted=2, settings="comparison",
            api_url="http://h", api_key=SecretStr(SECRET),
        )  # fmt: skip
        a_pipeline(step, [instance(1)])
    path = tmp_path / f"pipeline.{file_format}"
    pipeline.save(path, format=file_format)
    assert SECRET not in path.read_text(encoding="utf-8")
    again = Pipeline.from_yaml(path) if file_format == "yaml" else Pipeline.from_json(path)
    assert again.dump() == pipeline.dump()
    assert again.signature == pipeline.signature
    dump = json.loads(json.dumps(step.dump()))
    chosen = ("dataset_name", "workspace", "run", "min_submitted", "settings", "api_url")
    assert {key: dump[key] for key in chosen} == {key: getattr(step, key) for key in chosen}


PIPELINE = """
import sys
from distilabel_selfinstruct.server_steps import SelfInstructToArgilla
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from tests.review.people import instance
if __name__ == "__main__":
    with Pipeline(name="test", cache_dir=sys.argv[1]) as pipeline:
        rows = LoadDataFromDicts(name="rows", data=[instance(number) for number in range(7)], batch_size=2)
        rows >> SelfInstructToArgilla(name="to_argilla", dataset_name=sys.argv[2], input_batch_size=3)
    distiset = pipeline.run(use_cache=False)
    print(sorted(distiset["default"]["train"]["record"]))
"""


@pytest.mark.slow
def test_a_pipeline_sends_its_rows_with_the_key_of_the_environment(
    argilla_server: Any, name: str, stored: Any, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(PIPELINE)
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "ARGILLA_API_URL": argilla_server.url,
        "ARGILLA_API_KEY": argilla_server.api_key,
    }  # fmt: skip
    done = processes.run(
        [sys.executable, script, tmp_path / "cache", name],
        capture_output=True, text=True, timeout=180, check=False, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = sorted(identity(instance(number)) for number in range(7))
    assert str(expected) in done.stdout
    assert sorted(record["external_id"] for record in stored()) == expected
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if argilla_server.api_key.encode() in path.read_bytes()] == []


def test_the_steps_can_be_imported_without_argilla() -> None:
    code = "import sys; sys.modules['argilla'] = None; import distilabel_selfinstruct.steps"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_hosts_parser_reads_the_docstring() -> None:
    read = parse_google_docstring(SelfInstructToArgilla)
    assert read["categories"] == ["load"]
    assert set(read["attributes_section"] if "attributes_section" in read else read["attributes"]) == {
        "dataset_name", "workspace", "settings", "run",
    }  # fmt: skip
    assert "record" in read["output_columns"]
