"""`DIR/review/push.json`: what was pushed of a run, where to, and what could not be. It holds no secret."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError
from distilabel_selfinstruct.files import atomic, jsonl, run_layout


@dataclass(frozen=True, slots=True)
class PushedDataset:
    """A dataset that was pushed to. `rater` is the one it was assigned to; None: everybody in the workspace rates it.

    `url` is the page where it is rated, `records` are the ids of all records that were ever pushed to it; while a push
    is not complete, of those too that it is about to send.
    """

    name: str
    workspace: str
    rater: str | None
    url: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushed:
    """All that was pushed of a run, by this push and those before.

    `datasets` are all datasets that may hold ratings of the run, the latest push's first. `options` are the latest
    push's (dataset, workspace, sample, seed, …), `counts` its numbers of rows, and `failed` its rows that are not in
    Argilla, with their reasons. `complete` is False while a push is under way, and after one that was cut off.
    """

    url: str
    datasets: tuple[PushedDataset, ...]
    options: Mapping[str, Any]
    counts: Mapping[str, int]
    failed: tuple[Mapping[str, Any], ...] = ()
    complete: bool = True

    def assignment(self, names: Iterable[str]) -> dict[str, set[str]]:
        """The raters of each record in those datasets that were assigned to one."""
        wanted, raters = set(names), dict[str, set[str]]()
        for dataset in self.datasets:
            if dataset.rater is not None and dataset.name in wanted:
                for record in dataset.records:
                    raters.setdefault(record, set()).add(dataset.rater)
        return raters


def read_pushed(folder: Path) -> Pushed | None:
    """What was pushed of the run in a folder; None if nothing was.

    Raises:
        RunFolderError: the file cannot be read, or holds something else.
    """
    path = folder / run_layout.PUSHED
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        datasets = tuple(
            PushedDataset(entry["name"], entry["workspace"], entry["rater"], entry["url"], tuple(entry["records"]))
            for entry in content["datasets"]
        )
        return Pushed(
            url=content["url"],
            datasets=datasets,
            options=content["options"],
            counts=content["counts"],
            failed=tuple(content["failed"]),
            complete=content["complete"],
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFolderError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunFolderError(
            f"{path} is damaged ({type(error).__name__}: {error}): push again with the same dataset name."
        ) from error


def write_pushed(folder: Path, pushed: Pushed) -> None:
    """Write what was pushed; the file that was there is replaced when it is complete.

    Raises:
        RunFolderError: it cannot be written.
    """
    path = folder / run_layout.PUSHED
    try:
        path.parent.mkdir(exist_ok=True)
        atomic.write(path, jsonl.dumps(asdict(pushed)) + "\n")
    except OSError as error:
        raise RunFolderError(f"Cannot write {path}: {error.strerror or error}.") from error


def merged(datasets: Iterable[PushedDataset], earlier: Iterable[PushedDataset]) -> tuple[PushedDataset, ...]:
    """The datasets of a push with what earlier ones pushed to them, and then the others of the earlier ones."""
    before = {(dataset.workspace, dataset.name): dataset for dataset in earlier}
    together = []
    for dataset in datasets:
        there = before.pop((dataset.workspace, dataset.name), None)
        records = dict.fromkeys((*(there.records if there else ()), *dataset.records))
        together.append(PushedDataset(dataset.name, dataset.workspace, dataset.rater, dataset.url, tuple(records)))
    return (*together, *before.values())
