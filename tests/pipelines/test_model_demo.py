"""The terms of a model in `make demo-model` are shown, and nothing is done without a yes."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from distilabel_selfinstruct.model_files import PACKAGED_MODELS, PackagedModel

DEMO = Path(__file__).parents[2] / "pipelines" / "model_demo.py"
SMOLLM2, GEMMA = PACKAGED_MODELS["smollm2"], PACKAGED_MODELS["gemma"]


@pytest.fixture
def agreed() -> Callable[[PackagedModel, str], bool]:
    function: Callable[[PackagedModel, str], bool] = runpy.run_path(str(DEMO))["agreed"]
    return function


def test_a_model_without_terms_asks_nothing(
    agreed: Callable[[PackagedModel, str], bool], capsys: pytest.CaptureFixture[str]
) -> None:
    assert agreed(SMOLLM2, "")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("answer", "is_agreed"), [("yes", True), (" YES ", True), ("no", False), ("y", False)])
def test_terms_are_shown_and_agreed_to_by_yes_alone(
    answer: str, is_agreed: bool, agreed: Callable[[PackagedModel, str], bool], capsys: pytest.CaptureFixture[str]
) -> None:
    assert agreed(GEMMA, answer) is is_agreed
    assert capsys.readouterr().out.startswith(f"{GEMMA.terms}\n")


def test_where_nobody_can_answer_the_way_to_agree_is_named(
    agreed: Callable[[PackagedModel, str], bool], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/null").open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert not agreed(GEMMA, "")
    assert "say AGREE=yes after reading the terms" in capsys.readouterr().out
