"""The order in which `make test` gives its test processes one file after another, and which files go together.

The files that take longest come first, so no test process is left alone with one of them at the end. Files that import
or start the same heavy thing go to one test process, which does it once. The order of the tests in a file, and that of
all other files, stay. To find what belongs here, add the times of each file in what `pytest --junit-xml` writes.
"""

from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent

TORCH = (
    "finetuning/test_finetune.py",
    "finetuning/test_label_check.py",
    "finetuning/test_loss.py",
    "formatting/test_consumers.py",
    "llms/test_transformers.py",
    "pipelines/test_reproduce.py",
)
BROWSER = (
    "argilla_server/test_security.py",
    "reporting/test_entries_page.py",
    "review/comparing/test_comparison_page.py",
    "review/pushing/test_page.py",
)
RAY = ("running/test_ray.py", "similarity/joining/test_ray.py")

TOGETHER = {name: files[0] for files in (TORCH, BROWSER, RAY) for name in files}
"""The first of the files that go with a file to one test process."""

LONGEST_FIRST = (
    *RAY,
    *TORCH,
    *BROWSER,
    "argilla_server/test_server.py",
    "running/test_faults.py",
    "running/test_resume.py",
    "running/test_disturbed_local_models.py",
    "running/test_silent_servers.py",
    "running/test_schedules.py",
    "hub/test_publish.py",
    "hub/test_publish_faults.py",
    "review/pushing/test_push_disturbed.py",
    "review/test_disturbed_commands.py",
    "pipelines/test_review_demo.py",
    "review/pushing/test_push.py",
    "cli/test_run.py",
    "cli/test_publish.py",
    "cli/test_review_serve.py",
    "running/test_limits.py",
    "argilla_server/test_search.py",
    "running/test_batches.py",
    "review/comparing/test_pull_comparison.py",
    "integration/test_pipelines.py",
    "docs/test_examples.py",
)
"""Files that take more than 30 seconds on a machine with two cores, or go with one that does."""


def place(path: Path) -> int:
    """The place of a file among the longest; behind them all if it is none of them."""
    name = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


def scope_of(test: str) -> str:
    """What goes to one test process with this test: its file, or the first of several files."""
    file = test.split("::", 1)[0]
    return TOGETHER.get(file.removeprefix(f"{TESTS.name}/"), file)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort all tests of the run."""
    items.sort(key=lambda item: place(item.path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As `--dist loadfile`, with several files together."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return Scheduling(config, log)
