"""What comes with the package is found by its name, and nothing else is."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import RecordingError
from distilabel_selfinstruct.files.packaged import packaged_folder, packaged_names
from distilabel_selfinstruct.llms.recorded import recording_files
from distilabel_selfinstruct.prompts import load_prompts

RECORDINGS, LANGUAGES = "data/recordings", "locales"


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a user with other recordings and prompts, called as the packaged ones are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "completions.jsonl").write_text('{"stage": "instruction_generation", "text": "mine"}\n')
    packaged = packaged_folder(LANGUAGES, "en")
    assert packaged is not None
    shutil.copytree(packaged, tmp_path / "en")
    words = tmp_path / "en" / "prompts.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("Yes", "Yea"), encoding="utf-8")
    (tmp_path / "en" / "classification.jsonl").write_text('{"instruction": "Mine.", "is_classification": true}\n')
    return tmp_path


@pytest.mark.parametrize("kind", [RECORDINGS, LANGUAGES])
@given(name=st.text(alphabet="demon./", max_size=8))
def test_only_a_packaged_name_itself_names_a_packaged_folder(kind: str, name: str) -> None:
    assert (packaged_folder(kind, name) is not None) == (name in packaged_names(kind))


def test_a_folder_called_demo_does_not_hide_the_packaged_recording(own_folder: Path) -> None:
    packaged = packaged_folder(RECORDINGS, "demo")
    assert packaged is not None
    assert all(file.is_relative_to(packaged) for file in recording_files("demo"))


def test_a_file_called_demo_does_not_hide_the_packaged_recording(own_folder: Path) -> None:
    shutil.rmtree(own_folder / "demo")
    (own_folder / "demo").write_text("")
    assert all("recordings" in file.parts for file in recording_files("demo"))


@pytest.mark.parametrize("path", ["./demo", "demo/", "../{name}/demo"])
def test_a_folder_called_demo_is_named_by_a_path(own_folder: Path, path: str) -> None:
    assert [file.resolve() for file in recording_files(path.format(name=own_folder.name))] == [
        own_folder / "demo" / "completions.jsonl"
    ]


def test_a_path_never_names_the_packaged_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordingError, match=re.escape("There is no recording './demo'")):
        recording_files("./demo")


def test_packaged_prompts_win_over_a_folder_of_their_name_and_a_path_names_the_folder(own_folder: Path) -> None:
    assert len(load_prompts("en").classification_examples) > 1
    assert load_prompts("./en").classification_examples == (("Mine.", True),)
