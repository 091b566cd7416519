"""The rows of a run are found in any folder: the host (`distiset.py:706`) gives its files to a function of patterns.

`datasets.load_dataset` takes each name in `data_files` for a pattern. With brackets, `*` or `?` in the path of the
run's cache it finds no file, or others, after all the work is done.
"""

from __future__ import annotations

import glob
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, around, replace

FIXES = (
    HostFix(
        "paths taken for patterns",
        "distiset.py:706",
        "brackets, `*` or `?` in the path of the cache: raises after all the work is done",
        "tests/host_fixes/test_paths_taken_for_patterns.py::test_rows_are_found_in_a_folder_of_any_name",
    ),
)


def apply() -> None:
    """Wrap the function that the host's module has imported; called once."""
    from datasets import load_dataset as load_files
    from distilabel import distiset

    replace(distiset, "load_dataset", around(load_files, load_dataset))


def load_dataset(load: Callable[..., Any], *args: Any, data_files: dict[str, list[str]], **kwargs: Any) -> Any:
    """Load files by their names, as the host means them."""
    escaped = {split: [glob.escape(name) for name in names] for split, names in data_files.items()}
    return load(*args, data_files=escaped, **kwargs)
