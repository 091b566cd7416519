"""What models write after a task about the task: an explanation, a reason, a note.

The rule: a line that is labelled as one, or that speaks of "this task", ends the item, and so does such a remark in
brackets at its end. It is part of the item only if the item itself speaks of it: "Judge the explanation."
"""

import re

_LABELS = (
    r"Explanations?|Reason(?:ing)?|Rationale|Justification|Notes?|N\.?B\.?|Comment(?:ary)?s?|Purpose|Remarks?"
    r"|Category|Difficulty|Tags?|Why(?: this(?: task)?(?: works)?)?|Skills?(?: tested)?|Task type"
    "|설명|이유|참고|해설|비고|의도|목적|주의|난이도|분야|説明|理由|解説|注(?:意|釈)?|備考|補足|意図|目的|参考"
    "|说明|說明|解释|解釋|备注|備註|注释|註釋|原因|Erklärung|Erläuterung|Begründung|Hinweis|Anmerkung|Grund|Zweck"
    "|Explicación|Razón|Nota|Motivo|Justificación|Explication|Raison|Remarque|คำอธิบาย|เหตุผล|หมายเหตุ"
)

# "Explanation: …", "**Reason:**", "(Note: …", "- Why: …" at the beginning of a line.
_LABELLED = re.compile(
    r"[ \t]*(?:[-*\u2022>\u2192\u203b][ \t]*)?(?:#{1,6}[ \t]*)?[*_(\uff08\[\u3010]{0,4}"
    rf"(?P<label>{_LABELS})[*_]{{0,3}}[ \t]*[*_)\uff09\]\u3011]{{0,2}}[:\uff1a]",
    re.IGNORECASE,
)

# A sentence about the task.
_ABOUT = re.compile(
    r"[ \t]*[*_(\uff08\[]{0,3}(?:This (?:task|instruction|prompt|question|one|exercise) (?:is|asks|tests|requires|will"
    r"|would|can|could|helps|involves|was|has|checks|encourages|focuses|challenges|assesses|aims|continues|builds|follows|fits"
    r"|adds)\b|(?:이|위의?) ?(?:과제|작업|명령|지시|질문)(?:은|는|문은)"
    r"|(?:この|上記の|上の)(?:タスク|課題|指示|質問)(?:は|では)|(?:该|這個|这个|此|这项|本|上述)(?:任务|任務|指令)"
    r"|Diese (?:Aufgabe|Anweisung) |Esta (?:tarea|instrucción) |Cette (?:tâche|instruction|consigne) |งานนี้)"
)

# "… (Explanation: …)" at the end of a line.
_BRACKETED = re.compile(rf"[(\uff08\[\u3010][*_]{{0,2}}(?P<label>{_LABELS})[*_]{{0,2}}[ \t]*[:\uff1a]", re.IGNORECASE)

# A heading of the next level; "# …" is a comment in code.
_HEADING = re.compile(r"[ \t]*#{2,6}[ \t]+\S")


def split_gloss(text: str) -> tuple[str, str]:
    """The item, and what is said about it after it ("" where nothing is)."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        gloss = _gloss_in(line, first=not index, announced=bool(index) and _announces(lines[index - 1]))
        if gloss is None:
            continue
        above = "\n".join([*lines[:index], line[: gloss.start()]]).strip()
        label = gloss.groupdict().get("label")
        if above and not (label and _speaks_of(above, label)):
            return above, "\n".join([line[gloss.start() :], *lines[index + 1 :]]).strip()
    return text, ""


def is_gloss(line: str) -> bool:
    """True for a line that is labelled as an explanation, a note and the like, or speaks of "this task"."""
    return _LABELLED.match(line) is not None or _ABOUT.match(line) is not None


def _gloss_in(line: str, *, first: bool, announced: bool) -> re.Match[str] | None:
    """Where in a line a gloss begins. The first line of an item begins with the item, and a colon leads in to more."""
    found = None
    if not first and not announced:
        found = _LABELLED.match(line) or _ABOUT.match(line) or _HEADING.match(line)
    return found or _BRACKETED.search(line)


def _announces(line: str) -> bool:
    return line.rstrip().endswith((":", "\uff1a"))


def _speaks_of(text: str, label: str) -> bool:
    return label.casefold().rstrip("s") in text.casefold()
