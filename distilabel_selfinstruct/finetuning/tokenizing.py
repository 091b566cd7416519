"""Rows as tokens, with the boundary of prompt and completion where it is when the tuned model is asked.

TRL makes prompt and completion into tokens together. Tokenizers like that of GPT-2 then split the line breaks at the
end of a prompt otherwise than without a completion, and TRL counts them as part of the completion: the model is trained
on prompts that it is never asked. So the two are made into tokens one by one wherever that makes a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from distilabel_selfinstruct.records import Row

IGNORED = -100
"""The label that torch leaves out of the loss."""


@dataclass(frozen=True, slots=True)
class TokenizedRow:
    """The tokens of a row, and for each the label: the token itself where the model is trained on it, else -100."""

    tokens: list[int]
    labels: list[int]


def tokenize_rows(rows: Sequence[Row], tokenizer: Any) -> list[TokenizedRow]:
    """Make rows with `prompt` and `completion` into tokens. The end token follows each completion.

    Special tokens that the tokenizer puts before a text are before the prompt.
    """
    if not rows:
        return []
    prompts = tokenizer([row["prompt"] for row in rows])["input_ids"]
    both = tokenizer([row["prompt"] + row["completion"] for row in rows])["input_ids"]
    completions = tokenizer([row["completion"] for row in rows], add_special_tokens=False)["input_ids"]
    end = tokenizer.eos_token_id
    return [
        _labeled(_without(end, prompt), _without(end, whole), completion, end)
        for prompt, whole, completion in zip(prompts, both, completions, strict=True)
    ]


def _labeled(prompt: list[int], whole: list[int], completion: list[int], end: int) -> TokenizedRow:
    # Some tokenizers put a blank before a text that stands alone, which the text as a whole does not have.
    trained = [*(whole[len(prompt) :] if whole[: len(prompt)] == prompt else completion), end]
    return TokenizedRow([*prompt, *trained], [*[IGNORED] * len(prompt), *trained])


def _without(end: int, tokens: list[int]) -> list[int]:
    """The tokens without an end token that the tokenizer adds by itself."""
    return list(tokens[:-1]) if tokens and tokens[-1] == end else list(tokens)
