"""Rules that keep or drop: instructions one by one, instances of one instruction together."""

from distilabel_selfinstruct.parsing.filters.instances import MAX_INSTANCES, filter_instances, limit_instances
from distilabel_selfinstruct.parsing.filters.instructions import (
    MAX_WORDS,
    MIN_WORDS,
    Rule,
    filter_instruction,
    instruction_rules,
    without,
)
from distilabel_selfinstruct.parsing.filters.rule_names import rule_names

__all__ = [
    "MAX_INSTANCES",
    "MAX_WORDS",
    "MIN_WORDS",
    "Rule",
    "filter_instances",
    "filter_instruction",
    "instruction_rules",
    "limit_instances",
    "rule_names",
    "without",
]
