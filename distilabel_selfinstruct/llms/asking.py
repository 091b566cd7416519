"""Asking any distilabel LLM, one completion for each request, whatever happens.

distilabel sends the requests of a batch together and loses all of them when one fails. Here each request stands
alone: its completion comes back, or a completion without text that says why there is none.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from distilabel.exceptions import DistilabelOfflineBatchGenerationNotFinishedException
from distilabel.models.llms.base import LLM, AsyncLLM
from pydantic import SecretStr

from distilabel_selfinstruct.llms.arguments import Arguments, generation_arguments
from distilabel_selfinstruct.llms.recorded import RecordedLLM
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Request


def ask(
    llm: LLM,
    requests: Sequence[Request],
    decoding_of: Callable[[Request], Decoding],
    *,
    max_in_flight: int,
    warn: Callable[[str], None],
) -> list[Completion]:
    """The completions of the requests, in their order.

    Args:
        llm: a loaded LLM. An asynchronous one gets at most `max_in_flight` requests at a time, any other all at once.
        requests: what to ask.
        decoding_of: the sampling parameters of a request.
        max_in_flight: how many requests an asynchronous LLM works on at a time.
        warn: is told what the LLM cannot do, such as a sampling parameter that it does not take.
    """
    if isinstance(llm, RecordedLLM):
        return [llm.replay(request) for request in requests]
    groups: defaultdict[Decoding, list[int]] = defaultdict(list)
    for place, request in enumerate(requests):
        groups[decoding_of(request)].append(place)
    completions: dict[int, Completion] = {}
    for decoding, places in groups.items():
        arguments = generation_arguments(llm, decoding)
        if arguments.left_out:
            warn(f"{type(llm).__name__} takes no {', '.join(arguments.left_out)}: sampling differs from the paper's.")
        prompts = [_for_llm(llm, requests[place].prompt) for place in places]
        if isinstance(llm, AsyncLLM):
            outputs = llm.event_loop.run_until_complete(_ask_concurrently(llm, prompts, arguments, max_in_flight))
        else:
            outputs = _ask_together(llm, prompts, arguments)
        for place, output in zip(places, outputs, strict=True):
            completions[place] = _completion(llm, output, arguments)
    return [completions[place] for place in range(len(requests))]


def _for_llm(llm: LLM, prompt: Any) -> Any:
    # LLMs in this process take chat messages only. With a template that passes the content through (or a base model's
    # tokenizer, which has none) a single message is a completion prompt.
    if isinstance(prompt, str) and not isinstance(llm, AsyncLLM):
        return [{"role": "user", "content": prompt}]
    return prompt


async def _ask_concurrently(
    llm: AsyncLLM, prompts: Iterable[Any], arguments: Arguments, max_in_flight: int
) -> list[Any]:
    free = asyncio.Semaphore(max_in_flight)

    async def one(prompt: Any) -> Any:
        async with free:
            try:
                return await llm.agenerate(input=prompt, **arguments.keywords)
            except Exception as error:  # whatever a client raises, it concerns this request only
                return error

    return list(await asyncio.gather(*(one(prompt) for prompt in prompts)))


def _ask_together(llm: LLM, prompts: list[Any], arguments: Arguments) -> list[Any]:
    try:
        outputs = list(llm.generate_outputs(inputs=prompts, num_generations=1, **arguments.keywords))
    except DistilabelOfflineBatchGenerationNotFinishedException:
        raise
    except Exception as error:
        if len(prompts) == 1:
            return [error]
        return [output for prompt in prompts for output in _ask_together(llm, [prompt], arguments)]
    if len(outputs) != len(prompts):
        # Which output belongs to which prompt is anyone's guess.
        return [ValueError(f"{len(outputs)} outputs came for {len(prompts)} inputs")] * len(prompts)
    return outputs


def _completion(llm: LLM, output: Any, arguments: Arguments) -> Completion:
    if isinstance(output, Exception):
        reason = f"{type(output).__name__}: {output}"
        return Completion(None, model=llm.model_name, error=_without_secrets(llm, reason))
    try:
        text = output["generations"][0]
    except (LookupError, TypeError):
        return Completion(None, model=llm.model_name, error="the answer holds no generation")
    statistics = output.get("statistics") or {}
    output_tokens = _first(statistics.get("output_tokens"), None) or 0
    finish_reason = _first(output.get("finish_reason"), None)
    if not isinstance(text, str):
        why = f"the answer holds no text (finish reason: {finish_reason})"
        return Completion(None, finish_reason, model=llm.model_name, error=why)
    if finish_reason is None and output_tokens >= arguments.max_tokens:
        # An LLM that does not say why it ended, at its limit: cut off.
        finish_reason = "length"
    for stop in arguments.cut_at:
        if stop in text:
            text, finish_reason = text.split(stop, 1)[0], "stop"
    return Completion(
        text=text,
        finish_reason=finish_reason,
        input_tokens=_first(statistics.get("input_tokens"), None) or 0,
        output_tokens=output_tokens,
        model=llm.model_name,
    )


def _first(values: Any, default: Any) -> Any:
    return values[0] if isinstance(values, list) and values else default


def _without_secrets(llm: LLM, text: str) -> str:
    for _, value in llm:
        if isinstance(value, SecretStr) and value.get_secret_value():
            text = text.replace(value.get_secret_value(), "***")
    return text
