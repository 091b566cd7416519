"""The options that several commands of a review have."""

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
        help="Only this dataset; may be given more than once. Default: all that were pushed.",
        rich_help_panel=WHERE,
    ),
]

Workspace = Annotated[
    str | None, typer.Option(metavar="NAME", help="Default: where it was pushed.", rich_help_panel=WHERE)
]

ApiUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A hosted Argilla. Default: ARGILLA_API_URL, or else the server that review serve runs.",
        rich_help_panel=WHERE,
    ),
]

ApiKey = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        help="Its key; better in ARGILLA_API_KEY, where no list of processes shows it.",
        rich_help_panel=WHERE,
    ),
]

Home = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Home of the server that review serve runs.", rich_help_panel=WHERE),
]
