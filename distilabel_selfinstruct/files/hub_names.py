"""Names of datasets and models on the Hub: told from paths, and asked about once before anything is loaded."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, InputFileError

SECONDS = 10
"""How long the Hub may take by default to say whether it has a dataset or a model."""

_PART = r"[A-Za-z0-9](?:[\w.-]{0,94}[\w-])?"
_ID = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_MODEL_ID = re.compile(rf"(?:{_PART}/)?{_PART}", re.ASCII)
"""Some models have no owner, as gpt2."""

_FILE = re.compile(r"\.(jsonl?|csv|tsv|parquet|arrow|gz|zip|ya?ml|txt)$", re.IGNORECASE)


def looks_like_hub_id(text: str) -> bool:
    """Whether a text may be the name of a dataset on the Hub, OWNER/NAME, rather than a path."""
    return _ID.fullmatch(text) is not None and "--" not in text and ".." not in text


def looks_like_path(text: str) -> bool:
    """Whether a text of the form OWNER/NAME is meant as a path: its folder is here, or it ends as a file of rows."""
    return Path(text).parent.is_dir() or _FILE.search(text) is not None


def require_hub_dataset(name: str, seconds: float = SECONDS) -> None:
    """Ask the Hub once whether it has a dataset, since its libraries ask again and again for what is not there.

    A name that cannot be one is not asked about, and neither is a path with a mistake in its last part. With
    `HF_HUB_OFFLINE` nothing is asked.

    Raises:
        InputFileError: there is no such dataset, or the Hub does not answer.
    """
    if not looks_like_hub_id(name):
        raise InputFileError(
            f"There is no file or folder {name!r}, and no dataset on the Hub has such a name: check the path, or give "
            "OWNER/NAME.",
            name,
        )
    if looks_like_path(name):
        raise InputFileError(f"There is no file or folder {name!r}: check the path.", name)
    from huggingface_hub import HfApi, constants

    if constants.is_offline_mode():
        return
    if fault := _fault_of(lambda: HfApi().dataset_info(name, timeout=seconds)):
        raise InputFileError(
            f"There is no file or folder {name!r}, and the Hub gives no dataset of this name "
            f"({fault}): check the path, or the name and the token of the Hub.",
            name,
        )


def require_hub_model(name: str, seconds: float = SECONDS) -> None:
    """Ask the Hub once whether it has a model: see `require_hub_dataset`. One that was loaded before is not asked for.

    Raises:
        ConfigError: there is no such model, or the Hub does not answer.
    """
    if _MODEL_ID.fullmatch(name) is None or "--" in name or ".." in name:
        raise ConfigError(f"There is no folder {name!r}, and no model on the Hub has such a name: check the path.")
    from huggingface_hub import HfApi, constants, try_to_load_from_cache

    if constants.is_offline_mode() or isinstance(try_to_load_from_cache(name, "config.json"), str):
        return
    if fault := _fault_of(lambda: HfApi().model_info(name, timeout=seconds)):
        raise ConfigError(
            f"There is no folder {name!r}, and the Hub gives no model of this name ({fault}): check the path, or the "
            "name and the token of the Hub."
        )


def _fault_of(ask: Callable[[], Any]) -> str:
    """What went wrong when the Hub was asked; empty if nothing did."""
    try:
        ask()
    except Exception as error:  # the Hub's clients raise errors of many kinds
        return f"{type(error).__name__}: {(str(error).strip() or 'no reason given').splitlines()[0].rstrip('.')}"
    return ""
