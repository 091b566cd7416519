"""`DIR/review/push.json`: what was pushed, to which datasets, and which rows could not be. It holds no secret."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import RunFolderError, reading, writing
from distilabel_selfinstruct.files import atomic, jsonl, run_layout
from distilabel_selfinstruct.files.shared_files import are_leased, exclusively
from distilabel_selfinstruct.review.argilla.records import FailedRow
from distilabel_selfinstruct.review.argilla.settings import NAMES


@dataclass(frozen=True, slots=True)
class PushedDataset:
    """A dataset that received records.

    `rater` is the rater it was assigned to, or None if everybody in the workspace rates it. `url` is the page where
    people rate. `records` are the ids of all records that were ever pushed to it; until the push is complete, also the
    ids of the records that are still to be sent.
    """

    name: str
    workspace: str
    rater: str | None
    url: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushed:
    """All that was pushed of a run, by the latest push and by earlier ones.

    Attributes:
        url: the address of Argilla.
        datasets: all datasets that may hold ratings of the run, those of the latest push first.
        options: the options of the latest push (dataset, workspace, sample, random_seed, …).
        counts: the numbers of the latest push, as in `PushResult.counts`.
        failed: the rows of the latest push that are not in Argilla.
        complete: False until the latest push has ended, and forever if it was interrupted.
    """

    url: str
    datasets: tuple[PushedDataset, ...]
    options: Mapping[str, Any]
    counts: Mapping[str, int]
    failed: tuple[FailedRow, ...] = ()
    complete: bool = True

    @property
    def settings(self) -> str:
        """The name or the file of the settings that say what raters were asked."""
        return str(self.options.get("settings", NAMES[0]))

    def assignment(self, names: Iterable[str]) -> dict[str, set[str]]:
        """The raters of each record in these datasets, as far as the datasets were assigned to a rater."""
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
        with reading(path, RunFolderError):
            if not path.exists():
                return None
            content = json.loads(path.read_text(encoding="utf-8"))
        return Pushed(
            url=content["url"],
            datasets=tuple(_dataset(entry) for entry in content["datasets"]),
            options=dict(content["options"]),
            counts=dict(content["counts"]),
            failed=tuple(FailedRow(**entry) for entry in content["failed"]),
            complete=content["complete"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunFolderError(
            f"{path} is damaged ({type(error).__name__}: {error}): remove it, and push again with the same dataset "
            "name.",
            path,
        ) from error


def _dataset(entry: Mapping[str, Any]) -> PushedDataset:
    return PushedDataset(entry["name"], entry["workspace"], entry["rater"], entry["url"], tuple(entry["records"]))


def record_push(folder: Path, pushed: Pushed) -> None:
    """Write what was pushed, with the datasets that `push.json` has from other pushes.

    It is read, changed and written under a lock: of two pushes at the same time none loses the datasets of the other.

    Raises:
        RunFolderError: `push.json` is damaged.
        OutputFileError: the file cannot be written.
    """
    path = folder / run_layout.PUSHED
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        with exclusively(folder / run_layout.PUSH_LOCK, by_lease=are_leased(folder)):
            earlier = read_pushed(folder)
            datasets = merge_datasets(pushed.datasets, earlier.datasets if earlier else ())
            atomic.write(path, jsonl.dumps(asdict(replace(pushed, datasets=datasets))) + "\n")


def merge_datasets(latest: Iterable[PushedDataset], earlier: Iterable[PushedDataset]) -> tuple[PushedDataset, ...]:
    """The datasets of the latest push, with the records of earlier pushes, and then the other earlier datasets."""
    before = {(dataset.workspace, dataset.name): dataset for dataset in earlier}
    merged = []
    for dataset in latest:
        known = before.pop((dataset.workspace, dataset.name), None)
        records = dict.fromkeys((*(known.records if known else ()), *dataset.records))
        merged.append(PushedDataset(dataset.name, dataset.workspace, dataset.rater, dataset.url, tuple(records)))
    return (*merged, *before.values())
