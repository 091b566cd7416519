"""Arguments that have another type than the signature says: found at the door, as an error of ours with a remedy."""

import errno
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache, wraps
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from distilabel_selfinstruct.errors import ConfigError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MAX_QUOTED = 80
"""Characters of a value that an error quotes."""

_WORDS: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    os.PathLike: "a path",
    Mapping: "a mapping",
    dict: "a mapping",
    Callable: "a function",
}
_PLURALS: dict[Any, str] = {str: "texts", os.PathLike: "paths", int: "numbers", float: "numbers"}
_COLLECTIONS = (Iterable, Iterator, Collection, Sequence, list, tuple)


def checks_arguments(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Have a function refuse arguments that do not fit its annotations.

    The items of an iterator are not looked at: they can be read only once. Annotations in quotes, which may
    name what is not imported yet, are not checked.

    Raises:
        ConfigError: the function was called with such an argument; the message names it and what to give.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def checked(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            return function(*args, **kwargs)  # Python says what is missing, or too much
        for name, value in given.items():
            _check(f"{name} of {function.__name__}", value, signature.parameters[name].annotation)
        return function(*args, **kwargs)

    return checked


def check_fields(record: Any) -> None:
    """Refuse a dataclass with values that do not fit its annotations.

    Raises:
        ConfigError: the message names the field and what to give.
    """
    for field in fields(record):
        _check(field.name, getattr(record, field.name), field.type)


def _check(name: str, value: object, annotation: Any) -> None:
    kinds = _kinds(annotation)
    if kinds and not any(_fits(value, kind) for kind in kinds):
        words = [_words(kind) for kind in kinds if kind is not NoneType]
        raise ConfigError(f"{name} is {_quoted(value)}: give {' or '.join(dict.fromkeys(words))}.")
    if any((get_origin(kind) or kind) is os.PathLike for kind in kinds) and isinstance(value, str | os.PathLike):
        _check_path(name, value)


def _check_path(name: str, value: "str | os.PathLike[str]") -> None:
    """Refuse a path that no file can have; whether there is a file is not asked."""
    try:
        Path(value).stat()
    except (OSError, ValueError) as error:
        if isinstance(error, ValueError) or error.errno == errno.ENAMETOOLONG:
            raise ConfigError(f"{name} is {_quoted(value)}, which is no path ({_why(error)}): give another.") from None


def _why(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


@cache
def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The types in an annotation; none where it does not say or cannot be checked."""
    if get_origin(annotation) in (Union, UnionType):
        parts = [_kinds(part) for part in get_args(annotation)]
        return tuple(kind for part in parts for kind in part) if all(parts) else ()
    if annotation is None:
        return (NoneType,)
    if get_origin(annotation) is Literal:
        return (annotation,)
    origin = get_origin(annotation) or annotation
    known = isinstance(origin, type) or origin is Callable
    return (annotation,) if known and origin not in (object, inspect.Parameter.empty) else ()


def _fits(value: object, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return isinstance(value, str) and value in get_args(kind)
    origin = get_origin(kind) or kind
    if origin in _COLLECTIONS:
        iterable = Iterable if origin in (Iterable, Iterator) else Collection
        if not isinstance(value, iterable) or isinstance(value, str | bytes | Mapping):
            return False
        items = _kinds(get_args(kind)[0]) if get_args(kind) and isinstance(value, Collection) else ()
        return not items or all(any(_fits(item, each) for each in items) for item in value)
    if issubclass(origin, Enum):
        return value in list(origin)  # its plain value as well, where it is equal
    if origin is float:
        return isinstance(value, Real) and not isinstance(value, bool)
    if origin is int:
        return isinstance(value, Integral) and not isinstance(value, bool)
    return isinstance(value, origin)


def _words(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    origin = get_origin(kind) or kind
    if origin in _COLLECTIONS:
        kinds = _kinds(get_args(kind)[0]) if get_args(kind) else ()
        items = [_PLURALS.get(get_origin(item) or item, "") for item in kinds]
        return f"a list of {' or '.join(items)}" if items and all(items) else "a list"
    return _WORDS.get(origin, f"a {origin.__name__}")


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
