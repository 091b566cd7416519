"""Tasks without numbers: parted by hash marks or rules, or by blank lines.

The rule: several tasks are never glued into one. A paragraph that begins as a task does is one; any other belongs to
the task above it, as the text of "Shorten the text below." does.
"""

import re
from collections.abc import Callable, Sequence

from distilabel_selfinstruct.parsing.cleaning import is_rule_line
from distilabel_selfinstruct.parsing.glosses import is_gloss

_HASHES = re.compile(r"[ \t]*#{3,}[ \t]*")

# How tasks begin, or end, in the languages of the word lists.
_TASK = re.compile(
    r"[\"'\u201c\u00bf\u00a1(*_]*(?:please |kindly |could you |can you |would you )?(?:"
    r"add|advise|analy[sz]e|answer|argue|arrange|assess|brainstorm|build|calculate|change|check|choose|cite|classify"
    r"|come up|compare|compile|complete|compose|compute|construct|continue|contrast|convert|correct|count|create"
    r"|critique|debate|decide|decode|define|describe|design|detect|determine|develop|devise|differentiate|discuss|divide|draft"
    r"|edit|elaborate|estimate|evaluate|examine|expand|explain|explore|express|extract|fill|find|fix|form|format"
    r"|formulate|generate|give|group|guess|help|highlight|identify|imagine|implement|improve|infer|interpret|introduce"
    r"|invent|judge|justify|label|list|look|make|match|mention|multiply|name|narrate|offer|order|organi[sz]e|outline"
    r"|paraphrase|pick|plan|point|predict|prepare|present|produce|proofread|propose|prove|provide|put|rank|rate|read"
    r"|rearrange|recommend|replace|research|respond|reverse|review|revise|reword|rewrite|say|select|sell|shorten|show"
    r"|simplify|solve|sort|spell|split|state|suggest|sum|summari[sz]e|tell|think|trace|track|transform|translate|turn"
    r"|use|verify|weigh|write|you are|suppose|given|how|what|which|who|whom|whose|when|where|why|is|are|do|does|did|can"
    r"|could|should|will|would|if you"
    r"|nenne|schreib\w*|erklär\w*|beschreib\w*|gib|liste|übersetz\w*|vergleich\w*|fass\w*|finde|erstell\w*"
    r"|formulier\w*|zähl\w*|berechne|ordne|entwirf|erzähl\w*|sag\w*|was|wie|warum|wer|wo|wann|welche\w*"
    r"|escribe|nombra|explica|da|traduce|enumera|haz|di|compara|resume|calcula|ordena|crea|propón|cuenta|qué|cómo"
    r"|cuál\w*|por qué|quién|dónde|cuándo"
    r"|écri\w+|nomme|explique\w*|donne\w*|décri\w+|tradui\w+|cite\w*|compare\w*|résume\w*|calcule\w*|crée\w*"
    r"|propose\w*|raconte\w*|quel\w*|comment|pourquoi|qui|où|quand|que)\b"
    r"|[请請写寫列解描给給说說翻比找把用将將举舉编編设設分计計]"
    r"|(?:จง|เขียน|อธิบาย|บอก|แปล|ยก|ให้|แต่ง|เปรียบ|สรุป|แนะนำ|หา)",
    re.IGNORECASE,
)
_TASK_END = re.compile(
    r"(?:[?\uff1f]|(?:세요|시오|십시오|까요|나요|가요|하라|해줘|해라|주세요|니까|은요?)[.!]?"
    r"|(?:ください|なさい|せよ|ましょう|ですか|ますか)[。！]?)[\"'\u201d)*_]*$"
)

# A first task that speaks of a text to come.
_REFERS_AHEAD = re.compile(
    r"[:\uff1a]$|\b(?:following|below|this|these|given|text|passage|paragraphs?|sentences?|poem|story|article|dialogue"
    r"|conversation|review|e-?mail|letter|code|stanza|lyrics|recipe|table|data|list)\b"
    r"|다음|아래|주어진|이 (?:글|문장)|次の|以下|この|下面|下列|这段|這段|ต่อไปนี้|folgende\w*|siguiente|suivante?",
    re.IGNORECASE,
)

_SENTENCE_END = re.compile(r"[.?!\u3002\uff01\uff1f][\"'\u201d)*_]*$")

_SURELY_SEVERAL = 3


def split_unnumbered(text: str) -> list[str]:
    """The tasks in a text that no numbers part; one for a text that holds one task."""
    lines = text.split("\n")
    if any(_HASHES.fullmatch(line) for line in lines):
        return _blocks(lines, lambda line: _HASHES.fullmatch(line) is not None)
    if any(is_rule_line(line) for line in lines):
        parts = _blocks(lines, is_rule_line)
        if all(map(_begins_as_task, parts)):
            return parts
    sentences = [line.strip() for line in lines if line.strip()]
    if len(sentences) > 1 and all(_begins_as_task(one) and _SENTENCE_END.search(one) for one in sentences):
        return sentences
    paragraphs = _blocks(lines, lambda line: not line.strip())
    alike = (
        len(paragraphs) >= _SURELY_SEVERAL
        and all("\n" not in one and _SENTENCE_END.search(one) for one in paragraphs)
        and not _REFERS_AHEAD.search(paragraphs[0])
    )
    tasks: list[str] = []
    for paragraph in paragraphs:
        leads_on = bool(tasks) and (tasks[-1].endswith((":", "\uff1a")) or is_gloss(paragraph))
        if not tasks or (not leads_on and (alike or _begins_as_task(paragraph))):
            tasks.append(paragraph)
        else:
            tasks[-1] += f"\n\n{paragraph}"
    return tasks


def _begins_as_task(text: str) -> bool:
    first = text.partition("\n")[0].strip()
    return _TASK.match(first) is not None or _TASK_END.search(first) is not None


def _blocks(lines: Sequence[str], parts: Callable[[str], bool]) -> list[str]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if parts(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [text for block in blocks if (text := "\n".join(block).strip())]
