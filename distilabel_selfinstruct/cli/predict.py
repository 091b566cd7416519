"""`selfinstruct predict`: a model's answers to tasks that can be scored."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.reading_options import (
    ColumnMap,
    Delimiter,
    Encoding,
    Split,
    StrictRows,
    reading_arguments,
)
from distilabel_selfinstruct.cli.run import STOPPED_STATUS
from distilabel_selfinstruct.cli.run_options import overrides_of, takes_asking_options
from distilabel_selfinstruct.cli.sampling import Sampling, sampling_of
from distilabel_selfinstruct.cli.screen import line, warn, working

if TYPE_CHECKING:
    from distilabel_selfinstruct.running.asking import AskingProgress
    from distilabel_selfinstruct.running.predicting import Predictions

PROMPT = "The prompt"


@takes_asking_options
def predict(
    tasks: Annotated[
        str,
        typer.Argument(
            help="Rows with instruction, input and references; seed tasks, such as the paper's 252; a run folder; or "
            "superni:FOLDER[:test|:train][:100], a clone of natural-instructions."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="JSON Lines: a new file, or one to resume.")
    ],
    prompt: Annotated[
        Literal["superni", "user-oriented", "self-instruct", "chat"] | None,
        typer.Option(
            help="The wording. superni: as Super-NaturalInstructions has it. user-oriented: as the paper has it for "
            "its 252 tasks. self-instruct: the first wording of training rows. chat: a message of a user. Default: "
            "superni for its tasks, else user-oriented.",
            rich_help_panel=PROMPT,
        ),
    ] = None,
    positive_examples: Annotated[
        int, typer.Option(min=0, help="Right examples in a superni prompt.", rich_help_panel=PROMPT)
    ] = 0,
    negative_examples: Annotated[
        int, typer.Option(min=0, help="Wrong examples in a superni prompt.", rich_help_panel=PROMPT)
    ] = 0,
    explanations: Annotated[
        bool,
        typer.Option("--explanations", help="Show why these examples are right or wrong.", rich_help_panel=PROMPT),
    ] = False,
    max_prompt_tokens: Annotated[
        int,
        typer.Option(
            min=0,
            help="The most tokens of a superni prompt, counted by GPT-2; its end is cut off. 0: no limit.",
            rich_help_panel=PROMPT,
        ),
    ] = 1024,
    tokenizer_path: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The folder with vocab.json and merges.txt of GPT-2, where superni prompts may be too long.",
            rich_help_panel=PROMPT,
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(help="Whose wordings self-instruct takes: a language or a pack.", rich_help_panel=PROMPT),
    ] = "en",
    definitions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Task definitions of Super-NaturalInstructions, for rows that only name their task.",
            rich_help_panel=PROMPT,
        ),
    ] = None,
    decoding: Sampling = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over: replace the answers in the file.")] = False,
    columns: ColumnMap = None,
    split: Split = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    strict_rows: StrictRows = False,
    **given: Any,
) -> None:
    """Answer the tasks. What was answered is kept beside the file. Run the same command again to resume."""
    from rich import get_console

    from distilabel_selfinstruct.config import load_config
    from distilabel_selfinstruct.evaluation import PromptOptions, TaskPrompt, superni_source
    from distilabel_selfinstruct.reading import summary

    is_superni = superni_source(tasks) is not None or definitions is not None
    options = PromptOptions(
        TaskPrompt(prompt or ("superni" if is_superni else "user-oriented")),
        positive_examples=positive_examples,
        negative_examples=negative_examples,
        explanations=explanations,
        max_prompt_tokens=max_prompt_tokens,
        tokenizer_path=tokenizer_path,
        language=language,
    )
    sampling = sampling_of(decoding)
    config = load_config(None, overrides_of(given))
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")  # distilabel reads it when it is imported
    from distilabel_selfinstruct.running.predicting import predict as predict_tasks

    console = get_console()
    with working(console, "reading the tasks") as tell:
        result = predict_tasks(
            tasks,
            output,
            config,
            prompt=options,
            decoding=sampling,
            definitions=definitions,
            fresh=fresh,
            on_progress=lambda progress: tell(_in_words(progress)),
            tell=lambda text: line(console, with_flags(text)),
            **reading_arguments(columns, split, delimiter, encoding, strict_rows=strict_rows),
        )
    line(console, _ending(result))
    warn(summary(result.skipped))
    if result.stop_reason:
        warn(f"Stopped: {with_flags(result.stop_reason)}")
        raise typer.Exit(STOPPED_STATUS)


def _in_words(progress: "AskingProgress") -> str:
    failed = f", {progress.failed:,} failed" if progress.failed else ""
    return f"{progress.done:,} of {progress.requests:,} answers{failed}"


def _ending(result: "Predictions") -> str:
    from distilabel_selfinstruct.config.pricing import in_dollars

    progress = result.progress
    cost = "" if progress.cost is None else f", {in_dollars(progress.cost)}"
    tokens = f"{progress.tokens.input:,} tokens in, {progress.tokens.output:,} out{cost}"
    return f"{result.file}: {result.num_answered:,} of {progress.requests:,} tasks answered; {tokens}."
