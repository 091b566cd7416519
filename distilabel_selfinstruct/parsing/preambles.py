"""What chat models say around an answer: openings ("Sure! Here are …:"), headings and closing remarks.

The paper's model, a base model, says nothing of the kind, so all of this is a departure from it. The patterns
are narrow on purpose: a remark that slips through is dropped later by a rule or a rater, a task taken for a
remark is lost.
"""

import re

# Words that only begin a remark to the asker; nothing else of the line matters.
_INTERJECTION = re.compile(
    r"(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|got it|no problem|happy to help|great|"
    r"understood)\b"
    r"(?=[!.,:]| ?[-\u2013\u2014])"
    r"|(?:natürlich|gerne|selbstverständlich|bien sûr|d'accord|certainement|claro|por supuesto)\b(?=[!.,:])"
    r"|(?:네|물론입니다|물론이죠|알겠습니다|좋습니다)[!.,]"
    r"|(?:好的|当然|當然|没问题|沒問題)[，,！!。]"
    r"|(?:はい|もちろんです|もちろん|承知しました|わかりました)[、,！!。]"
    r"|(?:แน่นอน|ได้ครับ|ได้ค่ะ|ได้เลย)",
    re.IGNORECASE,
)

# A line that announces the list: it points ahead, names tasks and ends in a colon. "Here is a list of
# numbers:" may be a task, so a list alone is not enough.
_ANNOUNCEMENT = re.compile(
    r"(?:here(?:'s|\u2019s| are| is)|below (?:are|is)|(?:the )?following (?:are|is)|these are|continuing|"
    r"as requested|"
    r"i(?:'ve|\u2019ve| have) (?:created|generated|written|prepared|come up with)).{0,120}"
    r"\b(?:tasks|instructions|prompts|continuation|rest of the list|more (?:ideas|examples))\b"
    r"|hier (?:sind|ist).{0,120}\b(?:aufgaben|anweisungen)\b"
    r"|voici.{0,120}\b(?:tâches|instructions)\b"
    r"|aquí (?:tienes|están|hay).{0,120}\b(?:tareas|instrucciones)\b"
    r"|(?:다음|아래|여기|이어서).{0,60}(?:명령|작업|지시|과제).{0,60}니다"
    r"|(?:以下|下面|这里|這裡|接下来|接下來)(?:是|为|為|有|列出).{0,60}(?:任务|任務|指令)"
    r"|(?:以下|次|こちら)(?:は|が|に).{0,60}(?:タスク|指示|課題).{0,40}(?:です|ます|した)"
    r"|(?:นี่คือ|ต่อไปนี้คือ).{0,80}(?:งาน|คำสั่ง)",
    re.IGNORECASE,
)

# The beginning of a line that points ahead, whatever to. Enough only where the format's own markers follow.
_POINTS_AHEAD = re.compile(
    r"(?:here|below|the following|following|these|this is|examples?|hier|voici|aquí)\b"
    r"|다음|아래|여기|以下|下面|这里|こちら|นี่คือ",
    re.IGNORECASE,
)

# A Japanese announcement may end in a full stop.
_ANNOUNCED = re.compile("以下は.{0,80}(?:タスク|指示|課題).{0,20}(?:です|ます)。")

# An announcement is a line of its own and short.
_LONGEST_REMARK = 250

