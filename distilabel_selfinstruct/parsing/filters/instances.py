"""Which instances of an instruction are kept (paper, section 2.2 and appendix A)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from distilabel_selfinstruct.parsing.filters.asked import asks_to_decline, has_many_answers
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal
from distilabel_selfinstruct.records import Instance, Mode, Parsed, Reason, Rejection

_COLONS_STRICT = (":",)
# Chinese and Japanese texts end a lead-in with the full-width colon.
_COLONS = (":", "\uff1a")

MAX_CHARACTERS = 20_000
"""Longer inputs and outputs are runaway generation (a departure from the reference, which has no limit)."""

MAX_INSTANCES = 5
"""The reference keeps at most five instances of an instruction."""


@dataclass(frozen=True, slots=True)
class InstanceRule:
    """One row of the table: the reason for a drop, and what in an instance gives it (a text, a length), or None."""

    reason: Reason
    broken_by: Callable[[Instance], str | None]


def input_equals_output(instance: Instance) -> str | None:
    """The model repeated the input, or gave neither."""
    return "" if instance.input == instance.output else None


def output_is_empty(instance: Instance) -> str | None:
    """There is nothing to learn from."""
    return "" if instance.output == "" else None


def ends_with_colon(instance: Instance) -> str | None:
    """A text that ends in a colon announces something that did not come."""
    return _ending(instance, _COLONS_STRICT)


def ends_with_any_colon(instance: Instance) -> str | None:
    """As `ends_with_colon`, with the full-width colon."""
    return _ending(instance, _COLONS)


def is_too_long(instance: Instance) -> str | None:
    """The model did not find an end."""
    length = max(len(instance.input), len(instance.output))
    return f"{length} characters" if length > MAX_CHARACTERS else None


def refusals(language: str) -> Callable[[Instance], str | None]:
    """The rule that the model says that it will not answer."""
    return lambda instance: "a refusal" if is_refusal(instance.output, language) else None


def copies(shown: frozenset[Instance]) -> Callable[[Instance], str | None]:
    """The rule that the model copied one of the instances that its prompt has shown it."""
    known = _all_normalized(shown)

    def broken_by(instance: Instance) -> str | None:
        return "an example of the prompt" if known and _normalized(instance) in known else None

    return broken_by


def instance_rules(
    mode: Mode = "default",
    *,
    instruction: str = "",
    shown: frozenset[Instance] = frozenset(),
    language: str = "en",
) -> tuple[InstanceRule, ...]:
    """The rules that look at one instance, in the order in which they apply.

    Args:
        mode: `strict` has the reference's three rules only.
        instruction: what the instances are for. If it asks to decline something, refusals are answers.
        shown: the instances that the prompt has shown as examples.
        language: of the texts, a BCP-47 tag or the folder of a pack.
    """
    if mode == "strict":
        # The first rule also catches an instance whose two sides are both empty.
        return (
            InstanceRule(Reason.INPUT_EQUALS_OUTPUT, input_equals_output),
            InstanceRule(Reason.EMPTY_OUTPUT, output_is_empty),
            InstanceRule(Reason.ENDS_WITH_COLON, ends_with_colon),
        )
    rules = (
        # The empty output first, so that the reason says what is wrong.
        InstanceRule(Reason.EMPTY_OUTPUT, output_is_empty),
        InstanceRule(Reason.INPUT_EQUALS_OUTPUT, input_equals_output),
        # Departure: the full-width colon too.
        InstanceRule(Reason.ENDS_WITH_COLON, ends_with_any_colon),
        # Departure: a bound in characters.
        InstanceRule(Reason.TOO_LONG, is_too_long),
        # Departure: the reference keeps what was copied from the prompt.
        InstanceRule(Reason.PROMPT_ECHO, copies(shown)),
    )
    # Departure: the reference keeps refusals.
    may_decline = asks_to_decline(instruction, language)
    return rules if may_decline else (*rules, InstanceRule(Reason.REFUSAL, refusals(language)))


def filter_instances(
    instances: Sequence[Instance],
    mode: Mode = "default",
    *,
    instruction: str = "",
    shown: frozenset[Instance] = frozenset(),
    disabled: Collection[Reason] = (),
    language: str = "en",
) -> Parsed[Instance]:
    """Keep the valid instances of one instruction, each once and in order.

    Invalid ones go first. If then one non-empty input has two different outputs, the model contradicts itself
    and all of the instruction's instances go. Of several outputs without an input, the first is kept, unless the
    instruction asks for several or for something made up (default mode; the reference keeps them all). The cut to
    `MAX_INSTANCES` is `limit_instances`.

    Args:
        instances: what the model gave.
        mode: the table of rules.
        instruction: what the instances are for; empty if it is not known.
        shown: the instances that the prompt has shown as examples.
        disabled: the reasons of rules to skip.
        language: of the texts, a BCP-47 tag or the folder of a pack.
    """
    table = instance_rules(mode, instruction=instruction, shown=shown, language=language)
    rules = [rule for rule in table if rule.reason not in disabled]
    valid: list[Instance] = []
    rejected: list[Rejection] = []
    for instance in instances:
        rejection = _rejection(instance, rules)
        if rejection is None:
            valid.append(instance)
        else:
            rejected.append(rejection)

    conflict = None if Reason.CONFLICTING_OUTPUT in disabled else _conflicting_input(valid)
    if conflict is not None:
        rejected += [Rejection(one.text, Reason.CONFLICTING_OUTPUT, conflict) for one in valid]
        return Parsed((), tuple(rejected))

    kept: dict[Instance, None] = {}
    may_contradict = (
        mode == "strict" or Reason.CONFLICTING_OUTPUT in disabled or has_many_answers(instruction, language)
    )
    answered = False
    for instance in valid:
        if instance in kept:
            rejected.append(Rejection(instance.text, Reason.DUPLICATE))
        elif answered and not instance.input and not may_contradict:
            rejected.append(Rejection(instance.text, Reason.CONFLICTING_OUTPUT, "a second output without input"))
        else:
            kept[instance] = None
            answered = answered or not instance.input
    return Parsed(tuple(kept), tuple(rejected))


def limit_instances(instances: Sequence[Instance], limit: int, rng: Random) -> Parsed[Instance]:
    """Keep at most `limit` instances, drawn at random, in their order (the reference shuffles them).

    The reference draws from a set, so its choice cannot be reproduced; ours depends on `rng` alone.
    """
    if len(instances) <= limit:
        return Parsed(tuple(instances))
    chosen = frozenset(rng.sample(range(len(instances)), max(limit, 0)))
    return Parsed(
        tuple(one for index, one in enumerate(instances) if index in chosen),
        tuple(
            Rejection(one.text, Reason.OVER_LIMIT, f"limit {limit}")
            for index, one in enumerate(instances)
            if index not in chosen
        ),
    )


def _conflicting_input(instances: Sequence[Instance]) -> str | None:
    outputs: dict[str, str] = {}
    for instance in instances:
        if instance.input and outputs.setdefault(instance.input, instance.output) != instance.output:
            return instance.input
    return None


def _rejection(instance: Instance, rules: Sequence[InstanceRule]) -> Rejection | None:
    for rule in rules:
        detail = rule.broken_by(instance)
        if detail is not None:
            return Rejection(instance.text, rule.reason, detail)
    return None


def _ending(instance: Instance, colons: tuple[str, ...]) -> str | None:
    ends = instance.input.strip().endswith(colons) or instance.output.strip().endswith(colons)
    return "" if ends else None


@lru_cache(maxsize=16)
def _all_normalized(instances: frozenset[Instance]) -> frozenset[Instance]:
    return frozenset(map(_normalized, instances))


def _normalized(instance: Instance) -> Instance:
    return Instance(*(" ".join(text.split()).casefold() for text in (instance.input, instance.output)))
