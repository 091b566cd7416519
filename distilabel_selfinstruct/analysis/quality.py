"""Faults of a model's answers that a user can remedy, to be told while few of them are paid for.

Each is a share of what was looked at. None drops anything: what is dropped, and why, the filters decide.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from distilabel_selfinstruct.analysis.short_context import longer_context, names_short_context
from distilabel_selfinstruct.records import Reason, Stage


class Fault(str, Enum):
    """What is wrong with many answers of a stage."""

    LOOPS = "loops"
    COPIES = "copies"
    ONE_VERDICT = "one_verdict"
    UNKNOWN_MARKERS = "unknown_markers"
    SHORT_CONTEXT = "short_context"


@dataclass(frozen=True, slots=True)
class Hint:
    """A fault of a stage: `count` of the `looked_at` answers (or candidates) have it. `text` names the remedy."""

    stage: Stage
    fault: Fault
    count: int
    looked_at: int
    text: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A fault is told from this count and share on."""

    count: int
    share: float


THRESHOLDS = {
    Fault.LOOPS: Threshold(3, 0.2),
    Fault.COPIES: Threshold(8, 0.5),
    Fault.ONE_VERDICT: Threshold(30, 1.0),
    Fault.UNKNOWN_MARKERS: Threshold(3, 0.2),
    Fault.SHORT_CONTEXT: Threshold(1, 0.0),
}

FEWEST_LOOKED_AT = 10
"""Of fewer answers a share says nothing."""

ROUNDS_OF_A_LOOP = 3
SHORTEST_LOOP = 60
"""Characters that repetitions must fill at the end of a text: shorter ones end lists and tables."""

LOOKED_AT_END = 600

SHOWN = 60
"""Characters of an example in a hint."""

# What a base model writes after a good answer is no copy.
_HARMLESS_ECHOES = frozenset({"the next task", "the header of the prompt"})


