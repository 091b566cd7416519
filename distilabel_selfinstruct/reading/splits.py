"""Which split of a dataset is read."""

import os
from collections.abc import Sequence

from distilabel_selfinstruct.errors import InputFileError


def choose_split(names: Sequence[str], split: str | None, source: str | os.PathLike[str]) -> str:
    """The split that was asked for, or else the only one or `train`.

    Raises:
        InputFileError: there is no such split, or several and none is `train`.
    """
    name = split or ("train" if "train" in names else next(iter(names), ""))
    if name not in names or (split is None and len(names) > 1 and "train" not in names):
        raise InputFileError(f"{os.fspath(source)} has the splits {', '.join(names)}: choose one with `split`.", source)
    return name
