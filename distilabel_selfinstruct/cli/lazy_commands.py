"""Commands that are imported when they are called. A list of commands needs only their names and help texts."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class LazyCommand:
    """A command, or a group of commands, before it is imported.

    Attributes:
        name: what users type.
        help: its sentence in the list of commands, and at the top of its own help.
        place: `MODULE:NAME`, with the name of its function, or of the `typer.Typer` of a group.
        base: `MODULE:NAME` of its class, where that is not Typer's own.
    """

    name: str
    help: str
    place: str
    base: str = ""

    def load(self) -> Any:
        """The command with its options."""
        found = _imported(self.place)
        app = typer.Typer(add_completion=False, rich_markup_mode="rich")
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=self.name, help=self.help)
        else:
            base = _imported(self.base) if self.base else TyperCommand
            app.command(self.name, help=self.help, cls=base)(found)
        return typer.main.get_group(app).commands[self.name]


def _imported(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


class LazyGroup(TyperGroup):
    """A group whose commands stand in `lazy`: it lists them, and imports the one that is called."""

    lazy: tuple[LazyCommand, ...] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for command in self.lazy:
            self.add_command(TyperCommand(command.name, help=command.help), command.name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first argument names, imported; its name; and its own arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, next((lazy.load() for lazy in self.lazy if lazy.name == name), command), rest


def lazy_group(commands: Iterable[LazyCommand]) -> type[LazyGroup]:
    """A class of groups, for `typer.Typer(cls=…)`, which makes one itself."""
    return type("Commands", (LazyGroup,), {"lazy": tuple(commands)})
