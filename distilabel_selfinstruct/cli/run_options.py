"""The options of `selfinstruct run`, made of the fields of `RunConfig`: one declaration, no second list."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo

from distilabel_selfinstruct.config import RunConfig, read_yaml
from distilabel_selfinstruct.config.options import CommandLine, command_line, is_per_stage
from distilabel_selfinstruct.config.stages import STAGES, split_stage
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import parse_yaml


def takes_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of `RunConfig`; it gets those that were used as `**given`."""
    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    added = [
        _parameter(name, field, shown)
        for name, field in RunConfig.model_fields.items()
        if (shown := command_line(field)) is not None
    ]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *added)]

    def run(**values: Any) -> None:
        used = {name for name, value in values.items() if value not in (None, [])}
        command(**{name: value for name, value in values.items() if name in used or name not in RunConfig.model_fields})

    run.__doc__ = command.__doc__
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def overrides_of(given: dict[str, Any]) -> dict[str, Any]:
    """The options of a run in the form in which `RunConfig` takes them.

    Raises:
        ConfigError: an override of the decoding is not STAGE.NAME=VALUE, a stage is not known, the extra body is no
            JSON object, or the prices cannot be read.
        InputFileError: there is no such file of prices.
    """
    options: dict[str, Any] = {}
    stages: dict[str, dict[str, Any]] = {}
    for name, value in given.items():
        read = _READERS.get(name, lambda text: text)
        if not is_per_stage(RunConfig.model_fields[name]):
            options[name] = read(value)
        else:
            for stage, text in map(split_stage, value):
                (options if stage is None else stages.setdefault(stage.value, {}))[name] = read(text)
    return {**options, STAGES: stages} if stages else options


def _parameter(name: str, field: FieldInfo, shown: CommandLine) -> inspect.Parameter:
    flag = f"--{name.replace('_', '-')}"
    kind: Any = _type_on_the_command_line(name, field)
    metavar = shown.metavar
    if is_per_stage(field):
        metavar = f"[STAGE=]{metavar or {int: 'INTEGER', float: 'FLOAT'}.get(kind, 'TEXT')}"
        kind = list[str]
    declared = typer.Option(
        flag,
        *([shown.short] if shown.short else []),
        metavar=metavar,
        help=_help(field),
        rich_help_panel=shown.panel.value,
    )
    annotation: Any = Annotated[kind | None, declared]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _type_on_the_command_line(name: str, field: FieldInfo) -> Any:
    """The type in which the command line gives an option: texts for assignments, a path for a file of prices."""
    if name == "prices":
        return Path
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    if name == "decoding":
        return list[str]
    if name == "extra_body" or (int in kinds and len(kinds) > 1):  # JSON; a number or a word for it
        return str
    return kinds[0] if type(None) in get_args(field.annotation) else field.annotation


def _help(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    shown = f" Default: {default}." if default not in (None, False, 0, [], {}) else ""
    return f"{field.description}{shown}"


def _decoding(assignments: list[str]) -> dict[str, dict[str, Any]]:
    overrides: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        stage, dot, name = target.partition(".")
        if not (equals and dot and name):
            raise ConfigError(f"--decoding {assignment!r} is not STAGE.NAME=VALUE.")
        try:
            overrides.setdefault(stage, {})[name] = parse_yaml(value)
        except ValueError as error:  # 2026-13-45 looks like a date and is none
            raise ConfigError(f"--decoding {assignment!r} has a value that is not YAML: quote it.") from error
    return overrides


def _extra_body(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise ConfigError(f"--extra-body {text!r} is no JSON object: write one such as '{{\"top_k\": 40}}'.")
    return fields


_READERS: dict[str, Callable[[Any], Any]] = {
    "decoding": _decoding,
    "extra_body": _extra_body,
    "prices": lambda path: read_yaml(path, "the prices"),
}
"""How what was given for an option is read, where it is more than a text or a number."""
