"""Tables for a terminal whose cells show every text as it is: neither markup nor commands to the terminal."""

from typing import Any

from rich.console import RenderableType
from rich.table import Table

from distilabel_selfinstruct.cli.screen import cell


class PlainTable(Table):
    """rich's table; a text in a row or a heading is shown letter by letter, whoever wrote it."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row. See rich's own method."""
        super().add_row(*map(_safe, cells), **options)

    def add_column(self, header: RenderableType = "", *more: Any, **options: Any) -> None:
        """Add a column. See rich's own method."""
        super().add_column(_safe(header) or "", *more, **options)


def _safe(shown: RenderableType | None) -> RenderableType | None:
    return cell(shown) if isinstance(shown, str) else shown
