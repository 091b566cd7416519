"""GGUF files in the folders of other programs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.model_files.caches import found_models
from tests.gguf_files import gguf_file

NO_MANIFESTS = [b"[]", b'{"layers": 1}', b'{"layers": [1]}', b'{"layers": [{}]}']


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return gguf_file(path)


def ollama_model(models: Path, name: str, tag: str, digest: str) -> Path:
    manifest = models / "manifests" / name / tag
    manifest.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:0"},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"},
    ]
    manifest.write_text(json.dumps({"layers": layers}))
    return put(models / "blobs" / f"sha256-{digest}")


def found(home: Path, **variables: str) -> list[tuple[str, str, Path]]:
    return [(model.program, model.name, model.path) for model in found_models(home, variables)]


def test_the_models_of_four_programs_are_found(tmp_path: Path) -> None:
    hub = put(tmp_path / ".cache/huggingface/hub/models--org--Tiny-GGUF/snapshots/1f/tiny-Q4.gguf")
    studio = put(tmp_path / ".lmstudio/models/org/Tiny/tiny.gguf")
    ours = ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/library/tiny", "1b", "aa")
    theirs = ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/ann/tiny", "latest", "bb")
    of_the_hub = ollama_model(tmp_path / ".ollama/models", "hf.co/org/Tiny-GGUF", "Q4", "cc")
    llama = put(tmp_path / ".cache/llama.cpp/org_tiny.gguf")
    assert found(tmp_path) == [
        ("Hugging Face", "org/Tiny-GGUF/tiny-Q4", hub),
        ("LM Studio", "org/Tiny/tiny", studio),
        ("Ollama", "ann/tiny:latest", theirs),
        ("Ollama", "hf.co/org/Tiny-GGUF:Q4", of_the_hub),
        ("Ollama", "tiny:1b", ours),
        ("llama.cpp", "org_tiny", llama),
    ]


def test_the_environment_says_where_models_are(tmp_path: Path) -> None:
    llama = put(tmp_path / "a/m.gguf")
    blob = ollama_model(tmp_path / "b", "registry.ollama.ai/library/m", "1b", "aa")
    hub = put(tmp_path / "c/models--o--m/snapshots/1/m.gguf")
    variables = {"LLAMA_CACHE": "a", "OLLAMA_MODELS": "b", "HF_HUB_CACHE": "c"}
    places = {name: str(tmp_path / folder) for name, folder in variables.items()}
    assert [path for _, _, path in found(tmp_path, **places)] == [hub, blob, llama]


def test_later_parts_and_what_accompanies_a_model_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / ".cache/llama.cpp"
    first = put(folder / "m-00001-of-00002.gguf")
    put(folder / "m-00002-of-00002.gguf")
    put(folder / "mmproj-m.gguf")
    assert [path for _, _, path in found(tmp_path)] == [first]


def test_a_file_that_two_programs_share_is_listed_once_with_all_its_names(tmp_path: Path) -> None:
    model = put(tmp_path / ".lmstudio/models/o/m.gguf")
    link = tmp_path / ".cache/llama.cpp/mine.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(model)
    ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/library/tiny", "1b", "aa")
    ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/library/tiny", "latest", "aa")
    names = [(model.name, model.other_names) for model in found_models(tmp_path, {})]
    assert names == [("tiny:1b", ("tiny:latest",)), ("mine", ("o/m",))]


def test_a_model_is_called_as_its_file_or_by_ollamas_name(tmp_path: Path) -> None:
    put(tmp_path / ".lmstudio/models/o/m-00001-of-00002.gguf")
    ollama_model(tmp_path / ".ollama/models", "registry.ollama.ai/library/tiny", "1b", "aa")
    assert [(model.name, model.model) for model in found_models(tmp_path, {})] == [("o/m", "m"), ("tiny:1b", "tiny:1b")]


@given(
    content=st.binary(max_size=50) | st.sampled_from([b"[]", b'{"layers": 1}', b'{"layers": [1]}', b'{"layers": [{}]}'])
)
def test_a_manifest_that_is_none_is_left_out(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    manifest = home / ".ollama/models/manifests/r/library/m/1b"
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(content)
    assert found(home) == []
