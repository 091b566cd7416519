"""`prompts copy` and `review settings copy`: what they write is what the package reads."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.review.argilla.settings import read_settings


def selfinstruct(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, SelfInstructError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("language", ["en", "ko"])
def test_copied_prompts_are_those_of_the_language(language: str, tmp_path: Path) -> None:
    assert "selfinstruct run --prompts" in selfinstruct("prompts", "copy", tmp_path / "mine", "--language", language)
    assert load_prompts(tmp_path / "mine", language) == load_prompts(language, language)


@pytest.mark.parametrize("name", ["instances", "comparison"])
def test_copied_settings_are_the_packaged_ones(name: str, tmp_path: Path) -> None:
    selfinstruct("review", "settings", "copy", tmp_path / "mine.yaml", "--name", name)
    assert read_settings(tmp_path / "mine.yaml") == read_settings(name)


def test_settings_are_copied_in_a_language(tmp_path: Path) -> None:
    for name, push in (("instances", "review push"), ("comparison", "review compare push")):
        file = tmp_path / f"{name}.yaml"
        said = selfinstruct("review", "settings", "copy", file, "--name", name, "--language", "ko")
        assert f"selfinstruct {push}" in said
        assert read_settings(file) != read_settings(name)


@pytest.mark.parametrize("command", [("prompts", "copy"), ("review", "settings", "copy")])
def test_a_copy_overwrites_nothing(command: tuple[str, ...], tmp_path: Path) -> None:
    selfinstruct(*command, tmp_path / "mine")
    with pytest.raises(SelfInstructError, match="exists: choose another"):
        selfinstruct(*command, tmp_path / "mine")
