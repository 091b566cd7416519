from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from distilabel.distiset import create_distiset
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from distilabel_selfinstruct import host_fixes


@settings(max_examples=15)
@given(st.text(st.sampled_from("[]*?!{}^$ a.é文\\'\"%#~-"), min_size=1, max_size=40))
@example("a[b]c *? d")
@example("文" * 85)
@example("x" * 200)
def test_rows_are_found_in_a_folder_of_any_name(name: str) -> None:
    assume(name not in {".", ".."} and len(name.encode()) <= 255)
    host_fixes.apply()
    with TemporaryDirectory() as root:
        # Beside it is one with a name that fits the pattern that `name` would be.
        for folder, text in ((Path(root, name), "ours"), (Path(root, "abc x d"), "not ours")):
            step = folder / "data" / "steps_outputs" / "step"
            step.mkdir(parents=True, exist_ok=True)
            parquet.write_table(pa.table({"text": [text]}), step / "00001.parquet")
        assert create_distiset(Path(root, name, "data"))["default"]["train"]["text"][:] == ["ours"]
