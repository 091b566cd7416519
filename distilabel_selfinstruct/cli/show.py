"""`selfinstruct show`: the data of a run, to read in the terminal or to browse on a page."""

import random
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.screen import line, paged
from distilabel_selfinstruct.errors import ConfigError, writing
from distilabel_selfinstruct.files import atomic, run_layout
from distilabel_selfinstruct.records import Reason, Stage

if TYPE_CHECKING:
    from rich.console import Console

    from distilabel_selfinstruct.reporting.entries import Entry

INDENT = "    "


def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")],
    stage: Annotated[
        str | None, typer.Option(help="The prompts and completions of this stage, and what was dropped of each.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="What was dropped for this reason, such as near_duplicate.")
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only so many, drawn at random.")] = None,
    random_seed: Annotated[int, typer.Option(help="Fixes the sample.")] = 42,
    search: Annotated[str, typer.Option(metavar="TEXT", help="Only what holds this text, in capitals or not.")] = "",
    classification: Annotated[
        bool | None, typer.Option("--classification/--no-classification", help="Only tasks that are, or are not.")
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Write a page to browse instead, DIR/show.html: also what was dropped.")
    ] = False,
) -> None:
    """Show the data of the run in DIR, a screen at a time on a terminal."""
    from rich import get_console

    from distilabel_selfinstruct.config.stages import stage_named
    from distilabel_selfinstruct.files.run_rows import unfinished_run
    from distilabel_selfinstruct.reporting.entries import entries, rejections_of

    wanted, only = reason_named(reason), None if stage is None else stage_named(stage, among=Stage)
    looked_at = entries(folder, stage=only, reason=wanted)
    if html and wanted is None and only is None:
        looked_at = chain(looked_at, rejections_of(folder))
    found = [
        entry
        for entry in looked_at
        if entry.holds(search) and (classification is None or entry.is_classification is classification)
    ]
    chosen = sampled(found, sample, random_seed)
    console = get_console()
    unfinished = with_flags(unfinished_run(folder))
    if html:
        line(console, f"{len(chosen):,} rows to browse: {_write_page(folder, chosen)}")
        if unfinished:
            line(console, unfinished)
        return
    with paged(console):
        show_entries(console, chosen)
        kept_back = "" if len(chosen) == len(found) else f" of {len(found):,}"
        nothing = "There is nothing to show yet." if unfinished else "Nothing in the run is like this."
        count = f"{len(chosen):,}{kept_back} shown." if found else nothing
        line(console, f"{count} {unfinished}".rstrip())


def _write_page(folder: Path, chosen: "list[Entry]") -> Path:
    from distilabel_selfinstruct.reporting.entries_page import entries_page

    path = folder / run_layout.ENTRIES_PAGE
    with writing(path):
        atomic.write(path, entries_page(folder.resolve().name, chosen))
    return path


def reason_named(name: str | None) -> Reason | None:
    """The reason of this name; None for none.

    Raises:
        ConfigError: there is no such reason.
    """
    known = [reason.value for reason in Reason]
    if name is not None and name not in known:
        raise ConfigError(f"`reason` is {name!r}: use one of {', '.join(known)}.")
    return None if name is None else Reason(name)


def sampled(found: "list[Entry]", number: int | None, random_seed: int) -> "list[Entry]":
    """So many entries, drawn at random, in their order; all of them for None."""
    if number is None or number >= len(found):
        return found
    return [found[index] for index in sorted(random.Random(random_seed).sample(range(len(found)), number))]


def show_entries(console: "Console", shown: "Iterable[Entry]", *, longest: int | None = None) -> None:
    """Print entries, each text under its name. `longest` cuts texts to so many characters."""
    for number, entry in enumerate(shown, 1):
        kind = {True: " [classification]", False: "", None: ""}[entry.is_classification]
        dropped = f" [{', '.join(entry.reasons)}]" if entry.reasons else ""
        line(console, f"{number}. {_cut(entry.title, longest)}{kind}{dropped}", "bold")
        for name, text in entry.texts:
            first, *rest = _cut(text, longest).split("\n")
            line(console, f"{INDENT}{name}: {first}")
            for more in rest:
                line(console, f"{INDENT}{INDENT}{more}")
        line(console, "")


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"
