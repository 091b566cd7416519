"""The varied templates of the paper's fine-tuning rows (section 2.3 and appendix A).

An instruction is worded with or without `Task:`, `Input:` and `Output:` and with more or fewer line breaks, so that
the tuned model does not depend on one wording.
"""

from dataclasses import dataclass
from random import Random

from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.formatting.input_texts import input_variants
from distilabel_selfinstruct.records import Mode

END_OF_TEXT = "<|endoftext|>"
"""How a completion of the reference ends: the end token of GPT-3, as text."""


@dataclass(frozen=True, slots=True)
class Template:
    """A wording. `prompt` has the places `{instruction}` and, for tasks with input, `{input}`."""

    prompt: str

    def fill(self, instruction: str, input: str) -> str:
        """The prompt. Braces inside the texts stay as they are."""
        return self.prompt.format(instruction=instruction, input=input)

    def answer(self, output: str) -> str:
        """The completion: a space stands between `Output:` and the output, and nothing after a line break."""
        return f" {output}" if self.prompt.endswith(":") else output


WITH_INPUT = (
    Template("{instruction}\nInput: {input}\nOutput:"),
    Template("{instruction}\n\nInput: {input}\n\nOutput:"),
    Template("Task: {instruction}\nInput: {input}\nOutput:"),
    Template("{instruction}\n\n{input}\n\nOutput:"),
    Template("{instruction}\n\n{input}\n\n"),
    Template("{instruction}\n{input}\n\n"),
    Template("Task: {instruction}\n\n{input}\n\n"),
)

WITHOUT_INPUT = (
    Template("{instruction} Output:"),
    Template("{instruction}\nOutput:"),
    Template("{instruction}\n\nOutput:"),
    Template("{instruction}\n"),
    Template("{instruction}\n\n"),
    Template("Task: {instruction}\n\n"),
)


def templates_for(input: str) -> tuple[Template, ...]:
    """The templates of which one is drawn: those for tasks with input, or those for tasks without."""
    return WITH_INPUT if input else WITHOUT_INPUT


def prompt_and_completion(example: Example, rng: Random, mode: Mode = "default", end: str = "") -> tuple[str, str]:
    """A training row in a wording that `rng` draws.

    Args:
        example: the task, with its texts stripped.
        rng: draws the form of the input, each with probability 1/2, then the template, each equally likely.
        mode: how the input may be changed, see `input_texts`.
        end: what closes the completion.
    """
    given = rng.choice(input_variants(example.input, mode))
    template = rng.choice(templates_for(given))
    return template.fill(example.instruction, given), template.answer(example.output) + end
