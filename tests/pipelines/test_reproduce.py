"""`make reproduce` with a random model of two layers: every part is done once, and the page says what came of it."""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.evaluation import ScoredTask
from distilabel_selfinstruct.evaluation.resampling import Interval
from distilabel_selfinstruct.files import jsonl
from tests.exporting.builders import INSTANCES, a_run
from tests.finetuning.conftest import base, tokenizer  # noqa: F401 - fixtures

PIPELINES = Path(__file__).parent.parent.parent / "pipelines"


@pytest.fixture(scope="module")
def reproduce() -> Iterator[Any]:
    sys.path.insert(0, str(PIPELINES))
    yield importlib.import_module("reproduce")
    sys.path.remove(str(PIPELINES))


def task(name: str, number: int, **more: Any) -> ScoredTask:
    return ScoredTask(("Do it.", str(number)), "Do it.", str(number), ("done",), name=name, **more)


def test_tasks_are_chosen_evenly_and_without_long_prompts(reproduce: Any) -> None:
    tasks = [task("a", number) for number in range(9)] + [task("b", number) for number in range(2)]
    long = ScoredTask(("Do it.", "x" * 2000), "Do it.", "x" * 2000, ("done",), name="c")
    chosen = reproduce.choose([*tasks, long], 5)
    assert sorted(one.name for one in chosen) == ["a", "a", "a", "b", "b"]
    assert reproduce.choose([*tasks, long], 5) == chosen
    assert len(set(chosen)) == 5


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(1.0, 9.0, "better than the base model"), (-9.0, -1.0, "worse than"), (-1.0, 9.0, "no difference is shown")],
)
def test_a_difference_is_called_one_only_if_its_interval_lies_on_one_side_of_0(
    reproduce: Any, low: float, high: float, said: str
) -> None:
    assert said in sys.modules["reproduce_page"]._verdict(Interval((low + high) / 2, low, high, 20))


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.filterwarnings("ignore")  # transformers, torch and TRL warn of each other
def test_all_parts_are_done_once_and_other_settings_are_refused(
    reproduce: Any,
    base: Path,  # noqa: F811 - a fixture
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "circle"
    folder.mkdir()
    a_run(folder / "data", INSTANCES[:6])
    (folder / "parts.json").write_text('{"parts": {"data": {"seconds": 1.5, "peak_mb": 9, "done": true}}}')
    options = ["--model", str(base), "--rows", "6", "--tasks", "3", "--max-tokens", "8", "--folder", str(folder)]
    assert reproduce.main(options) == 0, capfd.readouterr().err
    held = {row["instruction"] for row in jsonl.read(folder / "held-out.jsonl")}
    assert len(held) == 3
    assert not held & {row["instruction"] for row in jsonl.read(folder / "training-seeds.jsonl")}
    parts = json.loads((folder / "parts.json").read_text())["parts"]
    assert list(parts) == ["data", "rows", "finetune", "base on held-out", "tuned on held-out"]
    assert all(part["done"] for part in parts.values())
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in ("Seed tasks that were held out", "<td>copy-input</td>", "GPT3 Self-Inst", "39.9", "44.4%"):
        assert text in page
    assert re.search(r"\d+% of the answers ended by themselves before training, \d+% after", page)
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    capfd.readouterr()
    assert reproduce.main(options) == 0
    assert capfd.readouterr().out.count("done before") == 5
    assert reproduce.main([*options, "--rows", "7"]) == 1
    assert "rows was 6 and is now 7" in capfd.readouterr().err
