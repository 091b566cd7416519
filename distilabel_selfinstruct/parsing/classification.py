"""Stage 2: from an answer to whether a task is a classification task (paper, section 2.2 and table 6)."""

from dataclasses import dataclass

from distilabel_selfinstruct.parsing.cleaning import plain, unread, without_thinking
from distilabel_selfinstruct.parsing.echo import own_task, without_prompt
from distilabel_selfinstruct.parsing.reader import reader_of
from distilabel_selfinstruct.parsing.reference import strict_classification
from distilabel_selfinstruct.parsing.turns import first_turn
from distilabel_selfinstruct.records import Completion, Mode, Reason, Rejection
from distilabel_selfinstruct.words import encodable


@dataclass(frozen=True, slots=True)
class Classification:
    """The verdict on one task; None when the answer gives none, and then `rejected` says why."""

    is_classification: bool | None
    rejected: tuple[Rejection, ...] = ()


def parse_classification(
    completion: Completion, mode: Mode = "default", prompt: str | None = None, language: str = "en"
) -> Classification:
    """Read the answer to "Is it classification?".

    Strict: Yes, yes or YES alone is yes, all else is no. Default: a verdict in any punctuation or sentence
    counts (`verdicts`), and an answer without one is no verdict. A cut-off answer is read like any other: the paper
    allows three tokens.
    """
    missing = unread(completion)
    if mode == "strict":
        # The reference stores a failed request as an empty answer, which is not a yes.
        return Classification(missing is None and strict_classification(encodable(completion.text or "")))
    if missing:
        return Classification(None, (missing,))
    text, _ = without_prompt(plain(completion.text or ""), plain(prompt or ""))
    answer, _ = without_thinking(first_turn(text))
    reader = reader_of(language)
    answer, _, _ = own_task(answer, "", reader.task_lines)
    verdict = reader.verdicts.read(answer)
    if verdict is None:
        unclear = Rejection(encodable(completion.text or ""), Reason.UNCLEAR_ANSWER)
        return Classification(None, (unclear,))
    return Classification(verdict)
