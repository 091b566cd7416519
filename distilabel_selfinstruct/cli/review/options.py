"""The options that several review commands have."""

from pathlib import Path
from typing import Annotated

import typer

WHERE = "Where"

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The output folder of a run.")]

Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="Read only this dataset; can be repeated. Default: all that were pushed.",
        rich_help_panel=WHERE,
    ),
]

Workspace = Annotated[
    str | None, typer.Option(metavar="NAME", help="Default: the workspace of the push.", rich_help_panel=WHERE)
]

ApiUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Address of a hosted Argilla. Default: ARGILLA_API_URL, or else the server of review serve.",
        rich_help_panel=WHERE,
    ),
]

ApiKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        help="Its API key. Better set ARGILLA_API_KEY, which no list of processes shows.",
        rich_help_panel=WHERE,
    ),
]

Home = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the server that review serve started.", rich_help_panel=WHERE),
]
