"""How a task is put to a model: the prompts of the paper's evaluations (sections 4.3 and 4.4)."""

import os
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.evaluation.definitions import ShownExample
from distilabel_selfinstruct.evaluation.gpt2 import Encoding, gpt2_encoding
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask
from distilabel_selfinstruct.formatting.chat import user_text
from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.formatting.templates import templates_for

MAX_PROMPT_TOKENS = 1024
"""The longest prompt of Super-NaturalInstructions, in tokens of GPT-2."""


class TaskPrompt(str, Enum):
    """How a task is put to a model.

    `SUPERNI`: as Super-NaturalInstructions does, without the blank at the end. `USER_ORIENTED`: as the paper's authors
    put their 252 tasks. `SELF_INSTRUCT`: in the first wording of the training rows. `CHAT`: as one message of a user.
    """

    SUPERNI = "superni"
    USER_ORIENTED = "user-oriented"
    SELF_INSTRUCT = "self-instruct"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class PromptOptions:
    """How tasks are put to a model.

    Attributes:
        kind: the wording.
        positive_examples: how many right examples a `superni` prompt shows at most, if the task has them.
        negative_examples: how many wrong ones.
        explanations: whether it shows why these are right or wrong.
        max_prompt_tokens: the most tokens of a `superni` prompt, counted by GPT-2; its end is cut off. 0 for no limit.
        tokenizer_path: the folder with `vocab.json` and `merges.txt` of GPT-2. It is needed if a prompt may be too long
            or shows examples.
        language: whose wordings `self-instruct` takes; a BCP-47 tag or the folder of a pack.
    """

    kind: TaskPrompt = TaskPrompt.USER_ORIENTED
    positive_examples: int = 0
    negative_examples: int = 0
    explanations: bool = False
    max_prompt_tokens: int = MAX_PROMPT_TOKENS
    tokenizer_path: str | os.PathLike[str] | None = None
    language: str = "en"


def task_prompts(tasks: Sequence[ScoredTask], options: PromptOptions) -> list[str]:
    """The prompt for each task. With `TaskPrompt.CHAT` it is what the user says.

    Raises:
        ConfigError: a prompt may be too long and no tokenizer is named, or an option is for another kind of prompt.
        InputFileError: the folder does not hold the tokenizer.
        MissingExtraError: the package `tokenizers` is not installed.
    """
    if options.kind is not TaskPrompt.SUPERNI:
        if options.positive_examples or options.negative_examples:
            raise ConfigError(f"A {options.kind.value} prompt shows no examples: use `prompt=superni`, or omit them.")
        return [plain_prompt(task.instruction, task.input, options.kind, options.language) for task in tasks]
    limit = options.max_prompt_tokens
    encoding = None if options.tokenizer_path is None or not limit else gpt2_encoding(options.tokenizer_path)
    made = [superni_prompt(task, options, encoding).strip() for task in tasks]
    # A byte has at most one token, so short prompts need no tokenizer.
    long = [text for text in made if len(text.encode("utf-8", "replace")) > limit] if limit and not encoding else []
    if long:
        raise ConfigError(
            f"{len(long):,} of {len(made):,} prompts may have more than {limit:,} tokens of GPT-2, at which their end "
            "is cut off: name the folder of its files with `tokenizer_path`, or cut nothing with `max_prompt_tokens=0`."
        )
    return made


def superni_prompt(task: ScoredTask, options: PromptOptions, encoding: Encoding | None) -> str:
    """The text that the collator of Super-NaturalInstructions makes of a task, with the blank after `Output:`.

    An example is shown while the prompt with it has at most `max_prompt_tokens` tokens; the first one that does not fit
    ends the examples of its kind. A prompt that is too long without any loses its end.

    Args:
        task: the task.
        options: what is shown.
        encoding: the tokens of GPT-2; None to count none.
    """
    definition = f"{_closed(f'Definition: {task.instruction.strip()}')}\n\n"
    asked = "Now complete the following example -\n" + _closed(f"Input: {task.input.strip()}") + "\nOutput: "

    def fits(text: str) -> bool:
        return encoding is None or len(encoding.encode(text)) <= options.max_prompt_tokens

    right: list[str] = []
    wrong: list[str] = []
    if task.facts is not None:
        kinds = (
            (right, "Positive", task.facts.positive[: options.positive_examples]),
            (wrong, "Negative", task.facts.negative[: options.negative_examples]),
        )
        for shown, kind, examples in kinds:
            for text in _example_texts(kind, examples, explanations=options.explanations):
                # The reference counts blanks between the examples, which its prompt does not have.
                if not fits(f"{definition}{' '.join(right)}{' '.join(wrong)}{text}{asked}"):
                    break
                shown.append(text)
    prompt = "".join((definition, *right, *wrong, asked))
    if encoding is None or fits(prompt):
        return prompt
    return encoding.decode(encoding.encode(prompt)[: options.max_prompt_tokens])


def _example_texts(kind: str, examples: Iterable[ShownExample], *, explanations: bool) -> Iterator[str]:
    for number, example in enumerate(examples, 1):
        lines = [f" {kind} Example {number} -\nInput: {example.input.strip()}", f" Output: {example.output.strip()}"]
        if explanations and example.explanation:
            lines.append(f" Explanation: {example.explanation.strip()}")
        yield "".join(f"{_closed(line)}\n" for line in lines) + "\n"


def _closed(text: str) -> str:
    """A text that ends in a sign: with a full stop where it had none."""
    return text if text[-1] in string.punctuation else f"{text}."


def plain_prompt(instruction: str, input: str, kind: TaskPrompt, language: str = "en") -> str:
    """The prompt for an instruction and its input, which may be empty, in any wording but `SUPERNI`."""
    instruction, given = instruction.strip(), input.strip()
    if kind is TaskPrompt.CHAT:
        return user_text(Example(instruction, given, ""), language=language)
    if kind is TaskPrompt.SELF_INSTRUCT:
        return templates_for(given, language)[0].fill(instruction, given)
    return f"{instruction}\n\nInput: {given}\nOutput:" if given else f"{instruction}\nOutput:"
