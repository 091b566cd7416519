"""What an LLM's output says, as a completion."""

from typing import Any

from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.models.llms.base import LLM

from distilabel_selfinstruct.llms.arguments import Arguments
from distilabel_selfinstruct.llms.failures import said_by
from distilabel_selfinstruct.records import Completion


def completion_from(llm: LLM, output: Any, arguments: Arguments, *, seconds: float = 0.0) -> Completion:
    """What an LLM's output, or the exception that it raised, says as a completion."""
    if isinstance(output, Exception):
        return Completion.failed(said_by(llm, output), model=llm.model_name, seconds=round(seconds, 3))
    try:
        text = output["generations"][0]
    except (LookupError, TypeError):
        return Completion.failed("the answer holds no generation", model=llm.model_name)
    statistics = output.get("statistics") or {}
    output_tokens = _first(statistics.get("output_tokens")) or 0
    finish_reason = _first(output.get("finish_reason"))
    retries = _first(output.get("retries")) or 0
    if not isinstance(text, str):
        why = f"the answer holds no text (finish reason: {finish_reason})"
        return Completion.failed(why, finish_reason=finish_reason, model=llm.model_name, retries=retries)
    if finish_reason is None and output_tokens >= arguments.max_tokens:
        # An LLM that does not say why it ended, at its limit: cut off.
        finish_reason = "length"
    for stop in arguments.cut_at:
        if stop in text:
            text, finish_reason = text.split(stop, 1)[0], "stop"
    return Completion(
        text=text,
        finish_reason=finish_reason,
        input_tokens=_first(statistics.get("input_tokens")) or 0,
        output_tokens=output_tokens,
        model=llm.model_name,
        retries=retries,
        seconds=round(seconds, 3),
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


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) and values else None
