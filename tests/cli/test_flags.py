"""Errors of the library name options; the command shows the flags that its user can type."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.config import RunConfig

pytestmark = pytest.mark.slow

PACKAGE = Path(__file__).parents[2] / "distilabel_selfinstruct"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "cli" not in path.relative_to(PACKAGE).parts)
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OPTION = re.compile(r"`([a-z_]+)(?:=[^`\s]*)?`")
FIELDS = [name for name in RunConfig.model_fields if "_" in name]
BARE = re.compile(rf"(?<![\w.])(?:{'|'.join(FIELDS)})(?![\w=]|\.\w)(?!: URL)(?! is X: make)(?!, stop;)")
"""The name of an option among words. A sampling parameter that is called alike is none."""
OTHER_COMMANDS = {"argilla_server", "local", "similarity"}
"""Rooms that start commands of others, or of their own, with flags."""


def sentences(node: ast.AST) -> Iterator[str]:
    """The texts under a node, without docstrings; the parts of one text are joined, with an X for each value in it."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)  # type: ignore[misc]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    else:
        for child in ast.iter_child_nodes(node):
            yield from sentences(child)


def texts(path: Path) -> Iterator[str]:
    return sentences(ast.parse(path.read_text(encoding="utf-8")))


def raised(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise):
            yield from sentences(node)


def flags(command: click.Command) -> set[str]:
    own = {flag for parameter in command.params for flag in parameter.opts}
    lazy = {one.name: one.load() for one in getattr(command, "lazy", ())}
    return own.union(*map(flags, {**getattr(command, "commands", {}), **lazy}.values()))


def test_no_text_of_the_library_names_a_flag_but_in_a_whole_command() -> None:
    for path in [path for path in MODULES if not OTHER_COMMANDS & set(path.parts)]:
        for sentence in texts(path):
            outside = re.sub(r"\b(selfinstruct|pip install|trl sft|ray start) [^']*|`python [^`]*`", "", sentence)
            assert not FLAG.search(outside), f"{path}: {sentence}"


def test_no_sentence_of_the_library_names_an_option_without_backticks() -> None:
    for path in MODULES:
        for sentence in texts(path):
            if " is " in sentence or sentence.rstrip().endswith("."):
                assert not BARE.search(re.sub("`[^`]*`", "", sentence)), f"{path}: {sentence}"


def test_every_option_that_an_error_names_is_a_flag_of_the_command() -> None:
    known = flags(typer.main.get_command(app))
    named = {option[0] for path in MODULES for sentence in raised(path) for option in OPTION.finditer(sentence)}
    assert len(named) > 20
    assert {with_flags(option).split()[0] for option in named} <= known


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("replace it with `overwrite`.", "replace it with --overwrite."),
        ("use `license=other` and `license_name=NAME`.", "use --license other and --license-name NAME."),
        ("name it with `datasets`.", "name it with --dataset."),
        ("run `python -m spacy download x`.", "run `python -m spacy download x`."),
        ("`` and `A` are none.", "`` and `A` are none."),
    ],
)
def test_an_option_is_shown_as_its_flag(message: str, shown: str) -> None:
    assert with_flags(message) == shown


@given(st.text().filter(lambda text: "`" not in text))
def test_a_message_without_options_stays_as_it_is(message: str) -> None:
    assert with_flags(message) == message
