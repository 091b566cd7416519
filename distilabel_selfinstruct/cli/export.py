"""`selfinstruct export`: a file to fine-tune with."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    InstructionColumn,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.screen import say, warn
from distilabel_selfinstruct.formatting import END_OF_TEXT, Format, Join
from distilabel_selfinstruct.ratings.decision_file import INCLUDABLE
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Mode

if TYPE_CHECKING:
    from distilabel_selfinstruct.exporting import ExportResult, ReviewCounts

HELP = "Write a run, or any dataset, as a file to fine-tune with."


def export(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The folder of a run; or a file, dataset folder or Hub id with rows."),
    ],
    format: Annotated[Format, typer.Option("--format", "-f", help="What the trainer reads.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write. Default: DIR/export/FORMAT.jsonl."),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="DECISION", help="After a review: also the `undecided` or `dropped` rows. Repeatable."),
    ] = None,
    include_seeds: Annotated[
        bool, typer.Option("--include-seeds", help="Also the seed tasks of the run, as in the paper.")
    ] = False,
    seed_tasks: Annotated[Path | None, typer.Option(metavar="FILE", help="Also the seed tasks in this file.")] = None,
    mode: Annotated[
        Mode, typer.Option(help="self-instruct, trl-prompt-completion: strict changes inputs as the reference does.")
    ] = "default",
    random_seed: Annotated[int, typer.Option(help="Fixes order, wordings and test rows.")] = 42,
    system_prompt: Annotated[str, typer.Option(metavar="TEXT", help="Chat formats: begins each conversation.")] = "",
    join: Annotated[
        Join, typer.Option(help="Chat formats: what stands between instruction and input; labeled adds `Input: `.")
    ] = "blank-line",
    end_of_text: Annotated[
        str, typer.Option(metavar="TEXT", help="self-instruct: closes each completion.")
    ] = END_OF_TEXT,
    test_fraction: Annotated[
        float, typer.Option(min=0, max=1, help="The share of instructions that goes to NAME.test.jsonl instead.")
    ] = 0.0,
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files outside DIR/export.")] = False,
) -> None:
    """Write rows in an order and a wording that --random-seed fixes. Rows that are left out are in NAME.rejected.jsonl.

    Of a run that people reviewed, the kept rows are exported, with corrected outputs.
    """
    from distilabel_selfinstruct import exporting
    from distilabel_selfinstruct.reading import summary

    result = exporting.export(
        source,
        format,
        output,
        include=include or (),
        include_seeds=include_seeds,
        seed_tasks=seed_tasks,
        mode=mode,
        random_seed=random_seed,
        system_prompt=system_prompt,
        join=join,
        end_of_text=end_of_text,
        test_fraction=test_fraction,
        overwrite=overwrite,
        **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows, column=column),
    )
    for line in _lines(result):
        say(line)
    warn(summary(result.skipped, result.rejected.path if result.rejected else None))


def _lines(result: "ExportResult") -> Iterator[str]:
    if result.unfinished:
        yield f"The run {result.unfinished} Only what it has so far is exported."
    if result.review is not None:
        yield from _review_lines(result.review)
    written = [file for file in (result.train, result.test) if file is not None]
    for file in written:
        yield f"{file.num_rows:,} {'row' if file.num_rows == 1 else 'rows'}: {file.path}"
    if result.rejected is not None:
        ranked = sorted(result.reasons.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{count:,} {reason}" for reason, count in ranked)
        yield f"{result.rejected.num_rows:,} left out ({listed}): {result.rejected.path}"
    for file in written:
        for finding in file.findings:
            location = f"{file.path}, line {finding.line}" if finding.line else f"{file.path}"
            yield f"{location}: {finding.severity}: {finding.message}."


def _review_lines(review: "ReviewCounts") -> Iterator[str]:
    counts = review.counts
    listed = ", ".join(f"{counts.get(status, 0):,} {status}" for status in (DecisionStatus.KEPT, *INCLUDABLE))
    yield f"As the review decided: {listed}; {review.num_corrected:,} with a corrected output."
    for status in review.included:
        yield f"The {counts.get(status, 0):,} {status} rows are exported too (--include {status})."
    for status in INCLUDABLE:
        if counts.get(status) and status not in review.included:
            yield f"The {counts[status]:,} {status} rows are left out (--include {status} exports them)."
    if review.num_unknown:
        yield f"{review.num_unknown:,} decisions are on rows that the run no longer has."
