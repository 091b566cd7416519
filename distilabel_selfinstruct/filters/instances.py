"""Which instances of an instruction are kept (paper, section 2.2 and appendix A)."""

from collections.abc import Callable, Collection, Sequence
from random import Random

from distilabel_selfinstruct.records import Instance, Mode, Parsed, Reason, Rejection

InstanceRule = Callable[[Instance], bool]

_COLONS_STRICT = (":",)
# Chinese and Japanese texts end a lead-in with the full-width colon.
_COLONS = (":", "\uff1a")

MAX_CHARACTERS = 20_000
"""Longer inputs and outputs are runaway generation (a departure from the reference, which has no limit)."""

MAX_INSTANCES = 5
"""The reference keeps at most five instances of an instruction."""


def input_equals_output(instance: Instance) -> bool:
    """The model repeated the input, or gave neither."""
    return instance.input == instance.output


def output_is_empty(instance: Instance) -> bool:
    """There is nothing to learn from."""
    return instance.output == ""


def ends_with_colon(instance: Instance) -> bool:
    """A text that ends in a colon announces something that did not come."""
    return instance.input.strip().endswith(_COLONS_STRICT) or instance.output.strip().endswith(_COLONS_STRICT)


def ends_with_any_colon(instance: Instance) -> bool:
    """As `ends_with_colon`, with the full-width colon (a departure from the reference)."""
    return instance.input.strip().endswith(_COLONS) or instance.output.strip().endswith(_COLONS)


def is_too_long(instance: Instance) -> bool:
    """The model did not find an end."""
    return max(len(instance.input), len(instance.output)) > MAX_CHARACTERS


# In the order of the reference. Its first rule also catches an instance whose two sides are both empty; the
# default mode asks for the empty output first, so that the reason says what is wrong.
_RULES: dict[Mode, tuple[tuple[Reason, InstanceRule], ...]] = {
    "strict": (
        (Reason.INPUT_EQUALS_OUTPUT, input_equals_output),
        (Reason.EMPTY_OUTPUT, output_is_empty),
        (Reason.ENDS_WITH_COLON, ends_with_colon),
    ),
    "default": (
        (Reason.EMPTY_OUTPUT, output_is_empty),
        (Reason.INPUT_EQUALS_OUTPUT, input_equals_output),
        (Reason.ENDS_WITH_COLON, ends_with_any_colon),
        (Reason.TOO_LONG, is_too_long),
    ),
}


def instance_rules(mode: Mode = "default") -> tuple[tuple[Reason, InstanceRule], ...]:
    """The rules that look at one instance, in the order in which they apply."""
    return _RULES[mode]


def filter_instances(
    instances: Sequence[Instance], mode: Mode = "default", *, disabled: Collection[Reason] = ()
) -> Parsed[Instance]:
    """Keep the valid instances of one instruction, each once and in order.

    Invalid ones go first. If then one non-empty input has two different outputs, the model contradicts itself
    and all of the instruction's instances go. Rules whose reason is in `disabled` are skipped. The cut to
    `MAX_INSTANCES` is `limit_instances`.
    """
    rules = [(reason, broken) for reason, broken in instance_rules(mode) if reason not in disabled]
    valid: list[Instance] = []
    rejected: list[Rejection] = []
    for instance in instances:
        reason = next((reason for reason, broken in rules if broken(instance)), None)
        if reason is None:
            valid.append(instance)
        else:
            rejected.append(Rejection(instance.text, reason))

    conflict = None if Reason.CONFLICTING_OUTPUT in disabled else _conflicting_input(valid)
    if conflict is not None:
        rejected += [Rejection(one.text, Reason.CONFLICTING_OUTPUT, conflict) for one in valid]
        return Parsed((), tuple(rejected))

    kept = tuple(dict.fromkeys(valid))
    seen: set[Instance] = set()
    for instance in valid:
        if instance in seen:
            rejected.append(Rejection(instance.text, Reason.DUPLICATE))
        seen.add(instance)
    return Parsed(kept, tuple(rejected))


def limit_instances(instances: Sequence[Instance], limit: int, rng: Random) -> Parsed[Instance]:
    """Keep at most `limit` instances, drawn at random, in their order (the reference shuffles them).

    The reference draws from a set, so its choice cannot be reproduced; ours depends on `rng` alone.
    """
    if len(instances) <= limit:
        return Parsed(tuple(instances))
    chosen = frozenset(rng.sample(range(len(instances)), max(limit, 0)))
    return Parsed(
        tuple(one for place, one in enumerate(instances) if place in chosen),
        tuple(
            Rejection(one.text, Reason.OVER_LIMIT, f"limit {limit}")
            for place, one in enumerate(instances)
            if place not in chosen
        ),
    )


def _conflicting_input(instances: Sequence[Instance]) -> str | None:
    outputs: dict[str, str] = {}
    for instance in instances:
        if instance.input and outputs.setdefault(instance.input, instance.output) != instance.output:
            return instance.input
    return None
