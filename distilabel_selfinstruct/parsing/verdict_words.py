"""Yes, no and neither in the languages of the word lists: data for `verdicts`.

Each text is a pattern. A verdict is a whole word: what ends a word differs between scripts, so that 对 (right) is not
found in 对不起 (sorry), nor 예 (yes) in 예시 (example).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """The words of one language.

    Attributes:
        yes: words for yes.
        no: words for no.
        right: words that mean yes where nothing else is said: "True."
        wrong: words that mean no where nothing else is said.
        end: what a whole word is followed by; it consumes nothing.
        neither: words of a sentence that gives no verdict, anywhere in it.
        joined: what stands between yes and no where the question is repeated.
        leads: what stands before the verdict: "The answer is".
        is_task: what says, before it or after it, that the task is one.
        is_no_task: what says that it is none.
        condition: words that make a statement one about other tasks.
    """

    yes: str
    no: str
    right: str
    wrong: str
    end: str
    neither: str
    joined: str
    leads: str
    is_task: str
    is_no_task: str
    condition: str


_LATIN = r"(?![A-Za-z\u00c0-\u024f])"
_HAN = r"(?![\u4e00-\u9fff])"
_KANA = r"(?![\u3040-\u30ff\u4e00-\u9fff])"
_HANGUL = r"(?![가-힣])"
_THAI = r"(?![\u0e00-\u0e7f])"

# Up to four words between a verb and the noun, none of them "to": "is to explain classification" says nothing.
_GAP = r"(?: (?!to\b|zu\b)[\w'\u2019-]+){0,4}?"

# The French genitive before the noun.
_DE = r"(?: d['\u2019]une tâche de| de)?"

ENGLISH = VerdictWords(
    yes="yes|yep|yeah|yup",
    no="no|nope|nah",
    right="true|affirmative|correct|right|it is|it can",
    wrong="false|negative|incorrect|wrong|it is not|it isn[\u2019']t|it cannot",
    end=_LATIN,
    neither=(
        r"\b(?:neither|nor|unclear|maybe|perhaps|possibly|both|depends|no problem|no worries|either way)\b"
        r"|\bno(?:t)? (?:\w+ )?(?:idea|clue|clear|sure|certain|enough|opinion|way to|possible)\b"
        r"|\b(?:don[\u2019']t|do not|cannot|can[\u2019']t|unable to) (?:know|say|tell|decide|determine|judge)\b"
        r"|\bhard to (?:say|tell)\b"
    ),
    joined="or|and|nor|/|\\\\|\\|",
    leads=(
        r"(?:the |my |final |short |correct )*(?:answer|verdict|response|output|result|decision|conclusion"
        r"|is[_ ]classification|classification|label)|a"
        r"|i(?: would|[\u2019']d)? (?:say|think|believe)(?: that)?(?: it is)?(?: the answer is)?"
    ),
    is_task=(
        rf"\b(?:is|are|be|being|it[\u2019']s|this[\u2019']s|that[\u2019']s|as|but|considered|called|counts)"
        rf"{_GAP} classification\b(?! tasks)"
    ),
    is_no_task=(
        rf"\b(?:not|isn[\u2019']t|no|never|cannot|can[\u2019']t|rather than|instead of|hardly|non-?)"
        rf"{_GAP}[ -]classification\b(?! tasks)"
    ),
    condition=r"\b(?:if|unless|whether|when|would|could|might)\b",
)

KOREAN = VerdictWords(
    # 네 and 예 are also the numeral four and the first syllables of other words.
    yes=(
        r"(?:네|넵|예|응)(?=[^\w\s]|\s*$|\s+(?:맞|그렇|분류|이것|이 |해당|그|물론))|(?:네|예)(?:입니다|이에요)"
        r"|맞습니다|맞아요|맞다|맞음|그렇습니다|그래요|그렇다"
    ),
    no="(?:아니요|아니오)(?:입니다)?|아뇨|아닙니다|아니에요|아니예요|아니다|아님|아니|그렇지 ?않습니다|그렇지 ?않아요",
    right="참|해당합니다|해당됩니다",
    wrong="거짓|틀렸습니다|틀립니다|해당하지 않습니다|해당되지 않습니다",
    end=_HANGUL,
    neither=(
        "모르|확실하지|확실치|애매|불확실|(?:알|판단할|답할|결정할) 수 없|판단하기 어렵|분명하지"
        "|(?:때|경우|상황)에 따라|둘 다|도 아니고|예를 들"
    ),
    joined="또는|혹은|이나|아니면|/",
    leads="(?:제 |최종 |정|내 )?(?:답|답변|대답|결론|판단|판정|결과|분류 여부|분류)(?:은|는)?",
    is_task=(
        "분류 ?(?:과제|작업|문제|태스크|유형|업무)?(?:입니다|이다|이에요|예요|임|가 맞|이 맞|맞습니다"
        "|라고 할 수 있|로 볼 수 있|에 해당(?:합|한)|에 속(?:합|한))"
    ),
    is_no_task=(
        "분류 ?(?:과제|작업|문제|태스크|유형|업무)?(?:가|이|는|은|로|에|라고)? ?"
        "(?:아니|아닌|아님|아닙|볼 수 없|보기 어렵|보기는 어렵|해당하지 않|속하지 않|할 수 없)"
    ),
    condition="라면|이면 |다면|경우에",
)

JAPANESE = VerdictWords(
    yes="(?:はい|ええ|うん)(?=分類|これ|その)|(?:はい|ええ|うん)(?:です)?|そうです|その通りです",
    no="いいえ(?=分類|これ|その)|(?:いいえ|いえ|いや)(?:です)?|違います|ちがいます|違う|そうではありません|そうではない",
    right="正しいです|正しい|真|該当します",
    wrong="間違いです|偽|該当しません",
    end=_KANA,
    neither=(
        "わかりません|分かりません|わからない|分からない|不明|どちらとも|どちらでも|言い切れ|判断でき|判断しかね|場合に"
        "|たぶん|かもしれ|答えられ"
    ),
    joined="または|もしくは|あるいは|か|/|／",
    leads="(?:最終的?な?)?(?:答え|回答|解答|結論|判定|判断|分類)(?:は|：)?",
    is_task="分類(?:タスク|問題|課題|作業)?(?:です|である|だ(?!け|と)|に(?:該当|当たり|あたり|なり)ます|と(?:言え|いえ)ます)",
    is_no_task=(
        "分類(?:タスク|問題|課題|作業)?(?:では|じゃ|とは|には?|と)?"
        "(?:ありません|ない|なく|言えません|いえません|言えない|該当しません|該当しない|当たりません|あたりません|なりません)"
    ),
    condition="なら|場合",
)

CHINESE = VerdictWords(
    yes="是(?:的|啊|呀)?|对(?:的|啊)?|對(?:的|啊)?|属于|屬於|没错|沒錯",
    no="不是(?:的)?|不对|不對|不属于|不屬於|并非|並非|否|非|不",
    right="正确|正確|真|可以",
    wrong="错误|錯誤|假|不可以|不能",
    end=_HAN,
    neither=(
        "不确定|不確定|不清楚|不知道|不好说|不好說|难说|難說|(?:无法|無法|不能|难以)(?:判断|判斷|确定|確定|回答|判定|说|答)"
        "|看情况|视情况|取决于|也许|也許|可能|答不|不一定|两者|是否|是不是|既不|既是"
    ),
    joined="或者?|还是|還是|/|／",
    leads="(?:我的|最终|最後|最后|我)?的?(?:答案|回答|结论|結論|判断|判斷|分类|分類)(?:是|为|為)?",
    is_task="(?<!不)(?:是|属于|屬於|算|视为|看作|归为)(?:一种|一个|一項|一项|个|典型的|标准的|于)?[^，。,.不]{0,6}(?:分类|分類)(?!的?标准)",
    is_no_task="(?:不是|并非|並非|不属于|不屬於|不算|不能算|不能视为|不能看作|算不上|称不上|而非)[^，。,.]{0,8}(?:分类|分類)",
    condition="如果|若|假如|要看",
)

THAI = VerdictWords(
    yes="ใช่(?:แล้ว)?(?:ครับ|ค่ะ|คะ)?",
    no="ไม่(?:ใช่|เป็น)?(?:ครับ|ค่ะ|คะ)?",
    right="ถูกต้อง(?:ครับ|ค่ะ)?|จริง|ถูก",
    wrong="เท็จ|ผิด",
    end=_THAI,
    neither="ไม่แน่ใจ|ไม่ทราบ|ไม่รู้|ไม่ชัด|อาจ|ขึ้นอยู่กับ|บอกไม่ได้|ตอบไม่ได้|ทั้งสอง",
    joined="หรือ|/",
    leads="(?:สรุป|คำตอบ|ตอบ|ผลลัพธ์)(?:ของฉัน|สุดท้าย)?(?:คือ|ว่า)?",
    is_task="(?<!ไม่)(?:เป็น|ใช่|คือ|ถือเป็น|จัดเป็น)(?:งาน)?(?:การ)?(?:จำแนก|จัดประเภท|จัดหมวด)",
    is_no_task="ไม่(?:ใช่|เป็น|ได้เป็น|ถือเป็น|จัดเป็น|นับเป็น)(?:งาน)?(?:การ)?(?:จำแนก|จัดประเภท|จัดหมวด)",
    condition="ถ้า|หาก",
)

GERMAN = VerdictWords(
    yes="ja|jawohl",
    no="nein|nö",
    right="wahr|richtig|stimmt",
    wrong="falsch|stimmt nicht",
    end=_LATIN,
    neither=(
        r"\bnicht (?:\w+ )?(?:sicher|klar|eindeutig|sagen)\b|\bweiß (?:\w+ )?nicht\b|\bweder\b|\bvielleicht\b|\bjein\b"
        r"|\bkommt darauf an\b|\bunklar\b|\bsowohl\b|\bkeine ahnung\b"
    ),
    joined="oder|und|/",
    leads=(
        "(?:die |meine )?(?:antwort|ergebnis|fazit|entscheidung|endgültige antwort|klassifikation)(?: (?:ist|lautet))?"
    ),
    is_task=rf"\b(?:ist|eine|um|als|zählt|sondern){_GAP} (?:klassifi\w*|einordnungsaufgabe|zuordnungsaufgabe)",
    is_no_task=rf"\b(?:keine?r?|nicht|statt|anstatt){_GAP} (?:klassifi\w*|einordnungsaufgabe|zuordnungsaufgabe)",
    condition=r"\b(?:wenn|falls|ob|sofern|wäre|könnte)\b",
)

SPANISH = VerdictWords(
    # "Si" is the word for if as well: a verdict only before a mark or alone.
    yes=r"sí|si(?=[.,!]|\W*$)",
    no="no",
    right="verdadero|correcto|lo es",
    wrong="falso|incorrecto|no lo es",
    end=_LATIN,
    neither=(
        r"\bno (?:lo )?(?:sé|se sabe)\b|\bno (?:está|estoy|queda|es|resulta) (?:\w+ )?(?:clar[oa]|segur[oa]|posible)\b"
        r"|\bdepende\b|\bquizás?\b|\btal vez\b|\bni\b|\bambas?\b"
    ),
    joined="o|u|y|/",
    leads="(?:la |mi )?(?:respuesta|conclusión|decisión|clasificación|resultado)(?: final)?(?: es)?",
    is_task=rf"\b(?:es|trata|considera|como|sino){_GAP} clasificación\b",
    is_no_task=rf"\b(?:no|ni|tampoco|en vez de|en lugar de){_GAP} clasificación\b",
    condition=r"\b(?:si (?!es\b)|cuando|sería|podría|depende)",
)

FRENCH = VerdictWords(
    yes="oui",
    no="non",
    right="vrai|exact|correct",
    wrong="faux|inexact|incorrect",
    end=_LATIN,
    neither=(
        r"\bje ne sais pas\b|\bpas (?:\w+ )?(?:sûre?|certaine?|clair|évident)\b|\bpeut-être\b|\bni\b|\bdépend\b"
        r"|\bimpossible de dire\b"
    ),
    joined="ou|et|/",
    leads="(?:la |ma )?(?:réponse|conclusion|décision|résultat|classification)(?: finale)?(?: est)?",
    is_task=rf"(?:\best|c['\u2019]est|s['\u2019]agit|comme|mais){_GAP}{_DE} classification\b",
    is_no_task=rf"\b(?:pas|aucune|plutôt que|jamais|au lieu){_GAP}{_DE} classification\b",
    condition=r"\b(?:si |quand|lorsque|serait|pourrait)",
)

LANGUAGES = (ENGLISH, KOREAN, JAPANESE, CHINESE, THAI, GERMAN, SPANISH, FRENCH)
"""All that are read, whatever the language of a run: they do not contradict each other."""
