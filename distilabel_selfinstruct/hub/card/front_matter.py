"""The YAML header of the card, which the Hub's search, its viewer and `load_dataset` read."""

from collections.abc import Sequence
from typing import Any

import yaml

from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.rows.configs import Kind
from distilabel_selfinstruct.hub.rows.parquet import WrittenTable

TAGS = ("distilabel", "self-instruct", "synthetic")

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def size_category(num_rows: int) -> str:
    """The Hub's name for a dataset of this size."""
    return next((name for limit, name in _SIZES if num_rows < limit), "1M<n<10M")


def front_matter(
    tables: Sequence[WrittenTable],
    *,
    license: License,
    languages: Sequence[str],
    title: str,
    tags: Sequence[str] = (),
) -> str:
    """The header, without the lines around it.

    Args:
        tables: the tables, the default one first.
        license: the license of the dataset.
        languages: BCP-47 tags.
        title: the name of the dataset in words.
        tags: tags beside `TAGS`.
    """
    licensed = {"license": license.id}
    if license.id == "other":
        licensed |= {"license_name": license.name, "license_link": license.link}
    header: dict[str, Any] = {
        **licensed,
        **({"language": list(languages)} if languages else {}),
        "pretty_name": title,
        "size_categories": [size_category(tables[0].num_rows)],
        "task_categories": ["text-generation"],
        "tags": [*TAGS, *tags],
        "configs": [_config(table, is_default=table is tables[0]) for table in tables],
        "dataset_info": [_info(table) for table in tables],
    }
    text: str = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.strip()


def _config(table: WrittenTable, *, is_default: bool) -> dict[str, Any]:
    name = table.config.name
    files = {"data_files": [{"split": "train", "path": f"{name}/train-*.parquet"}]}
    return {"config_name": name, **files, **({"default": True} if is_default else {})}


def _info(table: WrittenTable) -> dict[str, Any]:
    return {
        "config_name": table.config.name,
        "features": [_feature(name, column.kind) for name, column in table.config.columns.items()],
        "splits": [{"name": "train", "num_bytes": table.num_bytes, "num_examples": table.num_rows}],
        "download_size": table.download_size,
        "dataset_size": table.num_bytes,
    }


def _feature(name: str, kind: Kind) -> dict[str, Any]:
    if kind == "messages":
        return {"name": name, "list": [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}]}
    return {"name": name, "dtype": kind}
