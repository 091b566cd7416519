"""What a text after `gguf:` names: a packaged model, a file, or a model in the folder of another program."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.model_files.caches import FoundModel, found_models
from distilabel_selfinstruct.model_files.gguf import name_of
from distilabel_selfinstruct.model_files.packaged import PACKAGED_MODELS, packaged_file

MOST_CHOICES = 6
"""So many names of found models are listed in a message."""

_ENDING = ".gguf"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A GGUF file, and what its model is called in what it answers."""

    path: Path
    model: str


def find_gguf(text: str, cache: Path, home: Path, variables: Mapping[str, str]) -> NamedFile:
    """The file that a text after `gguf:` names.

    One of `PACKAGED_MODELS` comes first, then a path, then the whole name of a model that another program keeps, then a
    part of such a name, if no other model has it: of `org/Tiny-GGUF/tiny-Q4_K_M`, the texts `org/Tiny-GGUF`,
    `tiny-Q4_K_M` and `org/Tiny-GGUF:Q4_K_M`; of Ollama's `ann/tiny:1b`, `tiny:1b` and `tiny`.

    Args:
        text: the name or the path; `~` is the user's folder.
        cache: the folder where a packaged model that comes in parts is put together.
        home: the user's folder (see `found_models`).
        variables: of the environment.

    Raises:
        ConfigError: there is no such file, several models have the name, or the package of the model is not installed.
        InputFileError: the file of a packaged model is not the one that was tested.
        OutputFileError: a model that comes in parts cannot be put together.
    """
    if text in PACKAGED_MODELS:
        path = packaged_file(text, PACKAGED_MODELS[text], cache)
        return NamedFile(path, name_of(path))
    if (file := _file(text)) is not None:
        return NamedFile(file, name_of(file))
    found = found_models(home, variables)
    meant = models_named(text, found)
    if len(meant) == 1:
        return NamedFile(meant[0].path.absolute(), meant[0].model)
    raise ConfigError(_several(text, meant) if meant else _unknown(text, found))


def _file(text: str) -> Path | None:
    try:
        path = Path(text).expanduser()
        return path.absolute() if path.is_file() else None
    except (OSError, RuntimeError):  # the text is too long for a path, or there is no such user
        return None


def models_named(text: str, found: Sequence[FoundModel]) -> list[FoundModel]:
    """The models that a text names: those with this name or, where there are none, those with this part of a name."""
    whole = [model for model in found if any(_plain(text) == _plain(name) for name in _names(model))]
    return whole or [model for model in found if any(_is_part(text, name) for name in _names(model))]


def _names(model: FoundModel) -> tuple[str, ...]:
    return (model.name, *model.other_names)


def _plain(name: str) -> str:
    return name.casefold().removesuffix(_ENDING)


def _is_part(text: str, name: str) -> bool:
    """Whether the parts of a text follow each other in a name. A tag may be the end of a file's name."""
    wanted, parts = (re.split("[/:]", _plain(one)) for one in (text, name))
    if not all(wanted):
        return False
    *before, last = wanted
    for end in range(len(wanted), len(parts) + 1):
        *others, candidate = parts[end - len(wanted) : end]
        has_tag = ":" in text and candidate.endswith((f"-{last}", f".{last}"))
        if others == before and (candidate == last or has_tag):
            return True
    return False


def _several(text: str, meant: Sequence[FoundModel]) -> str:
    names = [model.name for model in meant]
    choices = [f"gguf:{model.name if names.count(model.name) == 1 else model.path}" for model in meant]
    return f"{text!r} names {len(meant)} models on this machine: write {' or '.join(choices)}."


def _unknown(text: str, found: Sequence[FoundModel]) -> str:
    names = {name.casefold(): name for model in found for name in _names(model)}
    near = [names[name] for name in get_close_matches(text.casefold(), names, n=MOST_CHOICES, cutoff=0.5)]
    shown = (near or list(names.values()))[:MOST_CHOICES]
    rest = " (`selfinstruct models` lists all names)" if len(shown) < len(names) else ""
    return (
        f"There is no GGUF file {text!r}, and no model of that name on this machine: give the path of a file after "
        f"gguf:, or one of {', '.join([*PACKAGED_MODELS, *shown])}{rest}."
    )
