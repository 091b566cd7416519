"""What an instruction asks for, as far as a rule about its answer must know it.

Told by words, in the languages of the word lists. An instruction that is not known, an empty text, may ask for
anything.
"""

import re

# A task that asks for a text to be made, so that a dialogue may be its answer.
_WRITING = re.compile(
    r"\W*(?:please )?(?:write|create|generate|compose|make|invent|imagine|come up|give|produce|draft|tell|"
    r"develop|provide|construct|role-?play|act)\b",
    re.IGNORECASE,
)

# A task to which there are many good answers, none of which contradicts another.
_INVENTING = re.compile(
    r"(?:^|[.!?;,:]\s+|\b(?:and|then|please|could you|can you) )(?:please )?"
    r"(?:write|compose|create|generate|make up|make a|invent|imagine|come up|draft|design|develop|produce|construct|"
    r"suggest|propose|recommend|think of|tell (?:me |us )?a|give (?:me |us )?(?:a|an|some)\b|role-?play|"
    r"schreib\w*|verfass\w*|erfinde\w*|entwirf|entwerfen|erstelle\w*|denk dir|schlag\w*|"
    r"escrib\w+|redact\w+|invent\w+|crea\w*|genera\w*|prop\w+n\w*|sugier\w+|"
    r"écri\w+|rédige\w*|invente\w*|crée\w*|génère\w*|propose\w*|suggère\w*)\b"
    r"|써|쓰세요|쓰시오|작성|지어|지으|만들|추천|제안|상상"
    r"|書い|書き|作っ|作り|作成|考え|提案|挙げ|创作|創作|写一|写出一|寫一|编一|編一|设计|設計|想一|推荐|推薦|建议|生成"
    r"|เขียน|แต่ง|สร้าง|แนะนำ|เสนอ",
    re.IGNORECASE,
)

# A task that wants more than one of something.
_SEVERAL = re.compile(
    r"\b(?:several|multiple|various|different|a few|some|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
    r"(?: [\w-]+){0,3}? \w+s\b"
    r"|\b(?:mehrere|einige|verschiedene|zwei|drei|vier|fünf|varios|varias|algunos|algunas|dos|tres|cuatro|cinco"
    r"|plusieurs|quelques|deux|trois|quatre|cinq)\b"
    r"|여러|다양한|가지|몇 개|いくつか|複数|つ挙げ|几个|幾個|多个|多個|一些|หลาย",
    re.IGNORECASE,
)

# A task whose answer may be an apology or a refusal.
_DECLINING = re.compile(
    r"\b(?:declin|refus|reject|apolog|sorry|excus|turn(?:s|ed|ing)? (?:\w+ ){0,3}down|say(?:s|ing)? no"
    r"|ableh|absag|entschuldig|rechaz|disculp)"
    r"|거절|거부|사과|사양|죄송|断|謝|詫び|拒|婉拒|道歉|歉意|谢绝|謝絕|推辞|ปฏิเสธ|ขอโทษ|ขออภัย",
    re.IGNORECASE,
)

# A task whose answer may be a text of labelled lines: who speaks, or a form that repeats. "The dialogue" is given.
_LABELLED_LINES = re.compile(
    r"\b(?:write|compose|draft|create|design|plan|invent|make up|role-?play)\b"
    r"|\b(?:an?|some|two|three|short|few|several)(?: [\w-]+){0,3}"
    r" (?:dialog(?:ue)?s?|conversations?|chats?|scripts?|scenes?|plays?|skits?|interviews?|debates?|transcripts?"
    r"|menus?|quiz(?:zes)?|flashcards?|glossary|schedule|timetable|itinerary|table|form|template|profiles?"
    r"|catalog(?:ue)?|recipes?|faq)\b|\bq&a\b|\bquestions? and answers?\b"
    r"|\b(?:gespräch|drehbuch|speisekarte|conversaci\w+|diálogo|guion|menú|scénario)\b"
    r"|대화|대본|인터뷰|메뉴|퀴즈|일정|표로|会話|対話|台本|脚本|インタビュー|メニュー|对话|對話|剧本|劇本|采访|採訪|菜单|菜單"
    r"|บทสนทนา|สัมภาษณ์|เมนู",
    re.IGNORECASE,
)


def asks_for_writing(instruction: str) -> bool:
    """True for "Write a dialogue …" and the like, and for a task that is not known."""
    return not instruction.strip() or _WRITING.match(instruction) is not None


def has_many_answers(instruction: str) -> bool:
    """True for a task that asks for several answers or for something made up, and for one that is not known."""
    return (
        not instruction.strip()
        or _INVENTING.search(instruction) is not None
        or _SEVERAL.search(instruction) is not None
    )


def asks_to_decline(instruction: str) -> bool:
    """True for a task whose right answer may be an apology or a refusal."""
    return _DECLINING.search(instruction) is not None


def asks_for_labelled_lines(instruction: str) -> bool:
    """True for a task whose right answer may consist of lines such as "Anna: …", "Ben: …"."""
    return _LABELLED_LINES.search(instruction) is not None
