"""At the end of a test run, none of the keys that tests use is in anything that it wrote or printed.

Each test process looks through its temporary folder and through the output that was captured. Files of more than
`MOST_BYTES` are models and indexes and are passed over; so are credential files, which only their owner may read and
which `MAY_HOLD_KEYS` names.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

KEY = "sk-test-0123456789abcdef"
TOKEN = "hf_" + "S3cretOfAcme" * 3
READ_TOKEN = "hf_" + "MayOnlyRead9" * 3
ARGILLA_KEY = "argilla-key-0123456789abcdef"

KEYS = tuple(key.encode() for key in (KEY, TOKEN, READ_TOKEN, ARGILLA_KEY))
"""The keys of the servers that tests ask."""

MOST_BYTES = 50_000_000

MAY_HOLD_KEYS = frozenset({"credentials.json", "token", "stored_tokens"})

_printed: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look through what a test printed."""
    for name, text in report.sections:
        if any(key in text.encode("utf-8", "replace") for key in KEYS):
            _printed.append(f"{report.nodeid} ({name})")


def leaks_in(folder: Path) -> Iterator[Path]:
    """The files in a folder, and in those within it, that hold a key. Links are not followed."""
    for path, found in _files(folder):
        is_private = not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        if found.st_size > MOST_BYTES or (is_private and path.name in MAY_HOLD_KEYS):
            continue
        try:
            content = path.read_bytes()
        except OSError:  # it is gone, or nobody may read it
            continue
        if any(key in content for key in KEYS):
            yield path


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                found = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield path, found


def report_of(leaks: Iterable[object]) -> str:
    """A line for each place that holds a key."""
    return "Keys of tests are in:\n" + "\n".join(map(str, leaks))


@pytest.fixture(scope="session")
def no_key_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fails at the end of the run if a key is left anywhere."""
    yield
    if leaks := [*_printed, *leaks_in(tmp_path_factory.getbasetemp())]:
        pytest.fail(report_of(leaks), pytrace=False)
