"""Where an answer is cut before it is scored, to compare with numbers that were made so."""

from enum import Enum


class Cut(str, Enum):
    """What is kept of an answer.

    `FIRST_SENTENCE` is the rule of Tk-Instruct for GPT-3: all before the first full stop.
    """

    FIRST_SENTENCE = "first-sentence"
    FIRST_PARAGRAPH = "first-paragraph"
    WORDS_128 = "128-words"

    def __call__(self, answer: str) -> str:
        """The part of the answer that is scored."""
        if self is Cut.FIRST_SENTENCE:
            return answer.strip().split(".", 1)[0]
        if self is Cut.FIRST_PARAGRAPH:
            return answer.strip().split("\n\n", 1)[0]
        return " ".join(answer.split()[:128])
