"""Stage 2: from an answer to whether a task is a classification task (paper, section 2.2 and table 6)."""

import re
from dataclasses import dataclass

from distilabel_selfinstruct.parsing.cleaning import encodable, plain, unread, without_thinking
from distilabel_selfinstruct.parsing.echo import without_prompt
from distilabel_selfinstruct.parsing.reference import strict_classification
from distilabel_selfinstruct.records import Completion, Mode, Reason, Rejection

# Yes and no in the languages that have word lists here. They do not contradict each other between languages.
# "No idea", "not sure" and their like are neither.
_YES = r"yes|ja|oui|sí|si|네|예|맞습니다|是的|是(?!否)|对|對|はい|ใช่"
_NO = (
    r"no(?! idea)|not(?! sure| clear)|nein|non|아니요|아니오|아닙니다"
    r"|不是|否|不(?!确定|確定|清楚)|いいえ|ไม่(?!แน่)"
)

# An answer that begins with its verdict. Scripts without spaces need no word boundary after it.
_FIRST_WORD = re.compile(rf"(?:(?P<no>{_NO})|(?P<yes>{_YES}))(?![A-Za-z\u00c0-\u024f])", re.IGNORECASE)

# "Yes or no", "Yes/No": the question repeated.
_BOTH = re.compile(r"yes\W{0,3}(?:or|and|/|\\|\|)\W{0,3}no\b", re.IGNORECASE)

# What may stand before the verdict: "Answer:", "The answer is", "Is it classification?".
_LEAD_IN = re.compile(
    r"(?:(?:the |my |final )*answer(?: is)?|output|verdict|"
    r"is (?:it|this) (?:a )?classification(?: task)?\?)\W*",
    re.IGNORECASE,
)

# A sentence that says it: "This is not a classification task."
_SENTENCE = re.compile(r"\bis(n't|n\u2019t)?((?: \w+){0,2}?) (?:a |an )?classification\b(?!\?)", re.IGNORECASE)

# Marks around an answer: markdown, quotation marks, brackets.
_MARKS = " \t\n*_`\"'\u201c\u201d\u2018\u2019()[]<>#-:."

# The verdict stands at the beginning; what follows explains it.
_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Classification:
    """The verdict on one task; None when the answer gives none, and then `rejected` says why."""

    is_classification: bool | None
    rejected: tuple[Rejection, ...] = ()


def parse_classification(completion: Completion, mode: Mode = "default", prompt: str | None = None) -> Classification:
    """Read the answer to "Is it classification?".

    Strict: Yes, yes or YES alone is yes, all else is no. Default: a verdict in any punctuation or sentence
    counts, and an answer without one is no verdict. A cut-off answer is read like any other: the paper allows
    three tokens.
    """
    missing = unread(completion)
    if mode == "strict":
        # The reference stores a failed request as an empty answer, which is not a yes.
        return Classification(missing is None and strict_classification(encodable(completion.text or "")))
    if missing:
        return Classification(None, (missing,))
    text, _ = without_prompt(plain(completion.text or ""), plain(prompt or ""))
    answer, _ = without_thinking(text)
    verdict = _verdict(answer.strip(_MARKS)[:_LOOKED_AT])
    if verdict is None:
        unclear = Rejection(encodable(completion.text or ""), Reason.UNCLEAR_ANSWER)
        return Classification(None, (unclear,))
    return Classification(verdict)


def _verdict(answer: str) -> bool | None:
    if _BOTH.match(answer):
        return None
    lead_in = _LEAD_IN.match(answer)
    if lead_in:
        answer = answer[lead_in.end() :].lstrip(_MARKS)
    word = _FIRST_WORD.match(answer)
    if word and not _BOTH.match(answer):
        return word["yes"] is not None
    sentence = _SENTENCE.search(answer)
    if not sentence:
        return None
    return not sentence[1] and "not" not in sentence[2].lower().split()
