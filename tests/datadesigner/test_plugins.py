"""The plugins in Data Designer itself: its own check of them, and datasets that it makes with them."""

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from tests.docs.blocks import DOCS, ROOT, blocks_of

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.process]

PLUGINS = [point for point in entry_points(group="data_designer.plugins") if "selfinstruct" in point.value]

INSTANCES = "Example 1\nInput: cold\nOutput: hot\nExample 2\nInput: cold\nOutput:"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Data Designer keeps its settings, which it reads when it is imported."""
    folder = tmp_path_factory.mktemp("home")
    os.environ |= {"HOME": str(folder), "DATA_DESIGNER_HOME": str(folder), "NEMO_TELEMETRY_ENABLED": "false"}
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> Any:
    import data_designer.config as dd
    from data_designer.interface import DataDesigner

    from distilabel_selfinstruct.datadesigner import configs as si

    builder = dd.DataDesignerConfigBuilder(model_configs=[])
    builder.with_seed_dataset(si.SeedTasksSource())
    for name, text in {
        "answer": "9. {{ instruction }}\n10. Draw a picture of a tree.",
        "verdict": "{% if is_classification %}Yes{% else %}No{% endif %}",
        "made": INSTANCES,
    }.items():
        builder.add_column(dd.ExpressionColumnConfig(name=name, expr=text))
    builder.add_column(si.InstructionsColumnConfig(name="found", column="answer"))
    builder.add_column(si.TaskTypeColumnConfig(name="kind", column="verdict"))
    builder.add_column(si.InstancesColumnConfig(name="pairs", column="made"))
    builder.add_processor(si.RougeLNoveltyProcessorConfig(name="new_only", max_rouge_l=0.3))
    provider = dd.ModelProvider(name="none", endpoint="http://localhost:9/v1", api_key="none")
    designer = DataDesigner(artifact_path=home / "artifacts", model_providers=[provider])
    return designer.create(builder, num_records=60)


@pytest.mark.parametrize("point", PLUGINS, ids=lambda point: point.name)
def test_data_designers_own_check_accepts_a_plugin(point: Any, home: Path) -> None:
    from data_designer.engine.testing.utils import assert_valid_plugin

    plugin = point.load()
    assert_valid_plugin(plugin)
    assert plugin.name == point.name


def test_all_plugins_are_found() -> None:
    assert len(PLUGINS) == 5


def test_seed_tasks_are_the_packages(results: Any) -> None:
    from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

    rows = results.load_dataset().to_dict("records") + results.load_processor_dataset("new_only").to_dict("records")
    assert {row["instruction"] for row in rows} == {task.instruction for task in load_seed_tasks()[:60]}


def test_answers_are_read_as_a_run_reads_them(results: Any) -> None:
    rows = results.load_dataset().to_dict("records")
    assert all("Draw a picture of a tree." not in row["found"] for row in rows)
    assert {json.loads(row["found_rejected"])[-1]["reason"] for row in rows} == {"forbidden_word"}
    assert all(row["kind"] == row["is_classification"] for row in rows)
    assert all(list(row["pairs"]) == [{"input": "cold", "output": "hot"}] for row in rows if not row["kind"])


def test_near_duplicates_are_dropped_as_the_index_decides_and_kept_apart(results: Any) -> None:
    from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
    from distilabel_selfinstruct.similarity import filter_texts

    texts = [task.instruction for task in load_seed_tasks()[:60]]
    dropped = [texts[one.position] for one in filter_texts(texts, max_rouge_l=0.3) if not one.kept]
    assert dropped
    found = results.load_processor_dataset("new_only")
    assert list(found["instruction"]) == dropped
    assert (found["nearest_rouge_l"] > 0.3).all()


def test_an_answer_that_is_missing_is_a_failed_request(home: Path) -> None:
    from distilabel_selfinstruct.datadesigner import configs as si
    from distilabel_selfinstruct.datadesigner.parsed_columns import InstructionsColumnGenerator

    generator = InstructionsColumnGenerator(si.InstructionsColumnConfig(name="found", column="answer"), None)
    for answer in (None, float("nan"), 3):
        row = generator.generate({"answer": answer})
        assert row["found"] == []
        assert [one["reason"] for one in json.loads(row["found_rejected"])] == ["failed_request"]


def test_the_example_of_the_page_runs(home: Path, tmp_path: Path) -> None:
    [example] = [block for block in blocks_of(DOCS / "datadesigner.md") if block.language == "python"]
    (tmp_path / "example.py").write_text(example.code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "nearest_rouge_l" in done.stdout
