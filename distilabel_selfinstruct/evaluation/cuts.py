"""Where an answer is cut before it is scored, to compare with numbers that were made so."""

import re
from enum import Enum

_ECHO = re.compile(r"\n(?:Input|Output|Task):")


class Cut(str, Enum):
    """What is kept of an answer.

    `FIRST_SENTENCE` is the rule of Tk-Instruct for GPT-3: all before the first full stop. `BEFORE_ECHO` ends where a
    further line begins with `Input:`, `Output:` or `Task:`, as a model goes on that does not stop.
    """

    FIRST_SENTENCE = "first-sentence"
    FIRST_LINE = "first-line"
    FIRST_PARAGRAPH = "first-paragraph"
    BEFORE_ECHO = "before-echo"
    WORDS_128 = "128-words"

    def __call__(self, answer: str) -> str:
        """The part of the answer that is scored."""
        if self is Cut.FIRST_SENTENCE:
            return answer.strip().split(".", 1)[0]
        if self is Cut.FIRST_LINE:
            return answer.strip().split("\n", 1)[0]
        if self is Cut.BEFORE_ECHO:
            return _ECHO.split(answer, maxsplit=1)[0]
        if self is Cut.FIRST_PARAGRAPH:
            return answer.strip().split("\n\n", 1)[0]
        return " ".join(answer.split()[:128])
