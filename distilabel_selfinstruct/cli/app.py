"""The commands. Each lives in a module of its own, which is imported when it is called."""

from typing import Annotated

import typer

from distilabel_selfinstruct import __version__
from distilabel_selfinstruct.cli.interrupts import stop_by_exception
from distilabel_selfinstruct.cli.lazy_commands import LazyCommand, lazy_group
from distilabel_selfinstruct.cli.screen import say

COMMANDS = (
    LazyCommand(
        "run",
        "Generate instructions and instances with a model, and write them to a folder.",
        f"{__package__}.run:run",
        f"{__package__}.run_options:RunCommand",
    ),
    LazyCommand(
        "status",
        "How far a run is: while it works, after it was interrupted, or when it is done.",
        f"{__package__}.status:status",
    ),
    LazyCommand(
        "show",
        "Read what a run made: instructions with instances, what was dropped, and prompts with their completions.",
        f"{__package__}.show:show",
    ),
    LazyCommand(
        "rejections", "What a run dropped, by stage and rule, with examples.", f"{__package__}.status:rejections"
    ),
    LazyCommand(
        "filter",
        "Drop near-duplicates from any dataset, by exact ROUGE-L.",
        f"{__package__}.filter:filter_",
        f"{__package__}.filter:FilterCommand",
    ),
    LazyCommand(
        "convert",
        "Make rows to train on of Super-NaturalInstructions or PromptSource: the baselines of section 4.3.",
        f"{__package__}.convert:convert",
    ),
    LazyCommand("export", "Write a run, or any dataset, as a file to fine-tune with.", f"{__package__}.export:export"),
    LazyCommand(
        "finetune",
        "Fine-tune a model on a run with the paper's values: TRL's SFTTrainer, on a CPU or a GPU.",
        f"{__package__}.finetune:finetune",
    ),
    LazyCommand(
        "regenerate",
        "Have a stronger model rewrite the outputs of a run, as in section 4.5 of the paper.",
        f"{__package__}.regenerate:regenerate",
    ),
    LazyCommand(
        "publish",
        "Publish a run as a dataset on the Hugging Face Hub, with a card that says how it was made and how good it is. "
        "The token is HF_TOKEN, or that of hf auth login.",
        f"{__package__}.publish:publish",
    ),
    LazyCommand(
        "report",
        "Describe a run or another dataset as the paper does: tables and figures on a page.",
        f"{__package__}.report:report",
    ),
    LazyCommand(
        "models",
        "Show the engines that are installed, the models found on this machine, and what to type to use them.",
        f"{__package__}.models:models",
    ),
    LazyCommand(
        "predict",
        "Have a model answer tasks, as sections 4.3 and 4.4 of the paper do, and keep the answers for `evaluate`.",
        f"{__package__}.predict:predict",
    ),
    LazyCommand(
        "evaluate",
        "Score answers of models against references: ROUGE and exact match, as in section 4.3 of the paper.",
        f"{__package__}.evaluate:evaluate",
    ),
    LazyCommand(
        "parse",
        "Read model responses from a file, without asking a model: tune a prompt on responses that you have paid for.",
        f"{__package__}.parse:app",
    ),
    LazyCommand(
        "language",
        "Language packs: list them, look at one, make one, check one, try one with a model.",
        f"{__package__}.language:app",
    ),
    LazyCommand("prompts", "The prompts: copy the packaged ones, to change them.", f"{__package__}.prompts:app"),
    LazyCommand(
        "seeds",
        "Check a file of seed tasks, make one of rows that you have, or copy the packaged ones.",
        f"{__package__}.seeds:app",
    ),
    LazyCommand(
        "review",
        "Let people rate the data of a run in Argilla, and keep the rows that they find good.",
        f"{__package__}.review:app",
    ),
)

app = typer.Typer(
    name="selfinstruct",
    cls=lazy_group(COMMANDS),
    help="Instruction data that a language model makes of itself: Self-Instruct (arXiv 2212.10560) on distilabel.",
    epilog="Try it without a model or a key: selfinstruct run --output demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        say(f"distilabel-selfinstruct {__version__}")
        raise typer.Exit


@app.callback()
def selfinstruct(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Before a command; the option answers by itself."""
    del version
    if context.invoked_subcommand != "run":
        stop_by_exception()
