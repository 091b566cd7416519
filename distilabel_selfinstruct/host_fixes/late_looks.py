"""The host notices soon that its steps are loaded, or have ended.

It looks every 2.5 seconds whether the steps are loaded (`pipeline/base.py:1427`), and every half second whether they
have ended, so that a run of a second takes four.
"""

from __future__ import annotations

import time

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "late looks",
        "pipeline/base.py:1427",
        "each run takes up to 3 seconds longer: the host sleeps while its steps are loaded already, or have ended",
        "tests/host_fixes/test_rows_without_use.py::test_a_run_of_loaded_steps_begins_at_once",
    ),
)

SECONDS_BETWEEN_LOOKS = 0.05
"""A look takes a tenth of a millisecond."""


class ShortNaps:
    """What the host's module uses of `time`: it sleeps between looks, and looks again after each sleep."""

    @staticmethod
    def sleep(seconds: float) -> None:
        """Sleep until the next look."""
        time.sleep(min(seconds, SECONDS_BETWEEN_LOOKS))


def apply() -> None:
    """Replace the module that the host's module has imported; called once."""
    from distilabel.pipeline import base

    replace(base, "time", ShortNaps)
