"""The rules by name: which can be switched off, and what a user's list of them says."""

from collections.abc import Collection
from functools import cache
from typing import get_args

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.parsing.filters.instances import instance_rules
from distilabel_selfinstruct.parsing.filters.instructions import instruction_rules
from distilabel_selfinstruct.records import Mode, Reason


@cache
def rules() -> tuple[Reason, ...]:
    """The reasons of all rules, of instructions and then of instances."""
    reasons = [
        *(rule.reason for mode in get_args(Mode) for rule in instruction_rules(mode)),
        *(rule.reason for mode in get_args(Mode) for rule in instance_rules(mode)),
        Reason.CONFLICTING_OUTPUT,
    ]
    return tuple(dict.fromkeys(reasons))


def rule_names(names: Collection[str]) -> frozenset[Reason]:
    """The rules that a list of names means.

    Raises:
        ConfigError: a name is that of no rule.
    """
    if not names:
        return frozenset()
    known = {reason.value: reason for reason in rules()}
    for name in names:
        if name not in known:
            raise ConfigError(f"There is no filter rule {name!r} to switch off: use {', '.join(known)}.")
    return frozenset(known[name] for name in names)
