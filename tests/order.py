"""The files of tests that take longest come first, so no test process is left alone with one of them at the end.

`make test` gives each test process one file after another, in this order. The order of the tests in a file, and that
of all other files, stay. To find what belongs here, add the times of each file in what `pytest --junit-xml` writes.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "running/test_faults.py",
    "running/test_silent_servers.py",
    "argilla_server/test_server.py",
    "hub/test_publish.py",
    "running/test_resume.py",
    "review/pushing/test_push_disturbed.py",
    "pipelines/test_review_demo.py",
    "review/pushing/test_push.py",
    "hub/test_publish_faults.py",
    "cli/test_run.py",
    "argilla_server/test_security.py",
    "running/test_schedules.py",
    "cli/test_publish.py",
    "cli/test_review_serve.py",
    "running/test_limits.py",
    "argilla_server/test_search.py",
    "running/test_batches.py",
    "review/comparing/test_pull_comparison.py",
    "integration/test_pipelines.py",
    "docs/test_examples.py",
)
"""Files that take more than 40 seconds on a machine with two cores."""


def place(path: Path) -> int:
    """The place of a file among the longest; behind them all if it is none of them."""
    name = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort all tests of the run."""
    items.sort(key=lambda item: place(item.path))
