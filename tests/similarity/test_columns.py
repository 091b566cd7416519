"""A column of a table is a list of texts; a missing value and a whole table are no texts."""

from collections.abc import Callable
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.similarity import filter_texts

TEXTS = ["Name a river in Asia.", "Name a river of Asia.", "Describe the sea at dawn."]

COLUMNS: dict[str, Callable[[list[Any]], Any]] = {
    "dataset": lambda texts: datasets.Dataset.from_dict({"text": texts})["text"],
    "pandas": lambda texts: pd.Series(texts, index=range(7, 7 + len(texts))),
    "pandas string": lambda texts: pd.Series(texts, dtype="string"),
    "pandas arrow": lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
    "pandas category": lambda texts: pd.Series(texts, dtype="category"),
    "numpy": lambda texts: np.array(texts, dtype=object),
}


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_a_column_gives_the_decisions_on_its_texts(make: Callable[[list[Any]], Any]) -> None:
    assert list(filter_texts(make(TEXTS))) == list(filter_texts(TEXTS))
    assert [text.kept for text in filter_texts(make(TEXTS))] == [True, False, True]


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_a_missing_value_is_named_by_its_position(make: Callable[[list[Any]], Any]) -> None:
    with pytest.raises(ConfigError, match=r"^texts\[1\] is (None|nan|<NA>): give a text\.$"):
        list(filter_texts(make([TEXTS[0], None, TEXTS[2]])))


@pytest.mark.parametrize(
    "table",
    [pd.DataFrame({"text": TEXTS}), pa.table({"text": TEXTS}), datasets.Dataset.from_dict({"text": TEXTS})],
    ids=lambda table: type(table).__name__,
)
def test_a_whole_table_is_refused_at_once(table: Any) -> None:
    with pytest.raises(ConfigError, match="has several columns: give one of them"):
        filter_texts(table)
