"""How a model is sampled, for the commands that ask it one kind of question."""

from typing import Annotated, Any

import typer

from distilabel_selfinstruct.errors import ConfigError

Sampling = Annotated[
    list[str] | None,
    typer.Option(
        "--decoding",
        metavar="NAME=VALUE",
        help="Override the sampling (greedy, no stop, max_tokens=1024), as in max_tokens=256. Repeatable.",
        rich_help_panel="Model",
    ),
]


def sampling_of(assignments: list[str] | None) -> dict[str, Any]:
    """The sampling parameters that are overridden, from texts NAME=VALUE.

    Raises:
        ConfigError: a text is something else.
    """
    from distilabel_selfinstruct.files.yaml_text import parse_yaml

    overrides: dict[str, Any] = {}
    for assignment in assignments or ():
        name, equals, value = assignment.partition("=")
        if not (name and equals):
            raise ConfigError(f"`decoding` has {assignment!r}: write NAME=VALUE, as in max_tokens=256.")
        try:
            overrides[name] = parse_yaml(value)
        except ValueError as error:
            raise ConfigError(f"`decoding` has {assignment!r}, whose value is not YAML: quote it.") from error
    return overrides