# The last paragraph of a chat answer, addressed to the asker.
_CLOSING = re.compile(
    r"(?:let me know|feel free to|i hope (?:this|these|that)|hope (?:this|these) help|would you like me|"
    r"please let me know|if you(?:'d|\u2019d| would)? (?:need|like|want) (?:more|any|me|further|additional)|"
    r"these (?:tasks|instructions|examples) (?:cover|are|should|can|vary|range)|is there anything else|enjoy!|"
    r"do you want (?:more|me)|happy to (?:add|provide|write)|"
    r"lassen sie mich|wenn (?:sie|du) (?:weitere|mehr|noch)|falls (?:sie|du)|sag(?:en sie)? mir|ich hoffe|"
    r"n'hésitez pas|si vous (?:voulez|souhaitez|avez besoin)|j.espère que|dites-moi|"
    r"espero que|si (?:necesitas|quieres|deseas)|avísame|"
    r"도움이 (?:되|필요)|希望(?:这|這|以上)|以上が|ご参考|หวังว่า|หาก(?:คุณ)?ต้องการ|ถ้า(?:คุณ)?ต้องการ)"
    # These name first what there could be more of.
    r"|.{0,30}(?:더|추가로|다른).{0,20}(?:필요|원하|궁금).{0,30}(?:말씀|알려|문의|요청)"
    r"|(?:.{0,20}(?:他に|さらに|もっと|追加)|必要).{0,40}(?:お知らせ|お申し付け|ください|おっしゃって)"
    r"|(?:如果|如需|如有|若).{0,30}(?:更多|其他|需要|帮助|幫助)",
    re.IGNORECASE,
)

# The end of a text that another one belongs to.
_POINTS_BELOW = re.compile(
    r"[:\uff1a]$|\b(?:following|below|beneath)\b|다음|아래|次の|以下|下面|下列|ต่อไปนี้|folgende|unten|siguiente|suivant",
    re.IGNORECASE,
)

# A markdown heading, or a line that is bold from end to end.
_HEADING = re.compile(r"#{1,6}\s+\S.*|\*\*[^*]+\*\*:?")

_GROUP_HEADING = re.compile(r"[^\W\d_][\w'\u2019 -]{2,40}[:\uff1a]")

_COLONS = (":", "\uff1a")


def opens_a_chat(line: str) -> bool:
    """True for a line that begins by addressing the asker: "Sure!", "Certainly, …"."""
    line = _bare(line)
    return len(line) <= _LONGEST_REMARK and _INTERJECTION.match(line) is not None


def announces_a_list(line: str) -> bool:
    """True for a line such as "Here are eight new tasks:"."""
    line = _bare(line)
    announces = line.endswith(_COLONS) and _ANNOUNCEMENT.match(line) is not None
    return len(line) <= _LONGEST_REMARK and (announces or _ANNOUNCED.fullmatch(line) is not None)


def introduces(line: str) -> bool:
    """True for any short line that points ahead and ends in a colon: "Here is an example:"."""
    line = _bare(line)
    return len(line) <= _LONGEST_REMARK and line.endswith(_COLONS) and _POINTS_AHEAD.match(line) is not None


def is_remark(line: str) -> bool:
    """True for a line that is about the answer rather than of it."""
    return opens_a_chat(line) or announces_a_list(line)


def stands_outside(line: str) -> bool:
    """True for a line that may stand around the whole answer: a remark, a lead-in, a heading or a closing."""
    return is_remark(line) or introduces(line) or is_heading(line) or _CLOSING.match(_bare(line)) is not None


def ends_with_colon(line: str) -> bool:
    """True for a line that leads in to something."""
    return _bare(line).endswith(_COLONS)


def is_heading(line: str) -> bool:
    """True for a markdown heading or a line in bold."""
    line = line.strip()
    return len(line) <= _LONGEST_REMARK and _HEADING.fullmatch(line) is not None


def points_below(text: str) -> bool:
    """True for a text that speaks of another one below it."""
    return _POINTS_BELOW.search(text.rstrip()) is not None


def is_group_heading(line: str) -> bool:
    """True for a few words before a colon: "More tasks:", "Writing:"."""
    return _GROUP_HEADING.fullmatch(line.strip()) is not None


def split_closing(text: str) -> tuple[str, str]:
    """The text without a closing remark in its last paragraph, and that remark ("" when there is none)."""
    body, blank, last = text.rstrip().rpartition("\n\n")
    if blank and len(last) <= 2 * _LONGEST_REMARK and _CLOSING.match(_bare(last)):
        return body.rstrip(), last.strip()
    return text, ""


def _bare(line: str) -> str:
    # Without the marks that markdown or a quotation puts around a line.
    return line.strip().strip("#*_> ")
