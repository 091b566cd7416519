"""How many examples a property test draws: fewer on every change than `make test-thorough`."""

import os

THOROUGH = "THOROUGH"
"""The variable that `make test-thorough` sets."""


def examples(number: int, *, thorough: int) -> int:
    """So many examples of what takes seconds each; `thorough` many where they are asked for."""
    return thorough if os.environ.get(THOROUGH) else number
