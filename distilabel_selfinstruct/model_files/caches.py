"""GGUF files in the folders where other programs keep theirs: llama.cpp, Ollama, LM Studio, Hugging Face."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from distilabel_selfinstruct.model_files.gguf import name_of, parts_of

_OLLAMA = "Ollama"
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_OLLAMA_SERVICE = Path("/usr/share/ollama/.ollama/models")
_OLLAMA_REGISTRY, _OLLAMA_LIBRARY = "registry.ollama.ai", "library"

_NO_MODELS = ("mmproj", "imatrix")
"""How files begin that accompany a model: eyes and ears, and statistics."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A GGUF file in the folder of a program.

    Attributes:
        program: whose folder it is.
        name: what the model is called there.
        path: the file, or the first of its parts.
        other_names: further names of the same file, of any of the programs.
    """

    program: str
    name: str
    path: Path
    other_names: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """What to call the model itself: Ollama's name, since the name of its file is a digest; else the file's."""
        return self.name if self.program == _OLLAMA else name_of(self.path)


def found_models(home: Path, variables: Mapping[str, str]) -> list[FoundModel]:
    """The models in the usual folders, each file once, by program and name. A folder that cannot be read has none.

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
        file = model.path.resolve()
        before = found.setdefault(file, model)
        if model.name not in (before.name, *before.other_names):
            found[file] = replace(before, other_names=(*before.other_names, model.name))
    return sorted(found.values(), key=lambda model: (model.program, model.name))


def _plain_files(program: str, folders: list[Path]) -> Iterator[FoundModel]:
    for folder in folders:
        for path in _ggufs(folder):
            yield FoundModel(program, path.relative_to(folder).with_name(name_of(path)).as_posix(), path)


def _hub(folders: list[Path]) -> Iterator[FoundModel]:
    """The models of the Hub's cache: each has its snapshots in a folder of its own, beside large blobs."""
    for folder in folders:
        for snapshot in _folders(folder, "models--*/snapshots/*"):
            repository = snapshot.parents[1].name.removeprefix("models--").replace("--", "/")
            for path in _ggufs(snapshot):
                file = path.relative_to(snapshot).with_name(name_of(path)).as_posix()
                yield FoundModel("Hugging Face", f"{repository}/{file}", path)


def _ollama(folders: list[Path]) -> Iterator[FoundModel]:
    """The models of Ollama: a manifest for each names the blob that is its GGUF file."""
    for folder in folders:
        for manifest in _files(folder / "manifests", "*"):
            digest = _digest_in(manifest)
            path = folder / "blobs" / digest.replace(":", "-")
            if digest and path.is_file():
                *owners, name, tag = ("", *manifest.relative_to(folder / "manifests").parts)
                owners = [owner for owner in owners if owner]
                if owners[:1] == [_OLLAMA_REGISTRY]:
                    owners = owners[2:] if owners[1:] == [_OLLAMA_LIBRARY] else owners[1:]
                yield FoundModel(_OLLAMA, "/".join([*owners, f"{name}:{tag}"]), path)


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


def _folders(folder: Path, pattern: str) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.glob(pattern) if path.is_dir())
    except OSError:
        return
