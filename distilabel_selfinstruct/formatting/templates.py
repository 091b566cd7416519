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
    """A wording. `prompt` has the slots `{instruction}` and, for tasks with input, `{input}`."""

    prompt: str

    def fill(self, instruction: str, input: str) -> str:
        """The prompt. Braces inside the texts stay as they are."""
        return self.prompt.format(instruction=instruction, input=input)

    def answer(self, output: str) -> str:
        """The completion. A space precedes the output after `Output:`, and nothing precedes it after a line break."""
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
    """The templates to draw from: those for tasks with input, or those for tasks without."""
    return WITH_INPUT if input else WITHOUT_INPUT


def prompt_and_completion(example: Example, rng: Random, mode: Mode = "default", end: str = "") -> tuple[str, str]:
    """A training row in a wording that `rng` draws.

    Args:
        example: the task.
        rng: draws the form of the input and then the template. All forms and all templates are equally likely.
        mode: how the input may be changed (see `input_texts`).
        end: a text that closes the completion.
    """
    given = rng.choice(input_variants(example.input, mode))
    template = rng.choice(templates_for(given))
    return template.fill(example.instruction, given), template.answer(example.output) + end
