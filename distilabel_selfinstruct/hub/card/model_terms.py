"""Models whose terms say something about the use of their outputs.

The table has the usual names of families of models. It is a reminder to read the terms, not legal advice: terms change
and differ by contract, and a family that is not in the table may have terms too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What the maker of a family of models asks of people who use its outputs, in one careful sentence."""

    maker: str
    sentence: str
    link: str


_COMPETING = "restrict the use of outputs to develop models that compete with its own"

# The first pattern that matches a model's name decides. Upper and lower case are equal.
_TABLE: tuple[tuple[str, Terms], ...] = (
    (
        # Released as open weights under a license of their own, without the terms of the service.
        r"gpt-oss",
        Terms("OpenAI", "are the Apache 2.0 license and a usage policy", "https://huggingface.co/openai/gpt-oss-120b"),
    ),
    (
        r"\bgpt-?[345]|\bchatgpt|(^|[:/])o[1-9](-|$)|davinci|\b(text-)?(ada|babbage|curie)-00",
        Terms("OpenAI", _COMPETING, "https://openai.com/policies/terms-of-use/"),
    ),
    (
        r"\bclaude",
        Terms("Anthropic", _COMPETING, "https://www.anthropic.com/legal/commercial-terms"),
    ),
    (
        r"\bgemini",
        Terms("Google", _COMPETING, "https://ai.google.dev/gemini-api/terms"),
    ),
    (
        r"\bgemma",
        Terms(
            "Google",
            "pass (up to Gemma 3) use restrictions on to models that are trained on outputs to behave like Gemma",
            "https://ai.google.dev/gemma/terms",
        ),
    ),
    (
        r"\bllama[-_]?[23]\b|\bcode-?llama|distill-llama",
        Terms(
            "Meta",
            "restrict or attach conditions (such as the name of the result) to models that are improved by outputs",
            "https://www.llama.com/llama-downloads/",
        ),
    ),
    (
        r"\bllama[-_]?4\b",
        Terms(
            "Meta",
            "attach conditions (such as the name of the result) to models that are improved by outputs",
            "https://www.llama.com/llama4/license/",
        ),
    ),
    (
        r"\bgrok",
        Terms("xAI", _COMPETING, "https://x.ai/legal/terms-of-service-enterprise"),
    ),
    (
        r"\bcommand-[ar]\b|\baya\b",
        Terms("Cohere", "restrict commercial use, for the openly released weights", "https://cohere.com/terms-of-use"),
    ),
    (
        r"mistral-(large|medium|small-latest)|\bcodestral",
        Terms("Mistral AI", "differ by model and may restrict commercial use", "https://mistral.ai/terms"),
    ),
)


def terms_of(models: Iterable[str]) -> list[tuple[str, Terms]]:
    """Those of these models whose terms say something about outputs, each with its terms."""
    found = []
    for model in models:
        for pattern, terms in _TABLE:
            if re.search(pattern, model, re.IGNORECASE):
                found.append((model, terms))
                break
    return found
