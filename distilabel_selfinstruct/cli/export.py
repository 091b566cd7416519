"""`selfinstruct export`: a file to fine-tune with."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    Include,
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
    from distilabel_selfinstruct.exporting import ExportedSubset, ExportResult, ReviewCounts


def export(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The folder of a run; or a file, dataset folder or Hub id with rows."),
    ],
    format: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="What the trainer reads. Default with --trainer: what fits base models."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write. Default: DIR/export/FORMAT.jsonl."),
    ] = None,
    trainer: Annotated[
        Literal["trl", "axolotl", "llama-factory"] | None,
        typer.Option(help="Also write a configuration that trains on the rows with the paper's values."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="PATH|HUB", help="--trainer: the base model. Default: HuggingFaceTB/SmolLM2-135M, to try it."
        ),
    ] = None,
    instructions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIZE,...",
            help="Write subsets as NAME.SIZE.jsonl, each within the next and with the seeds: numbers of generated "
            "instructions, `seeds` for none, `all`.",
        ),
    ] = None,
    include: Include = None,
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
        trainer=trainer,
        model=model or exporting.DEFAULT_MODEL,
        instructions=instructions or (),
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
    trained = [part.train for part in _parts(result) if part.train is not None]
    if any(finding.severity == "error" for file in trained for finding in file.findings):
        raise typer.Exit(1)  # the file is written, and OpenAI refuses it


def _lines(result: "ExportResult") -> Iterator[str]:
    if result.unfinished:
        yield f"The run {result.unfinished} Only what it has so far is exported."
    if result.review is not None:
        yield from _review_lines(result.review)
    parts = _parts(result)
    written = [file for part in parts for file in (part.train, part.test) if file is not None]
    for part in parts:
        yield from _part_lines(part)
    if result.rejected is not None:
        ranked = sorted(result.reasons.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{count:,} {reason}" for reason, count in ranked)
        yield f"{result.rejected.num_rows:,} left out ({listed}): {result.rejected.path}"
    for file in written:
        for finding in file.findings:
            location = f"{file.path}, line {finding.line}" if finding.line else f"{file.path}"
            yield f"{location}: {finding.severity}: {finding.message}."


def _parts(result: "ExportResult") -> "tuple[ExportResult | ExportedSubset, ...]":
    return result.subsets or (result,)


def _part_lines(part: "ExportResult | ExportedSubset") -> Iterator[str]:
    count = getattr(part, "num_instructions", None)
    with_count = "" if count is None else f" with {count:,} generated instruction{'s' * (count != 1)}"
    for file in filter(None, (part.train, part.test)):
        yield f"{file.num_rows:,} {'row' if file.num_rows == 1 else 'rows'}{with_count}: {file.path}"
    if part.config is not None:
        yield f"To train: cd {shlex.quote(str(part.config.path.parent))} && {part.config.command}"


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
