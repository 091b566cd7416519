"""The card's YAML header: what the Hub's search, its viewer and `load_dataset` read."""

from collections.abc import Sequence
from typing import Any

import yaml

from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.rows.configs import Kind, TableConfig
from distilabel_selfinstruct.hub.rows.parquet import Written

TAGS = ("distilabel", "self-instruct", "synthetic")

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def size_category(num_rows: int) -> str:
    """The Hub's name for a number of rows."""
    return next((name for limit, name in _SIZES if num_rows < limit), "1M<n<10M")


def front_matter(
    tables: Sequence[tuple[TableConfig, Written]],
    *,
    license: License,
    languages: Sequence[str],
    title: str,
    tags: Sequence[str] = (),
) -> str:
    """The header, without the lines around it.

    Args:
        tables: the configurations, the default one first.
        license: what the dataset is published under.
        languages: BCP-47 tags.
        title: the dataset's name in words.
        tags: more than the usual.
    """
    licensed = {"license": license.id}
    if license.id == "other":
        licensed |= {"license_name": license.name, "license_link": license.link}
    header: dict[str, Any] = {
        **licensed,
        **({"language": list(languages)} if languages else {}),
        "pretty_name": title,
        "size_categories": [size_category(tables[0][1].num_rows)],
        "task_categories": ["text-generation"],
        "tags": [*TAGS, *tags],
        "configs": [_config(config, is_default=number == 0) for number, (config, _) in enumerate(tables)],
        "dataset_info": [_info(config, written) for config, written in tables],
    }
    text: str = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.strip()


def _config(config: TableConfig, *, is_default: bool) -> dict[str, Any]:
    files = {"data_files": [{"split": "train", "path": f"{config.name}/train-*.parquet"}]}
    return {"config_name": config.name, **files, **({"default": True} if is_default else {})}


def _info(config: TableConfig, written: Written) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "features": [_feature(name, kind) for name, (kind, _) in config.columns.items()],
        "splits": [{"name": "train", "num_bytes": written.num_bytes, "num_examples": written.num_rows}],
        "download_size": written.download_size,
        "dataset_size": written.num_bytes,
    }


def _feature(name: str, kind: Kind) -> dict[str, Any]:
    if kind == "messages":
        return {"name": name, "list": [{"name": "role", "dtype": "string"}, {"name": "content", "dtype": "string"}]}
    return {"name": name, "dtype": kind}
