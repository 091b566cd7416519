"""A configuration from a YAML file and from options given beside it."""

import os
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config.run_config import RunConfig
from distilabel_selfinstruct.config.stages import merged
from distilabel_selfinstruct.config.trust import keep_origin
from distilabel_selfinstruct.errors import ConfigError, reading
from distilabel_selfinstruct.files.yaml_text import parse_yaml


def read_yaml(path: str | os.PathLike[str], what: str) -> dict[str, Any]:
    """The mapping in a YAML file; an empty file is an empty one.

    Raises:
        InputFileError: the file cannot be read.
        ConfigError: it holds something else.
    """
    try:
        with reading(path):
            content = parse_yaml(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{what.capitalize()} {path} is not YAML: {error}.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"{what.capitalize()} {path} holds a {type(content).__name__}: write one option per line.")
    return content


@checks_arguments
def load_config(path: str | os.PathLike[str] | None, overrides: dict[str, Any]) -> RunConfig:
    """The configuration in a YAML file (none: the defaults), with the given options on top.

    `run` asks no address of another machine that only the file names, unless it is told to trust it: whoever wrote the
    file would get the prompts and the key.

    Raises:
        InputFileError: the file cannot be read.
        ConfigError: an option is unknown or has a value that cannot work.
    """
    options = read_yaml(path, "the configuration") if path is not None else {}
    if strange := [key for key in options if not isinstance(key, str)]:
        raise ConfigError(f"The configuration {path} has the key {strange[0]!r}, which is no text: remove it.")

    def place(name: str) -> str:
        return f" in {path}" if path is not None and name not in overrides else ""

    config = RunConfig.model_validate(merged(options, overrides), context={"place": place})
    if path is not None:
        keep_origin(config, os.fspath(path), overrides)
    return config
