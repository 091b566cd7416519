"""Which split of a dataset is read."""

import os
from collections.abc import Sequence

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.reading.options import ReadOptions


def choose_split(names: Sequence[str], options: ReadOptions, source: str | os.PathLike[str]) -> str:
    """The split that was asked for, or else the only one or `train`.

    Raises:
        InputFileError: there is no such split, or several and none is `train`.
    """
    split = options.split
    name = split or ("train" if "train" in names else next(iter(names), ""))
    if name not in names or (split is None and len(names) > 1 and "train" not in names):
        remedy = f"choose one with `{option}`" if (option := options.names.split) else "put one into a file of its own"
        raise InputFileError(f"{os.fspath(source)} has the splits {', '.join(names)}: {remedy}.", source)
    return name
