"""What an answer costs in tokens, read from the counts of any server, and what was billed when no answer came of it."""

from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.records import Completion


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts of one or more answers.

    `output_tokens` includes `reasoning_tokens`, `input_tokens` includes `cached_tokens`, as on the bill.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        """The counts of both."""
        return TokenUsage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cached_tokens + other.cached_tokens,
        )


def usage_of(completion: Completion) -> TokenUsage:
    """The counts of a completion."""
    return TokenUsage(
        completion.input_tokens, completion.output_tokens, completion.reasoning_tokens, completion.cached_tokens
    )


def read_usage(usage: object) -> tuple[TokenUsage, tuple[str, ...]]:
    """The counts in the `usage` of an answer, and the names of those that are no whole numbers from 0.

    Such a count is 0; one that is missing or null is 0 as well, and not named. Servers differ in what they count. Where
    `total_tokens` is more than prompt and completion together, the rest is thoughts, which xAI and Google count apart
    and bill as output. The cache is in `prompt_tokens_details`, or beside the other counts at DeepSeek and Moonshot.
    Gateways to Anthropic's API and to OpenAI's Responses API may hand on the names of these: `input_tokens` and
    `output_tokens`.
    """
    counts = usage if isinstance(usage, dict) else {}
    odd: list[str] = []

    def count(holder: object, name: str) -> int:
        value = holder.get(name) if isinstance(holder, dict) else None
        if type(value) is int and value >= 0:
            return value
        if value is not None:
            odd.append(name)
        return 0

    prompt = count(counts, "prompt_tokens") or count(counts, "input_tokens")
    completion = count(counts, "completion_tokens") or count(counts, "output_tokens")
    details_of_output = counts.get("completion_tokens_details") or counts.get("output_tokens_details")
    details_of_input = counts.get("prompt_tokens_details") or counts.get("input_tokens_details")
    thoughts = count(details_of_output, "reasoning_tokens")
    cached = (
        count(details_of_input, "cached_tokens")
        or count(counts, "prompt_cache_hit_tokens")
        or count(counts, "cached_tokens")
    )
    # A count that cannot be read would seem to be missing from the total.
    uncounted = 0 if odd else max(0, count(counts, "total_tokens") - prompt - completion)
    output = completion + uncounted
    read = TokenUsage(prompt, output, min(output, max(thoughts, uncounted)), min(prompt, cached))
    return read, tuple(dict.fromkeys(odd))


def bill(error: Exception, usage: TokenUsage) -> None:
    """Note on an error what the request cost all the same; the error itself stays the one that was raised."""
    error.__dict__["billed"] = usage


def billed(error: Exception) -> TokenUsage:
    """What the request that ended in an error cost: answers that were broken, or asked for again."""
    found: Any = error.__dict__.get("billed")
    return found if isinstance(found, TokenUsage) else TokenUsage()
