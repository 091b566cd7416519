"""Reading a dataset folder as a `Distiset`: the host stumbles over every file in it (`distiset.py:529`).

`Distiset.load_from_disk` takes each entry of the folder for a saved configuration. A folder that `datasets` wrote, such
as the output of `selfinstruct run`, holds the file `dataset_dict.json` and a folder per split: with the fix it is the
configuration `default`, and `datasets.load_from_disk` reads the same folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, around, replace

FIXES = (
    HostFix(
        "folders with files",
        "distiset.py:529",
        "`Distiset.load_from_disk` of a folder that `datasets` saved: raises",
        "tests/host_fixes/test_dataset_folders.py::test_a_folder_saved_by_datasets_loads_as_a_distiset",
    ),
)


def apply() -> None:
    """Wrap the host's class method; called once."""
    from distilabel.distiset import Distiset

    host_load_from_disk = Distiset.__dict__["load_from_disk"].__func__
    replace(Distiset, "load_from_disk", classmethod(around(host_load_from_disk, load_from_disk)))


def load_from_disk(host_load: Callable[..., Any], cls: Any, distiset_path: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does, and what `datasets` saved as the configuration `default`."""
    import datasets

    if (Path(str(distiset_path)) / "dataset_dict.json").is_file():
        return cls({"default": datasets.load_from_disk(str(distiset_path), *args, **kwargs)})
    return host_load(cls, distiset_path, *args, **kwargs)
