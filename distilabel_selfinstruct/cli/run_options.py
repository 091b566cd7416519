"""The options of `selfinstruct run`, made of the fields of `RunConfig`: one declaration, no second list."""

import inspect
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo
from typer.core import TyperCommand

from distilabel_selfinstruct.config import ASKING_OPTIONS, RunConfig, read_yaml
from distilabel_selfinstruct.config.options import CommandLine, command_line, is_per_stage
from distilabel_selfinstruct.config.stages import STAGES, split_stage
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.yaml_text import parse_yaml


def takes_run_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of `RunConfig`; it gets those that were used as `**given`."""
    added = [
        _parameter(name, field, shown)
        for name, field in RunConfig.model_fields.items()
        if (shown := command_line(field)) is not None
    ]
    return _with_options(command, added)


def takes_asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a run that say how one model is asked; it gets those used as `**given`.

    The model must be named. None of them takes STAGE=, and their help says nothing of stages.
    """
    added = []
    for name in ASKING_OPTIONS:
        field = RunConfig.model_fields[name]
        shown = command_line(field)
        if shown is not None:
            added.append(_parameter(name, field, shown, one_stage=True))
    return _with_options(command, added)


def _with_options(command: Callable[..., None], added: list[inspect.Parameter]) -> Callable[..., None]:
    signature = inspect.signature(command)
    own = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *added)]

    def run(**values: Any) -> None:
        used = {name for name, value in values.items() if value not in (None, [])}
        command(**{name: value for name, value in values.items() if name in used or name not in RunConfig.model_fields})

    run.__doc__ = command.__doc__
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


class RunCommand(TyperCommand):
    """A command whose options may stand without their value where `RunConfig` says what that means."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give these options their value, then read the arguments."""
        return super().parse_args(ctx, with_values(args))


def with_values(arguments: Sequence[str]) -> list[str]:
    """The arguments of a command, with a value after each option that stands without one and may."""
    shown = {_flag(name): command_line(field) for name, field in RunConfig.model_fields.items()}
    meant = {flag: mark.without_value for flag, mark in shown.items() if mark is not None}
    complete: list[str] = []
    for argument, following in zip(arguments, [*arguments[1:], "-"], strict=True):
        value = meant.get(argument)
        is_alone = value is not None and following.startswith("-")
        complete += [argument, value] if is_alone and value is not None else [argument]
    return complete


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
        if not isinstance(value, list) or not is_per_stage(RunConfig.model_fields[name]):
            options[name] = read(value)
        else:
            for stage, text in map(split_stage, value):
                (options if stage is None else stages.setdefault(stage.value, {}))[name] = read(text)
    return {**options, STAGES: stages} if stages else options


def _parameter(name: str, field: FieldInfo, shown: CommandLine, *, one_stage: bool = False) -> inspect.Parameter:
    flag = _flag(name)
    kind: Any = _type_on_the_command_line(name, field)
    metavar = shown.metavar
    if is_per_stage(field) and not one_stage:
        metavar = f"[STAGE=]{metavar or {int: 'INTEGER', float: 'FLOAT'}.get(kind, 'TEXT')}"
        kind = list[str]
    declared = typer.Option(
        flag,
        *([shown.short] if shown.short else []),
        metavar=metavar,
        help=_help(field, one_stage=one_stage),
        rich_help_panel=shown.panel.value,
    )
    if one_stage and name == "llm":
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, declared])
    annotation: Any = Annotated[kind | None, declared]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


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


_OF_STAGES = re.compile(r" Like all options that take STAGE=.*$|, in each stage|, of all stages together")
"""What the help of an option says of stages."""


def _help(field: FieldInfo, *, one_stage: bool = False) -> str:
    default = field.get_default(call_default_factory=True)
    shown = f" Default: {default}." if default not in (None, False, 0, [], {}) else ""
    if not one_stage:
        return f"{field.description}{shown}"
    return _OF_STAGES.sub("", field.description or "") + (shown if isinstance(default, int) else "")


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
