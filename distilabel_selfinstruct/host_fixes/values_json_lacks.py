"""The host's cache of batches is written whatever values the rows have.

The host (`utils/serialization.py:106`) raises on dates, sets, large integers and lone surrogates, in the thread that
moves the batches.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "values that JSON lacks",
        "utils/serialization.py:106",
        "large integers, dates or lone surrogates in a row: the run ends with the rows so far",
        "tests/host_fixes/test_columns.py::test_column_may_change_after_the_first_file",
    ),
)


def apply() -> None:
    """Replace the host's function; called once."""
    from distilabel.utils import serialization

    replace(serialization, "write_json", write_json)


def write_json(filename: Path, data: Any) -> None:
    """Write a JSON file of the host's cache, less exactly where the data has values that JSON lacks."""
    import orjson

    try:
        content = orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY)
    except TypeError:
        content = json.dumps(data, default=str, skipkeys=True).encode()
    filename.parent.mkdir(parents=True, exist_ok=True)
    filename.write_bytes(content)
