"""Reading a dataset folder as a `Distiset`: the host stumbles over every file in it (`distiset.py:529`).

`Distiset.load_from_disk` takes each entry of the folder for a saved configuration. A folder that `datasets` wrote, such
as the output of `selfinstruct run`, holds the file `dataset_dict.json` and a folder per split: with the fix it is the
configuration `default`, and `datasets.load_from_disk` reads the same folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import load_from_disk
from distilabel.distiset import Distiset

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_load_from_disk = Distiset.__dict__["load_from_disk"].__func__


def apply() -> None:
    """Replace the host's class method; called once."""
    replace(Distiset, "load_from_disk", classmethod(load))


def load(cls: type[Distiset], distiset_path: Any, *args: Any, **kwargs: Any) -> Distiset:
    """As the host does, and what `datasets` saved as the configuration `default`."""
    if (Path(str(distiset_path)) / "dataset_dict.json").is_file():
        return cls({"default": load_from_disk(str(distiset_path), *args, **kwargs)})
    loaded: Distiset = _host_load_from_disk(cls, distiset_path, *args, **kwargs)
    return loaded
