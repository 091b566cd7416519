"""`selfinstruct models`: which models on this machine can be asked, and what to type for each."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from distilabel_selfinstruct.cli.screen import line, show

if TYPE_CHECKING:
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.model_files.caches import FoundModel


@dataclass(frozen=True, slots=True)
class _Engine:
    provider: str
    package: str
    extra: str
    words: str


ENGINES = (
    _Engine("gguf", "xllamacpp", "local", "GGUF files"),
    _Engine("transformers", "transformers", "transformers", "folders, and names of the Hub"),
    _Engine("vllm", "vllm", "vllm", "folders, and names of the Hub, mostly on GPUs"),
)


def models() -> None:
    """Show engines and models."""
    from rich import get_console

    console = get_console()
    show(console, _engines())
    for engine in ENGINES:
        if not _installed(engine):
            line(console, f"To install {engine.provider}: pip install 'distilabel-selfinstruct[{engine.extra}]'")
    show(console)
    show(console, _packaged())
    show(console)
    for text in _found():
        line(console, text)
    line(console, "Any other GGUF file: selfinstruct run --llm gguf:FILE.gguf --output DIR")


def _engines() -> "PlainTable":
    from distilabel_selfinstruct.cli.tables import PlainTable

    table = PlainTable(title="Engines", title_justify="left")
    for name in ("--llm", "what", "installed"):
        table.add_column(name, overflow="fold")
    for engine in ENGINES:
        table.add_row(f"{engine.provider}:…", engine.words, _installed(engine) or "no")
    return table


def _installed(engine: _Engine) -> str:
    """Its package, with the version where that is known; empty where it is not installed."""
    try:
        return f"{engine.package} {version(engine.package)}" if find_spec(engine.package) else ""
    except PackageNotFoundError:
        return engine.package


def _packaged() -> "PlainTable":
    from distilabel_selfinstruct.cli.tables import PlainTable
    from distilabel_selfinstruct.model_files import PACKAGED_MODELS

    table = PlainTable(title="Small models from a package index", title_justify="left")
    for name in ("model", "form", "license", "--llm"):
        table.add_column(name, overflow="fold")
    for name, model in PACKAGED_MODELS.items():
        there = all(find_spec(module) is not None for module in model.modules)
        form = "chat" if model.is_chat else "completion"
        table.add_row(model.title, form, model.license, f"gguf:{name}" if there else f"make demo-model MODEL={name}")
    return table


def _found() -> Iterator[str]:
    """A line for each model that was found, and one with what to type, which a narrow screen must not break."""
    from distilabel_selfinstruct.errors import SelfInstructError
    from distilabel_selfinstruct.llms.local.memory import available_bytes, in_gigabytes
    from distilabel_selfinstruct.model_files import read_gguf
    from distilabel_selfinstruct.model_files.caches import found_models

    found = found_models(Path.home(), os.environ)
    if not found:
        yield "No GGUF file was found in the folders of llama.cpp, Ollama, LM Studio and Hugging Face."
        return
    free = available_bytes()
    yield "Models found" if free is None else f"Models found ({in_gigabytes(free)} of memory are free)"
    for model in found:
        try:
            file = read_gguf(model.path)
        except SelfInstructError as error:
            yield f"  {model.program}: {model.name}: {error}"
            continue
        form = "completion" if file.chat_template is None else "chat"
        also = f" (also {', '.join(model.other_names)})" if model.other_names else ""
        yield f"  {model.program}: {model.name}{also}, {in_gigabytes(file.num_bytes)}, {form} prompts"
        yield f"      --llm {shlex.quote(f'gguf:{_typed_for(model)}')}"


def _typed_for(model: "FoundModel") -> str:
    """Its name, or its path where the name means another file."""
    from distilabel_selfinstruct.config.providers import gguf_file
    from distilabel_selfinstruct.errors import SelfInstructError

    try:
        named = gguf_file(model.name).path
    except SelfInstructError:
        return str(model.path)
    return model.name if named == model.path.absolute() else str(model.path)
