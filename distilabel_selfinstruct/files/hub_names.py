"""Names of datasets on the Hub: told from paths, and asked about once before anything is loaded."""

import re
from pathlib import Path

from distilabel_selfinstruct.errors import InputFileError

SECONDS = 10
"""How long the Hub may take by default to say whether it has a dataset."""

_PART = r"[A-Za-z0-9](?:[\w.-]{0,94}[\w-])?"
_ID = re.compile(rf"{_PART}/{_PART}", re.ASCII)

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
    try:
        HfApi().dataset_info(name, timeout=seconds)
    except Exception as error:  # the Hub's clients raise errors of many kinds
        why = (str(error).strip() or "no reason given").splitlines()[0].rstrip(".")
        raise InputFileError(
            f"There is no file or folder {name!r}, and the Hub gives no dataset of this name "
            f"({type(error).__name__}: {why}): check the path, or the name and the token of the Hub.",
            name,
        ) from error
