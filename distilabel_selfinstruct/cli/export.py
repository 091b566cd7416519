"""`selfinstruct export`: a file to fine-tune with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from distilabel_selfinstruct.errors import ConfigError, InputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.tables import read_rows
from distilabel_selfinstruct.formatting import (
    END_OF_TEXT,
    Format,
    FormatOptions,
    Formatted,
    Join,
    check_openai_file,
    format_rows,
    seed_rows,
)
from distilabel_selfinstruct.formatting.selection import Selection, select
from distilabel_selfinstruct.ratings.decision_file import INCLUDABLE, parse_included, read_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Mode
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

HELP = "Write a run, or any dataset, as a file to fine-tune with."

Row = dict[str, Any]


def export(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The folder of a run; or a file, dataset folder or Hub id with rows."),
    ],
    format: Annotated[Format, typer.Option("--format", "-f", help="What the trainer reads.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="By default DIR/export/FORMAT.jsonl."),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="DECISION", help="After a review: `undecided` or `dropped` rows too. Can be repeated."),
    ] = None,
    with_seeds: Annotated[
        bool, typer.Option("--with-seeds", help="The run's seed tasks too, as in the paper.")
    ] = False,
    seeds: Annotated[Path | None, typer.Option(metavar="FILE", help="The seed tasks of this file too.")] = None,
    mode: Annotated[
        Mode, typer.Option(help="self-instruct, trl-prompt-completion: strict changes inputs as the reference does.")
    ] = "default",
    seed: Annotated[int, typer.Option(help="Fixes order, wording and test rows.")] = 42,
    system_prompt: Annotated[str, typer.Option(metavar="TEXT", help="Chat formats: begins each conversation.")] = "",
    join: Annotated[
        Join, typer.Option(help="Chat formats: what stands between instruction and input; labelled adds `Input: `.")
    ] = "blank-line",
    end_of_text: Annotated[
        str, typer.Option(metavar="TEXT", help="self-instruct: closes each completion.")
    ] = END_OF_TEXT,
    test_fraction: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the instructions that goes to NAME.test.jsonl instead.")
    ] = 0.0,
    split: Annotated[str | None, typer.Option(help="Which split, if SOURCE is a dataset with several.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files outside DIR/export.")] = False,
) -> None:
    """Rows in an order and a wording that --seed fixes. What is left out is in NAME.rejected.jsonl.

    A run that people reviewed is exported as they decided: rows kept, with corrected outputs.
    """
    options = FormatOptions(
        format=format, mode=mode, seed=seed, system_prompt=system_prompt, join=join, end_of_text=end_of_text
    )
    target = _target(source, output, format, overwrite=overwrite)
    wanted = parse_included(include or ())
    rows, selection = _rows(source, split, wanted)
    made = format_rows([*rows, *_seed_rows(source, seeds, with_seeds=with_seeds)], options, test_fraction=test_fraction)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files = _write(target, made, selection, split=test_fraction > 0)
    except OSError as error:
        raise RunFolderError(f"Cannot write {target}: {error.strerror or error}.") from error
    if selection is not None:
        _print_review(selection, wanted)
    if not made.train and not made.test:
        why = f"{files['rejected']} says why for each" if files["rejected"].exists() else "it has none"
        raise InputFileError(f"No row of {source} can be exported: {why}.")
    _print_files(made, selection, files)
    if format == "openai":
        _print_findings(files)


def _target(source: str, output: Path | None, format: Format, *, overwrite: bool) -> Path:
    path = Path(source)
    if output is None and (path / run_layout.DESCRIPTION).exists():
        return path / run_layout.EXPORT / f"{format}.jsonl"
    if output is None and not path.is_file():
        raise ConfigError(f"{source} is no run and no file here: say with --output where to write.")
    target = output or path.with_name(f"{path.stem}.{format}.jsonl")
    for file in _files(target).values():
        if file.is_dir() or (path.is_file() and file.exists() and file.samefile(path)):
            raise ConfigError(f"{file} cannot be replaced: choose another name with --output.")
        if file.exists() and not overwrite:
            raise ConfigError(f"{file} exists: choose another name with --output, or replace it with --overwrite.")
    return target


def _files(target: Path) -> dict[str, Path]:
    names = {"train": "", "test": ".test", "rejected": ".rejected"}
    return {name: target.with_name(f"{target.stem}{part}.jsonl") if part else target for name, part in names.items()}


def _rows(source: str, split: str | None, include: Sequence[DecisionStatus]) -> tuple[Iterable[Row], Selection | None]:
    """The rows to export, and how they were selected if people reviewed them."""
    folder = Path(source)
    if not (folder / run_layout.DESCRIPTION).exists():
        _refuse_include(source, include)
        return read_rows(source, split), None
    instances, decisions = folder / run_layout.INSTANCES, folder / run_layout.DECISIONS
    if not instances.exists():
        raise RunFolderError(f"{folder} has no {instances.name} yet: let the run end, then export it.")
    if not decisions.exists():
        _refuse_include(source, include)
        return jsonl.read(instances), None
    selection = select(jsonl.read(instances), read_decisions(decisions), include)
    return selection.rows, selection


def _refuse_include(source: str, include: Sequence[DecisionStatus]) -> None:
    if named := " or ".join(include):
        raise ConfigError(f"{source} has no review, so no row is {named}: leave out --include.")


def _seed_rows(source: str, seeds: Path | None, *, with_seeds: bool) -> Iterable[Row]:
    if seeds is not None:
        return seed_rows(load_seed_tasks(seeds))
    if not with_seeds:
        return ()
    if not (Path(source) / run_layout.DESCRIPTION).exists():
        raise ConfigError(f"{source} is no run, so its seed tasks are not known: name their file with --seeds.")
    from distilabel_selfinstruct.config import described_run

    return seed_rows(load_seed_tasks(described_run(Path(source))[1].seed_tasks))


def _write(target: Path, made: Formatted, selection: Selection | None, *, split: bool) -> dict[str, Path]:
    """Write the files, each whole; those of an earlier export that are not wanted now go."""
    left_out = selection.left_out if selection else []
    rejected = [{**one.row, "reason": one.status.value, "detail": one.detail} for one in left_out]
    rejected += [
        {**one.row, "reason": one.rejection.reason.value, "detail": one.rejection.detail} for one in made.rejected
    ]
    files = _files(target)
    for name, rows in (("train", made.train), ("test", made.test if split else ()), ("rejected", rejected)):
        if rows:
            jsonl.write(files[name], rows)
        else:
            files[name].unlink(missing_ok=True)
    return files


def _print_review(selection: Selection, include: Sequence[DecisionStatus]) -> None:
    counts = ", ".join(f"{selection.counts[status]:,} {status}" for status in (DecisionStatus.KEPT, *INCLUDABLE))
    typer.echo(f"As the review decided: {counts}; {selection.num_corrected:,} with a corrected output.")
    for status in include:
        typer.echo(f"The {selection.counts[status]:,} {status} rows are exported too (--include {status}).")
    for status in INCLUDABLE:
        if selection.counts[status] and status not in include:
            count = selection.counts[status]
            typer.echo(f"The {count:,} {status} rows are left out (--include {status} exports them).")
    if selection.num_unknown:
        typer.echo(f"{selection.num_unknown:,} decisions are on rows that the run no longer has.")


def _print_files(made: Formatted, selection: Selection | None, files: dict[str, Path]) -> None:
    for name, rows in (("train", made.train), ("test", made.test)):
        if rows:
            typer.echo(f"{len(rows):,} rows: {files[name]}")
    reasons: Counter[str] = Counter(made.reasons)
    reasons.update(one.status.value for one in (selection.left_out if selection else ()))
    if reasons:
        listed = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        typer.echo(f"{reasons.total():,} left out ({listed}): {files['rejected']}")


def _print_findings(files: dict[str, Path]) -> None:
    for name in ("train", "test"):
        if files[name].exists():
            for finding in check_openai_file(files[name]):
                place = f"{files[name]}, line {finding.line}" if finding.line else f"{files[name]}"
                typer.echo(f"{place}: {finding.severity}: {finding.message}.")
