"""What a text after `gguf:` names."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.model_files import NamedFile, find_gguf
from distilabel_selfinstruct.model_files.caches import FoundModel, found_models
from distilabel_selfinstruct.model_files.naming import models_named
from tests.model_files.test_caches import ollama_model, put

HUB = ".cache/huggingface/hub/models--org--Tiny-GGUF/snapshots/1f"


def named(text: str, home: Path) -> NamedFile:
    return find_gguf(text, home / "cache", home, {})


def refusal(text: str, home: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        named(text, home)
    return str(caught.value)


def test_a_path_names_its_file_in_the_home_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.gguf").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert named("~/m.gguf", tmp_path) == NamedFile(tmp_path / "m.gguf", "m")


@pytest.mark.parametrize("text", ["m.gguf", ".", "smollm3", "~nobody-here/m.gguf", "m" * 5000, "/", ":", "\0", "a//b"])
def test_what_is_no_file_and_no_name_is_refused(text: str, tmp_path: Path) -> None:
    assert refusal(text, tmp_path).endswith(
        "no model of that name on this machine: give the path of a file after gguf:, or one of smollm2, gemma."
    )


@pytest.mark.parametrize(
    "text",
    [
        "org/Tiny-GGUF/tiny-Q4_K_M",
        "org/Tiny-GGUF",
        "tiny-gguf",
        "tiny-Q4_K_M",
        "tiny-Q4_K_M.gguf",
        "org/Tiny-GGUF:Q4_K_M",
    ],
)
def test_a_file_of_the_hub_is_named_by_its_repository_its_name_and_its_tag(text: str, tmp_path: Path) -> None:
    path = put(tmp_path / HUB / "tiny-Q4_K_M.gguf")
    assert named(text, tmp_path) == NamedFile(path, "tiny-Q4_K_M")


@pytest.mark.parametrize("text", ["ann/tiny:1b", "tiny:1b", "tiny", "ann/tiny"])
def test_a_model_of_ollama_is_named_with_and_without_owner_and_tag(text: str, tmp_path: Path) -> None:
    path = ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/ann/tiny", "1b", "aa")
    assert named(text, tmp_path) == NamedFile(path, "ann/tiny:1b")


def test_a_model_of_lm_studio_is_named_by_publisher_and_name(tmp_path: Path) -> None:
    path = put(tmp_path / ".lmstudio/models/ann/Tiny/tiny.gguf")
    assert named("ann/Tiny", tmp_path).path == path


def test_a_name_of_several_models_is_answered_with_the_choices(tmp_path: Path) -> None:
    small, large = (put(tmp_path / HUB / f"tiny-{tag}.gguf") for tag in ("Q4", "Q8"))
    assert refusal("org/Tiny-GGUF", tmp_path) == (
        "'org/Tiny-GGUF' names 2 models on this machine: write gguf:org/Tiny-GGUF/tiny-Q4 or "
        "gguf:org/Tiny-GGUF/tiny-Q8."
    )
    assert [named(f"org/Tiny-GGUF:{tag}", tmp_path).path for tag in ("q4", "Q8")] == [small, large]


def test_models_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    paths = [put(tmp_path / HUB.replace("1f", revision) / "tiny.gguf") for revision in ("1f", "2e")]
    assert refusal("tiny", tmp_path).endswith(f"write gguf:{paths[0]} or gguf:{paths[1]}.")


def test_a_whole_name_comes_before_a_part_of_others(tmp_path: Path) -> None:
    path = put(tmp_path / ".cache/llama.cpp/tiny.gguf")
    put(tmp_path / ".lmstudio/models/tiny/other/more.gguf")
    assert named("tiny", tmp_path).path == path


def test_a_path_comes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / ".cache/llama.cpp/tiny.gguf")
    path = put(tmp_path / "here/tiny.gguf")
    monkeypatch.chdir(path.parent)
    assert named("tiny.gguf", tmp_path).path == path


def test_a_mistyped_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    for number in range(9):
        put(tmp_path / f".lmstudio/models/ann/other{number}.gguf")
    put(tmp_path / ".lmstudio/models/bob/qwen3.gguf")
    said = refusal("bob/qwen4", tmp_path)
    assert said.endswith("or one of smollm2, gemma, bob/qwen3 (`selfinstruct models` lists all names).")


PART = st.text("abC4-._", min_size=1, max_size=4)
NAMES = st.lists(st.lists(PART, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6, unique=True)


@given(names=NAMES, data=st.data())
def test_a_whole_name_or_its_file_names_the_model_and_never_another_alone(
    names: list[str], data: st.DataObject
) -> None:
    found = [FoundModel("LM Studio", name, Path(f"{name}.gguf")) for name in names]
    meant = data.draw(st.sampled_from(found))
    assert meant in models_named(meant.name, found)
    parts = meant.name.split("/")
    start = data.draw(st.integers(0, len(parts) - 1))
    end = data.draw(st.integers(start + 1, len(parts)))
    by_part = models_named("/".join(parts[start:end]), found)
    assert meant in by_part or any(model.name.casefold() == "/".join(parts[start:end]).casefold() for model in by_part)


def test_the_folders_are_those_of_the_environment(tmp_path: Path) -> None:
    path = put(tmp_path / "a/m.gguf")
    assert find_gguf("m", tmp_path, tmp_path, {**os.environ, "LLAMA_CACHE": str(tmp_path / "a")}).path == path
    assert found_models(tmp_path, {}) == []
