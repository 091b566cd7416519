"""The paper's sampling parameters in the words of each distilabel LLM.

distilabel's LLMs name the same parameter differently, and some lack it. What an LLM cannot be told is either done
here (cutting at a stop sequence) or left out and named, so that the caller can say so.
"""

import inspect
from dataclasses import dataclass
from typing import Any

from distilabel.models.llms.base import LLM, AsyncLLM

from distilabel_selfinstruct.prompts import Decoding


@dataclass(frozen=True, slots=True)
class Arguments:
    """Keyword arguments for an LLM's `generate` or `agenerate`, and what they could not express.

    `max_tokens` is the limit on new tokens that is in force; `cut_at` are stop sequences left to the caller.
    """

    keywords: dict[str, Any]
    max_tokens: int
    left_out: tuple[str, ...] = ()
    cut_at: tuple[str, ...] = ()


def generation_arguments(llm: LLM, decoding: Decoding) -> Arguments:
    """The arguments for one decoding. The LLM's own `generation_kwargs` take precedence over it."""
    accepted = _accepted(llm)
    own = dict(llm.get_generation_kwargs() or {})
    if "options" in accepted and "max_new_tokens" not in accepted:
        return _ollama_options(decoding, own)
    keywords: dict[str, Any] = {}
    left_out: list[str] = []

    def put(value: object, *names: str) -> None:
        name = next((name for name in names if name in accepted), None)
        if name is not None:
            keywords[name] = value
        elif value:
            left_out.append(names[0])

    put(decoding.max_tokens, "max_new_tokens", "max_tokens")
    put(decoding.top_p, "top_p")
    put(decoding.presence_penalty, "presence_penalty")
    put(decoding.frequency_penalty, "frequency_penalty")
    if own.get("temperature", decoding.temperature) == 0 and {"do_sample", "repetition_penalty"} <= accepted:
        # transformers refuses a temperature of 0 and wants sampling switched off instead.
        keywords["do_sample"] = False
        own.pop("temperature", None)
    else:
        put(decoding.temperature, "temperature")
    if "repetition_penalty" in accepted:
        # distilabel's `TransformersLLM` has 1.1, also on what is in the prompt: "Input:", "Output:" and the numbers.
        keywords["repetition_penalty"] = 1.0
    stop = next((name for name in ("stop", "stop_sequences") if name in accepted), None)
    if stop is not None and decoding.stop:
        keywords[stop] = list(decoding.stop)
    if "extra_body" in accepted:
        if extra := {**decoding.extra_body, **(own.pop("extra_body", None) or {})}:
            keywords["extra_body"] = extra
    else:
        known = {name: value for name, value in decoding.extra_body.items() if name in accepted}
        left_out += decoding.extra_body.keys() - known.keys()
        keywords |= known
    keywords.update(own)
    max_tokens = own.get("max_new_tokens") or own.get("max_tokens") or decoding.max_tokens
    return Arguments(keywords, max_tokens, tuple(left_out), decoding.stop if stop is None else ())


def _accepted(llm: LLM) -> set[str]:
    method = llm.agenerate if isinstance(llm, AsyncLLM) else llm.generate
    return set(inspect.signature(method).parameters)


def _ollama_options(decoding: Decoding, own: dict[str, Any]) -> Arguments:
    options: dict[str, Any] = {
        "num_predict": decoding.max_tokens,
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "presence_penalty": decoding.presence_penalty,
        "frequency_penalty": decoding.frequency_penalty,
        "stop": list(decoding.stop),
        **decoding.extra_body,
        **(own.pop("options", None) or {}),
    }
    return Arguments({"options": options, **own}, options["num_predict"])
