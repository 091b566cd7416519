"""A test that starts a process is marked for it; one that is not marked fails if it starts one.

So `make test-fast`, which leaves the marked tests out, starts none: no command, no pipeline, no server and no browser.
Marks come from the fixtures that a test uses, and from its code: a test that calls something in `tests` that calls
`subprocess` or `tests.processes`, or gets it as a default, starts a process. Where the package itself starts one,
`pytest.mark.process` says so.
"""

import inspect
import platform
import sys
from collections.abc import Generator, Iterator
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

FIXTURES = {"argilla": {"argilla_server"}, "browser": {"chromium"}, "process": {"run_scenarios"}}
"""The fixtures that start something, by the mark that they give to the tests that use them."""

STARTS = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
"""Audit events of Python (PEP 578): nothing that is written in it starts a process without one of them."""

STARTERS = {"multiprocessing", "subprocess", "tests.processes"}
"""The modules whose functions start processes."""

LOOKS_FOR_LIBRARIES = ("/sbin/ldconfig", "cc", "gcc", "ld", "objdump")
"""What `ctypes` starts where a package asks it for a library of the system."""


class _Watch:
    """What the running test may do, and what it does."""

    test: pytest.Item | None = None
    allowed = True
    started: list[str]
    fixtures: set[object]

    def __init__(self) -> None:
        self.started, self.fixtures = [], set()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.test is None or event not in STARTS:
            return
        if arguments and arguments[0] in LOOKS_FOR_LIBRARIES:
            return
        self.started.append(f"{event}: {' '.join(map(str, arguments))[:200]}")
        if not self.allowed:
            raise PermissionError(_sentence(self.started[-1]))


def _sentence(started: str) -> str:
    return f"A test without a mark starts a process ({started}): mark it with pytest.mark.process."


platform.processor()  # the openai client wants to know it, and Python starts `uname` for that, once in a process

_watch = _Watch()
sys.addaudithook(_watch)


def _functions_of(value: object) -> Iterator[FunctionType]:
    """The function, or the methods of the class, if it belongs to the tests."""
    module = str(getattr(value, "__module__", ""))
    if not module.startswith("tests") or module == "tests.conftest":  # what that starts is in FIXTURES
        return
    for part in vars(value).values() if isinstance(value, type) else [value]:
        function = getattr(part, "fget", None) or getattr(part, "__func__", part)
        if isinstance(function, FunctionType):
            yield function


def _is_starter(value: object) -> bool:
    """Whether it is one of the modules that start processes, or a function or class of one."""
    return getattr(value, "__name__" if isinstance(value, ModuleType) else "__module__", "") in STARTERS


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _starts_processes(value: object, seen: set[object]) -> bool:
    for function in _functions_of(inspect.unwrap(value) if callable(value) else value):
        if function in seen:
            continue
        seen.add(function)
        named = [function.__globals__.get(name) for name in _names(function.__code__)]
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        if any(_is_starter(used) or _starts_processes(used, seen) for used in (*named, *defaults)):
            return True
    return False


@cache
def _is_process_test(function: object) -> bool:
    """Whether a test or a fixture starts processes: looked up once for all tests that use it, or are made of it."""
    return _starts_processes(function, set())


def _marked(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(mark) for mark in FIXTURES)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests. Files with marked tests come first: they take longest, and the rest fills the gaps."""
    for item in items:
        used = item._fixtureinfo.name2fixturedefs
        for mark, fixtures in FIXTURES.items():
            if fixtures.intersection(used):
                item.add_marker(mark)
        functions = [item.function, *(fixture.func for known in used.values() for fixture in known)]
        if any(map(_is_process_test, functions)):
            item.add_marker("process")
    long = {item.path for item in items if _marked(item)}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    _watch.test, _watch.allowed, _watch.started = item, _marked(item), []
    try:
        return (yield)
    finally:
        _watch.test = None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, object, object]:
    before = len(_watch.started)
    try:
        return (yield)
    finally:
        if len(_watch.started) > before:
            _watch.fixtures.add(fixturedef)


def _checked() -> Generator[None, object, object]:
    """Code may catch what the audit hook raises; the test fails all the same."""
    _watch.started.clear()
    result = yield
    if not _watch.allowed and _watch.started:
        pytest.fail(_sentence(_watch.started[-1]))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    result = yield from _checked()
    if not _watch.allowed:
        for name, fixtures in item._fixtureinfo.name2fixturedefs.items():
            if _watch.fixtures.intersection(fixtures[-1:]):  # it was started for a test with a mark
                pytest.fail(_sentence(f"in the fixture {name}"))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    return (yield from _checked())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    return (yield from _checked())
