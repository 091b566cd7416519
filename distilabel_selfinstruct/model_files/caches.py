"""GGUF files in the folders where other programs keep theirs: llama.cpp, Ollama, LM Studio, Hugging Face."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from distilabel_selfinstruct.model_files.gguf import parts_of

_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_OLLAMA_SERVICE = Path("/usr/share/ollama/.ollama/models")

_NO_MODELS = ("mmproj", "imatrix")
"""How files begin that accompany a model: eyes and ears, and statistics."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A GGUF file in the folder of a program.

    Attributes:
        program: whose folder it is.
        name: what the model is called there.
        path: the file, or the first of its parts.
    """

    program: str
    name: str
    path: Path


def found_models(home: Path, variables: Mapping[str, str]) -> list[FoundModel]:
    """The models in the usual folders, by program and name. A folder that cannot be read has none.

    Args:
        home: the user's folder.
        variables: of the environment; some say where a program keeps its models.
    """
    cache = Path(variables.get("XDG_CACHE_HOME") or home / ".cache")
    llama = [cache / "llama.cpp", home / "Library/Caches/llama.cpp"]
    hub = [Path(variables.get("HF_HOME") or cache / "huggingface") / "hub"]
    ollama = [home / ".ollama/models", _OLLAMA_SERVICE]
    lm_studio = [home / ".lmstudio/models", home / ".cache/lm-studio/models"]
    found: dict[Path, FoundModel] = {}
    for model in (
        *_plain_files("llama.cpp", [Path(variables["LLAMA_CACHE"])] if variables.get("LLAMA_CACHE") else llama),
        *_ollama([Path(variables["OLLAMA_MODELS"])] if variables.get("OLLAMA_MODELS") else ollama),
        *_plain_files("LM Studio", lm_studio),
        *_hub([Path(variables["HF_HUB_CACHE"])] if variables.get("HF_HUB_CACHE") else hub),
    ):
        found.setdefault(model.path.resolve(), model)
    return sorted(found.values(), key=lambda model: (model.program, model.name))


def _plain_files(program: str, folders: list[Path]) -> Iterator[FoundModel]:
    for folder in folders:
        for path in _ggufs(folder):
            yield FoundModel(program, str(path.relative_to(folder).with_suffix("")), path)


def _hub(folders: list[Path]) -> Iterator[FoundModel]:
    for folder in folders:
        for path in _ggufs(folder):
            repository, *_ = path.relative_to(folder).parts
            if repository.startswith("models--"):
                name = repository.removeprefix("models--").replace("--", "/")
                yield FoundModel("Hugging Face", f"{name} {path.name}", path)


def _ollama(folders: list[Path]) -> Iterator[FoundModel]:
    """The models of Ollama: a manifest for each names the blob that is its GGUF file."""
    for folder in folders:
        for manifest in _files(folder / "manifests", "*"):
            digest = _digest_in(manifest)
            path = folder / "blobs" / digest.replace(":", "-")
            if digest and path.is_file():
                *_, owner, name, tag = ("", *manifest.relative_to(folder / "manifests").parts)
                yield FoundModel("Ollama", f"{'' if owner == 'library' else f'{owner}/'}{name}:{tag}", path)


def _digest_in(manifest: Path) -> str:
    """The digest of the model that a manifest names; empty if it is no manifest."""
    try:
        layers = json.loads(manifest.read_text(encoding="utf-8"))["layers"]
        return next((str(layer["digest"]) for layer in layers if layer["mediaType"] == _OLLAMA_MODEL), "")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _ggufs(folder: Path) -> Iterator[Path]:
    for path in _files(folder, "*.gguf"):
        if parts_of(path)[0] == path and not path.name.lower().startswith(_NO_MODELS):
            yield path


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.rglob(pattern) if path.is_file())
    except OSError:
        return
