"""`selfinstruct finetune`: a model that is trained on a run."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from distilabel_selfinstruct.cli.interrupts import saying_after
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
from distilabel_selfinstruct.cli.screen import say, working
from distilabel_selfinstruct.records import RESUME


def finetune(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="The folder of a run; rows, as for export; or a file in the format trl-prompt-completion.",
        ),
    ],
    model: Annotated[
        str,
        typer.Option(metavar="PATH|HUB", help="The base model: a folder, a GGUF file, gguf:NAME, or a Hub id."),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="DIR", help="A new folder, or that of a training, which is resumed."),
    ],
    method: Annotated[
        Literal["lora", "full"],
        typer.Option(help="full trains all weights, as in the paper; lora needs a fraction of the memory."),
    ] = "lora",
    num_epochs: Annotated[float, typer.Option(min=0.01, help="How often each row is seen.")] = 2,
    learning_rate: Annotated[
        float | None, typer.Option(min=0, help="The first rate. Default: 2e-4 for lora, 2e-5 for full.")
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Rows to a step. Default: 0.2% of the rows, but at least 8 and at most 256."),
    ] = None,
    random_seed: Annotated[int, typer.Option(help="Fixes order, wordings and first weights.")] = 42,
    instructions: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Only so many generated instructions, and the seeds; `seeds` for none."),
    ] = None,
    without_seeds: Annotated[
        bool, typer.Option("--without-seeds", help="Not the seed tasks of the run, which the paper trained on too.")
    ] = False,
    include: Include = None,
    leave_out_unfit: Annotated[
        bool, typer.Option("--leave-out-unfit", help="Leave out rows that cannot be trained on whole.")
    ] = False,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Tasks to be scored on: say which rows hold their texts. Repeatable."),
    ] = None,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="auto takes a GPU if there is one.")] = "auto",
    column: InstructionColumn = None,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
) -> None:
    """Check on every row that exactly the completion and the end token are trained on; then train, and write a model.

    Run the same command again to resume from the last checkpoint. finetune.json says what was done; loss.svg shows the
    loss.
    """
    from rich import get_console

    # Read when torch is imported: its threads else wait by turning in circles, and hold up whatever else runs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from distilabel_selfinstruct.finetuning import TrainingProgress
    from distilabel_selfinstruct.finetuning import finetune as train

    def say_how_to_resume() -> None:
        if any((output / "checkpoints").glob("checkpoint-*")):
            say(f"What was trained is in {output / 'checkpoints'}. {RESUME}")

    with (
        working(get_console(), "loading the model and checking the rows") as tell,
        saying_after(say_how_to_resume),
    ):

        def show_step(progress: TrainingProgress) -> None:
            tell(f"step {progress.step:,} of {progress.num_steps:,}, loss {progress.loss:.3f}")

        result = train(
            source,
            model,
            output,
            method=method,
            num_epochs=num_epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            random_seed=random_seed,
            instructions=instructions,
            include_seeds=not without_seeds,
            include=include or (),
            leave_out_unfit=leave_out_unfit,
            against=against or (),
            device=device,
            on_progress=show_step,
            tell=say,
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows, column=column),
        )
    if result.steps:
        first, last = result.steps[0].loss, result.steps[-1].loss
        say(f"Loss: {first:.3f} at the first step, {last:.3f} at step {len(result.steps):,} ({result.folder}/loss.svg)")
    say(
        f"Trained on {result.num_rows:,} rows, {result.num_tokens:,} tokens ({result.num_trained_tokens:,} of "
        f"completions), in {result.seconds:,.0f} seconds."
    )
    say(f"The tuned model: {result.folder} (--llm transformers:{result.folder})")
