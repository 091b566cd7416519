"""Models whose terms say something about the use of their outputs.

The table has the usual names of families of models. It is a reminder to read the terms, not legal advice: terms change
and differ by contract, and a family that is not in the table may have terms too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What the maker of a family of models asks of people who use its outputs.

    `kind` is the key, after `terms_`, of the words of the card that say it with care.
    """

    maker: str
    kind: str
    link: str


_COMPETING = "competing"

# The first pattern that matches a model's name decides. Upper and lower case are equal.
_TABLE: tuple[tuple[str, Terms], ...] = (
    (
        # Released as open weights under a license of their own, without the terms of the service.
        r"gpt-oss",
        Terms("OpenAI", "open_weights", "https://huggingface.co/openai/gpt-oss-120b"),
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
            "gemma",
            "https://ai.google.dev/gemma/terms",
        ),
    ),
    (
        r"\bllama[-_]?[23]\b|\bcode-?llama|distill-llama",
        Terms(
            "Meta",
            "llama",
            "https://www.llama.com/llama-downloads/",
        ),
    ),
    (
        r"\bllama[-_]?4\b",
        Terms(
            "Meta",
            "llama_4",
            "https://www.llama.com/llama4/license/",
        ),
    ),
    (
        r"\bgrok",
        Terms("xAI", _COMPETING, "https://x.ai/legal/terms-of-service-enterprise"),
    ),
    (
        r"\bcommand-[ar]\b|\baya\b",
        Terms("Cohere", "noncommercial", "https://cohere.com/terms-of-use"),
    ),
    (
        r"mistral-(large|medium|small-latest)|\bcodestral",
        Terms("Mistral AI", "by_model", "https://mistral.ai/terms"),
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
