"""What an LLM's output says, as a completion."""

from collections.abc import Mapping
from dataclasses import asdict
from numbers import Integral
from typing import Any

from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.llms.arguments import Arguments
from distilabel_selfinstruct.llms.failures import said_by
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.reading_answers import text_before_stop
from distilabel_selfinstruct.llms.usage import TokenUsage, billed
from distilabel_selfinstruct.records import Completion

_TOO_MUCH = 2**53
"""A count from which numbers of JSON are not exact."""


def completion_from(llm: LLM, output: Any, arguments: Arguments, *, seconds: float = 0.0) -> Completion:
    """What an LLM's output, or the exception that it raised, says as a completion.

    What an LLM says beside the text is whatever its server sent. It is read as far as it can be, and costs no answer.
    """
    facts: dict[str, Any] = {"model": llm.model_name, "seconds": round(seconds, 3)}
    if isinstance(output, Exception):
        return Completion.failed(said_by(llm, output), **asdict(billed(output)), **facts)
    try:
        text = output["generations"][0]
    except (LookupError, TypeError):
        return Completion.failed("the answer holds no generation", **facts)
    usage = usage_in(output)
    finish_reason = _text(output.get("finish_reason")) or None
    facts |= {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "retries": _count(output.get("retries")),
    }
    if not isinstance(text, str):
        why = f"the answer holds no text (finish reason: {finish_reason})"
        return Completion.failed(why, finish_reason=finish_reason, **facts)
    is_at_limit = usage.output_tokens >= arguments.max_tokens and not isinstance(llm, OpenAICompatibleLLM)
    if finish_reason is None and is_at_limit:
        # An LLM that does not say why it ended, at its limit: cut off.
        finish_reason = "length"
    if (before := text_before_stop(text, arguments.cut_at)) is not None:
        text, finish_reason = before, "stop"
    reasoning = _text(output.get("reasoning"))
    return Completion(text=text, finish_reason=finish_reason, reasoning=reasoning, **facts)


def usage_in(output: Any) -> TokenUsage:
    """What an LLM's output, or the exception that it raised, says of what was billed."""
    if isinstance(output, Exception):
        return billed(output)
    statistics = output.get("statistics")
    if not isinstance(statistics, dict | Mapping):
        statistics = {}
    return TokenUsage(
        input_tokens=_count(statistics.get("input_tokens")),
        output_tokens=_count(statistics.get("output_tokens")),
        reasoning_tokens=_count(output.get("reasoning_tokens")),
        cached_tokens=_count(output.get("cached_tokens")),
    )


def ask_together(llm: LLM, prompts: list[Any], arguments: Arguments) -> list[Any]:
    """The outputs of an LLM that takes batches, in the order of the prompts; an exception where there is none.

    A batch that raises is asked again one by one.
    """
    try:
        outputs = list(llm.generate_outputs(inputs=prompts, num_generations=1, **arguments.keywords))
    except DistilabelOfflineBatchGenerationNotFinishedException:
        raise
    except Exception as error:
        if len(prompts) == 1:
            return [error]
        return [output for prompt in prompts for output in ask_together(llm, [prompt], arguments)]
    if len(outputs) != len(prompts):
        # Which output belongs to which prompt is anyone's guess.
        return [ValueError(f"{len(outputs)} outputs came for {len(prompts)} inputs")] * len(prompts)
    return outputs


def as_messages(prompt: Any) -> Any:
    """A prompt as an LLM in this process takes it: chat messages.

    With a template that passes the content through (or a base model's tokenizer, which has none) a single message is a
    completion prompt.
    """
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt


def _count(values: Any) -> int:
    """The first count; 0 where it is none that anybody can have, because a journal with it could not be read."""
    value = _first(values)
    if type(value) is int:  # nearly always: to ask an abstract class takes ten times as long
        return value if 0 <= value < _TOO_MUCH else 0
    if isinstance(value, bool) or not isinstance(value, Integral):
        return 0
    count = int(value)
    return count if 0 <= count < _TOO_MUCH else 0


def _text(values: Any) -> str:
    value = _first(values)
    return value if isinstance(value, str) else ""


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None
