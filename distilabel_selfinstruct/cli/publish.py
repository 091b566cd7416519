"""`selfinstruct publish`: a run as a dataset on the Hugging Face Hub."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from distilabel_selfinstruct.hub import Published

HELP = (
    "Publish a run as a dataset on the Hugging Face Hub, with a card that says how it was made and how good it is. The "
    "token is HF_TOKEN, or that of hf auth login."
)

WHAT = "What is published"
WHERE = "Where"


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")],
    repo_id: Annotated[
        str,
        typer.Option("--repo-id", metavar="OWNER/NAME", help="The dataset's name on the Hub.", rich_help_panel=WHERE),
    ],
    license: Annotated[
        str | None,
        typer.Option("--license", metavar="SPDX", help="The license, such as cc-by-4.0. Has no default."),
    ] = None,
    license_name: Annotated[str, typer.Option(help="What a license is called: with --license other.")] = "",
    license_link: Annotated[str, typer.Option(help="Where its text is: with --license other.")] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="BCP-47 tag of the texts; repeatable. Default: the run's.")
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DECISION",
            help="undecided or dropped: instances beside those that people kept; repeatable.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    unreviewed: Annotated[
        bool, typer.Option("--unreviewed", help="Publish a run that nobody has rated.", rich_help_panel=WHAT)
    ] = False,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Publish what a run has that stopped early.", rich_help_panel=WHAT)
    ] = False,
    with_rejections: Annotated[
        bool,
        typer.Option("--with-rejections", help="Add what the filters dropped.", rich_help_panel=WHAT),
    ] = False,
    include_seeds: Annotated[
        bool, typer.Option("--include-seeds", help="Add the seed file.", rich_help_panel=WHAT)
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="Only the owners may read it.", rich_help_panel=WHERE)
    ] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Delete what else the repository holds; overwrite edits.", rich_help_panel=WHERE
        ),
    ] = False,
    dry_run: Annotated[
        Path | None,
        typer.Option(
            "--dry-run",
            metavar="FOLDER",
            help="Write the repository to a new folder and ask nobody; load_dataset(FOLDER) reads it.",
            rich_help_panel=WHERE,
        ),
    ] = None,
) -> None:
    """Publish, or write what would be. There is no option for the token: it would stay in the history of the shell."""
    from rich import get_console

    from distilabel_selfinstruct import hub
    from distilabel_selfinstruct.ratings.decision_file import parse_included

    contents = hub.Contents(
        repo_id=hub.check_repo_id(repo_id),
        license=hub.find_license(license, name=license_name, link=license_link),
        languages=hub.check_languages(language or ()),
        include=parse_included(include or ()),
        unreviewed=unreviewed,
        with_rejections=with_rejections,
        include_seeds=include_seeds,
    )
    source = hub.run_source(folder, unfinished=unfinished)
    console = get_console()
    with console.status("") as status:
        done = hub.publish(source, contents, private=private, replace=replace, dry_run=dry_run, watch=status.update)
    for line in _lines(done):
        console.print(line, highlight=False, soft_wrap=True, markup=False)


def _lines(done: "Published") -> list[str]:
    built, uploaded = done.repository, done.uploaded
    rows = ", ".join(f"{name} {number:,}" for name, number in built.tables)
    lines = [f"Rows: {rows}. {built.num_files} files, {built.num_bytes / 1e6:.1f} MB."]
    if built.note:
        lines.append(built.note)
    if uploaded is None:
        return [*lines, f'Written to {built.folder}; nothing was sent. Read it: load_dataset("{built.folder}")']
    if not (uploaded.sent or uploaded.deleted):
        return [*lines, f"{uploaded.url} has all of this already: no commit was made."]
    deleted = f", {len(uploaded.deleted)} deleted" if uploaded.deleted else ""
    private = ", private" if uploaded.private else ""
    return [
        *lines,
        f"{uploaded.url}: {len(uploaded.sent)} files sent{deleted}{private} (commit {uploaded.commit[:8]}).",
    ]