class QualityWatch:
    """Counts faults of the answers of a run, from what its journals say.

    Args:
        classification_only: the run asks for classification tasks, so that all verdicts should be yes.
        prompt_tokens: about how many tokens the longest prompt of each stage has, where that is known.
    """

    def __init__(self, *, classification_only: bool = False, prompt_tokens: Mapping[Stage, int] | None = None) -> None:
        self._classification_only = classification_only
        self._prompt_tokens = dict(prompt_tokens or {})
        self._answers: Counter[Stage] = Counter()
        self._candidates = 0
        self._counts: Counter[tuple[Stage, Fault]] = Counter()
        self._examples: dict[tuple[Stage, Fault], str] = {}
        self._copying: defaultdict[Stage, set[int]] = defaultdict(set)
        self._verdicts: Counter[bool] = Counter()

    def answer(self, stage: Stage, text: str, *, truncated: bool) -> None:
        """Take in an answer; `truncated`: it ran into its token limit."""
        self._answers[stage] += 1
        if truncated and (unit := loop_in(text)):
            self._add(stage, Fault.LOOPS, unit)

    def failure(self, stage: Stage, error: str) -> None:
        """Take in why a request failed."""
        if names_short_context(error):
            self._add(stage, Fault.SHORT_CONTEXT, error)

    def admitted(self, count: int) -> None:
        """Take in so many admitted instructions."""
        self._candidates += count

    def rejection(self, stage: Stage, reason: Reason, detail: str, request: int) -> None:
        """Take in what was dropped from the answer to a request."""
        if stage is Stage.INSTANCE_FILTERING:
            stage = Stage.INSTANCE_GENERATION  # whose answers it reads
        if stage is Stage.INSTRUCTION_GENERATION and reason not in (Reason.OVER_LIMIT, Reason.FAILED_REQUEST):
            self._candidates += 1
        # The pool's own words for a text that it has, word for word.
        is_equal = reason is Reason.NEAR_DUPLICATE and detail.startswith("ROUGE-L 1.000 ")
        if is_equal or (reason is Reason.PROMPT_ECHO and detail not in _HARMLESS_ECHOES):
            if stage is Stage.INSTRUCTION_GENERATION:
                self._add(stage, Fault.COPIES, detail)
            elif request not in self._copying[stage]:
                self._copying[stage].add(request)
                self._add(stage, Fault.COPIES, detail)
        if reason is Reason.UNKNOWN_MARKERS:
            self._add(stage, Fault.UNKNOWN_MARKERS, detail)
        if stage is Stage.CLASSIFICATION and reason in (Reason.UNCLEAR_ANSWER, Reason.FAILED_REQUEST):
            self._verdicts[False] -= 1  # it was taken for a no and is none

    def verdict(self, *, is_classification: bool) -> None:
        """Take in a task type that was recorded."""
        self._verdicts[is_classification] += 1

    @property
    def counts(self) -> dict[tuple[Stage, Fault], int]:
        """How often each fault was seen, whether it is worth a hint or not."""
        return {key: count for key, count in sorted(self._counts.items()) if count}

    def hints(self) -> list[Hint]:
        """What is worth telling now, in the order of the stages."""
        found = []
        for (stage, fault), count in sorted(self._counts.items()):
            looked_at = self._looked_at(stage, fault)
            limit = THRESHOLDS[fault]
            enough = fault is Fault.SHORT_CONTEXT or looked_at >= FEWEST_LOOKED_AT
            if enough and count >= limit.count and count >= limit.share * looked_at:
                found.append(Hint(stage, fault, count, looked_at, self._text(stage, fault, count, looked_at)))
        return [*found, *self._one_verdict()]

    def _add(self, stage: Stage, fault: Fault, example: str) -> None:
        self._counts[stage, fault] += 1
        self._examples.setdefault((stage, fault), example)

    def _looked_at(self, stage: Stage, fault: Fault) -> int:
        if fault is Fault.COPIES and stage is Stage.INSTRUCTION_GENERATION:
            return self._candidates
        return self._answers[stage]

    def _one_verdict(self) -> list[Hint]:
        yes, no = max(self._verdicts[True], 0), max(self._verdicts[False], 0)
        total = yes + no
        if total < THRESHOLDS[Fault.ONE_VERDICT].count or (yes and no) or (yes and self._classification_only):
            return []
        counted = f"All {total} tasks so far count" if yes else f"None of the {total} tasks so far counts"
        text = (
            f"{counted} as {'classification tasks' if yes else 'a classification task'}. If that is wrong, ask another "
            "model in this stage (`llm=classification=…`), or change `prompt_form`."
        )
        return [Hint(Stage.CLASSIFICATION, Fault.ONE_VERDICT, total, total, text)]

    def _text(self, stage: Stage, fault: Fault, count: int, looked_at: int) -> str:
        example = _shortened(self._examples[stage, fault])
        if fault is Fault.LOOPS:
            return (
                f"{count} of {looked_at} answers repeat themselves up to the token limit, as in {example!r}. Raise a "
                f"penalty (`decoding={stage.value}.frequency_penalty=0.5`), or use another model."
            )
        if fault is Fault.COPIES and stage is Stage.INSTRUCTION_GENERATION:
            return (
                f"{count} of {looked_at} candidates copy an instruction that the model was shown. Change "
                f"`prompt_form`, raise `decoding={stage.value}.temperature`, or use another model."
            )
        if fault is Fault.COPIES:
            return (
                f"{count} of {looked_at} answers copy the examples of the prompt. Change `prompt_form`, or use another "
                "model."
            )
        if fault is Fault.UNKNOWN_MARKERS:
            return (
                f"{count} of {looked_at} answers are not in the format of the prompt: their words are {example!r}. "
                "Give prompts in the language of the instructions (`prompts`), or use another model."
            )
        need = self._prompt_tokens.get(stage)
        about = f", which need about {need:,} tokens" if need else ""
        return f"The model's context is too short for the prompts{about}. {longer_context(stage)}"


def loop_in(text: str) -> str:
    """What a text repeats at its end, without a gap: the shortest such unit; empty where there is none.

    Numbers count as equal, so that lists with numbered items are found. The unit must come `ROUNDS_OF_A_LOOP` times
    and fill `SHORTEST_LOOP` characters; the last repetition may be cut off.
    """
    end = re.sub(r"\d+", "0", text[-LOOKED_AT_END:])
    # The shortest period of the reversed text and of each beginning of it, by the failure function of Knuth, Morris
    # and Pratt.
    end = end[::-1]
    fails = [0] * len(end)
    best = 0
    for index in range(1, len(end)):
        length = fails[index - 1]
        while length and end[index] != end[length]:
            length = fails[length - 1]
        fails[index] = length + (end[index] == end[length])
        size = index + 1
        period = size - fails[index]
        if size >= SHORTEST_LOOP and period * ROUNDS_OF_A_LOOP <= size:
            best = best or period
    return end[:best][::-1].strip() if best else ""


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
