"""Refusals: what a model says instead of an answer, in the languages of the word lists.

The rule: a text is a refusal if it begins with one, after an apology or without, and no answer follows. What follows
is an answer if it is long enough and neither a reason nor an offer. An answer after a disclaimer is an answer.
"""

import re

from distilabel_selfinstruct.words import count_words

_APOLOGY = (
    r"(?:(?:(?:i|we)(?: am|[\u2019']m| are|[\u2019']re) )?(?:so |very |really |truly |terribly )?sorry"
    r"|(?:my |our )?apologies|(?:i|we)(?: must| do)? apologi[sz]e|unfortunately|regrettably|i regret"
    r"|i(?: am|[\u2019']m) afraid)"
)
_AFTER_APOLOGY = rf"{_APOLOGY}[,.!]*(?: for [^.!?\n]{{0,60}}[.!,])?(?: but)?,? ?"
_SELF = (
    r"as an? (?:\w+ ){0,2}"
    r"(?:ai\b|artificial intelligence|language model|llm|assistant|machine|chat ?bot|text-based)(?: [\w-]+){0,4}"
)
_CANNOT = (
    r"(?:(?:i|we) )?(?:can(?:[\u2019']t|not| not)|could(?:n[\u2019']t| not)"
    r"|(?:won[\u2019']t|will not)(?: be able)?|(?:do not|don[\u2019']t) know how to"
    r"|(?:(?:i|we)(?: am|[\u2019']m| are|[\u2019']re) )?(?:currently )?"
    r"(?:not (?:\w+ )?able|unable|not allowed|not permitted|incapable|not in a position|not going|not comfortable)"
    r"|(?:must|have to) (?:respectfully |politely )?(?:decline|refuse)|refuse|decline)(?: \w+)?(?: to)?"
)
_REQUEST = r"(?:request|question|task|instruction|prompt|topic|one)\b"
# Help is refused in these words whatever it was asked for; the others need an object that is the request itself.
_SERVE = (
    r"(?:assist\b|help(?! (?:it|but)\b| \w+ing\b)|fulfil+\b|comply\b|accommodate\b"
    r"|(?:do|be doing) (?:that|this|so)\b"
    r"|(?:\w+ ){0,3}?(?:complete|process|answer|meet|perform|handle|respond to|engage (?:in|with)|participate in"
    r"|continue|support|carry out|take|honou?r|discuss)"
    rf" (?:\w+ ){{0,2}}?(?:that|this|your|the) ?(?:\w+ ){{0,2}}?{_REQUEST}"
    r"|(?:answer|respond|comment|decide|(?:answer|complete) (?:it|this|that))(?:$|[.!,]))"
)
_PROVIDE = (
    r"(?:\w+ ){0,2}?"
    r"(?:provide|give|offer|generate|create|write|produce|share|complete|answer|fulfil+|translate|do)\b"
    r"(?: (?:you|with|any|the|an?|that|this|such|real-time|specific|personal|accurate|further|medical|legal|financial"
    r"|more|explicit))*"
    r" (?:information|instructions?|advice|guidance|content|response|answer|assistance|help|details|images?|opinions?"
    r"|request|task|question|that|this|such|it)\b"
)

_WORDS = {
    "en": (
        # After an apology or a word about itself, a model refuses to provide what models provide.
        rf"{_AFTER_APOLOGY}(?:{_SELF},? ?)?(?:but,? )?{_CANNOT} (?:{_SERVE}|{_PROVIDE})"
        rf"|{_SELF},? ?{_CANNOT} (?:{_SERVE}|{_PROVIDE})"
        rf"|{_CANNOT} {_SERVE}"
        rf"|{_AFTER_APOLOGY}{_SELF}"
        rf"|{_AFTER_APOLOGY}{_CANNOT} \w+ (?:this|that)(?:$|[.!])"
        r"|(?:i|we) (?:can(?:[\u2019']t|not)|won[\u2019']t) (?:provide|give|offer) (?:that|this|such|any)\b"
        rf"|(?:i|we) (?:\w+ ){{0,3}}(?:decline|refuse) (?:this|that|your|the) {_REQUEST}"
        rf"|{_AFTER_APOLOGY}(?:that|this)(?: is|[\u2019']s) (?:beyond|outside)\b"
        rf"|(?:{_AFTER_APOLOGY})?(?:that|this)(?: is|[\u2019']s) (?:not something|something (?:that )?)"
        r" ?(?:that )?i(?: can[\u2019']t|[\u2019']m (?:not able|unable)| cannot| can| am (?:able|willing|unable))"
    ),
    "ko": (
        r"(?:죄송|미안|유감|안타깝|아쉽)[^\n]{0,60}?"
        r"(?:(?:도와|들어|응해|답해|알려)\s?(?:[줄드]릴?\s?수\s?(?:가\s?)?없|드리기\s?(?:어렵|힘들))"
        r"|도울\s?수\s?없|도움을?\s?(?:드릴|줄)\s?수\s?없"
        r"|(?:답변|대답|응답|제공|수행|처리|생성|협조|지원)[가-힣 ]{0,6}수\s?(?:가\s?|는\s?)?없"
        r"|(?:요청|부탁|질문|작업|내용|그건|그것은|이건|이것은)[^\n]{0,20}(?:수\s?(?:가\s?|는\s?)?없|어렵|불가능|못\s?합니다))"
        r"|(?:저는|제가|저로서는|AI|인공지능|그|이|해당|요청하신)[^\n]{0,40}?"
        r"(?:(?:도와|들어)\s?드릴\s?수\s?없|도울\s?수\s?없|(?:답변|제공|수행|협조|응)[가-힣 ]{0,4}수\s?없)"
        r"|도와\s?드릴\s?수\s?없"
    ),
    "ja": (
        r"(?:(?:大変|誠に)?申し訳|すみません|ごめん|恐れ入り|恐縮|残念ながら|あいにく)[^\n]{0,60}?"
        r"(?:応え|答え|対応|手伝い|協力|提供|回答|受け|支援|生成|作成|実行|力に)"
        r"[^\n。]{0,14}(?:できません|できかね|かねます|しかね|ません|られません)"
        r"|(?:申し訳|すみません|ごめん)[^\n]{0,20}(?:それ|これ)(?:は|に|を)?[^\n。]{0,6}(?:できません|できかね|無理です)"
        r"|(?:私(?:は|に)|AI|(?:その|この)?ご?(?:依頼|要求|リクエスト|質問|要望))[^\n。]{0,40}"
        r"(?:できません|できかね|かねます|しかね)"
    ),
    "zh": (
        r"(?:很|非常|十分|实在|實在)?(?:抱歉|对不起|對不起|不好意思|遗憾|遺憾)[^\n]{0,30}?"
        r"(?:帮不|幫不|答不|做不到|办不到|辦不到"
        r"|(?:无法|無法|不能|没法|沒法|不可以|不便|没办法|沒辦法)[^\n。]{0,10}(?:帮|幫|协助|協助|提供|回答|完成|满足|滿足"
        r"|处理|處理|生成|执行|執行|回应|回應|讨论|討論|继续|做|参与|參與|答))"
        r"|(?:我|作为[^\n，,]{0,12}(?:AI|人工智能|语言模型|助手)[，,]?我?)(?:无法|無法|不能|没办法|没法)"
        r"(?:帮|幫|协助|協助|提供|回答|完成|满足|滿足|处理|生成|执行|参与)"
    ),
    "th": (
        r"(?:ขอ(?:อภัย|โทษ)|เสียใจ|น่าเสียดาย)[^\n]{0,60}?(?:ไม่สามารถ|ไม่อาจ|ช่วยไม่ได้|ทำไม่ได้|ตอบไม่ได้)"
        r"|ขอ(?:อภัย|โทษ)[^\n]{0,20}?(?:ช่วย|ทำ|ตอบ)[^\n]{0,20}?ไม่ได้"
        r"|(?:ฉัน|ผม|ดิฉัน|เรา)?\s?ไม่สามารถ(?:ช่วย|ตอบ|ให้ข้อมูล|ทำตาม|ดำเนิน)"
    ),
    "de": (
        r"(?:es tut mir (?:sehr |wirklich )?leid|tut mir leid|entschuldig\w+|leider|bedauer\w+|sorry)[^\n]{0,40}?"
        r"\b(?:kann|darf|werde|bin|können)\b[^\n.]{0,50}\b(?:nicht|keine?[nrs]?)\b[^\n.]{0,50}"
        r"(?:helfen|unterstütz|beantwort|antworten|erfüll|bereitstell|nachkommen|in der lage|bearbeit|ausführ"
        r"|weitergeben|erstell|dienen|tun)"
        r"|(?:das|dies|dabei)[^\n.]{0,10}\bkann ich\b[^\n.]{0,12}\bnicht (?:machen|tun)\b"
        r"|(?:ich|dabei|das|da|diese\w*|hier\w*)[^\n.]{0,30}\b(?:kann|darf|bin)\b[^\n.]{0,30}\bnicht\b[^\n.]{0,20}"
        r"(?:helfen|unterstütz|beantwort|erfüll|nachkommen)"
    ),
    "es": (
        r"(?:lo siento|lamento|lo lamento|disculp\w+|perdón|perdona|desafortunadamente|lamentablemente|me temo)"
        r"[^\n]{0,40}?\bno (?:te |le |os |me )?(?:puedo|podemos|podré|es posible|estoy en condiciones|soy capaz)"
        r"[^\n.]{0,40}(?:ayud|asist|cumplir|respond|proporcion|hacer|realiz|complet|gener|atend|contest|ofrec|satisf)"
        r"|no (?:te |le |os )?(?:puedo|podemos|me es posible) "
        r"(?:ayud|asist|cumplir|respond|proporcion|atend|contest|hacer (?:eso|esto))"
    ),
    "fr": (
        r"(?:(?:je suis|nous sommes) (?:vraiment |sincèrement )?)?"
        r"(?:désolée?s?|pardon|malheureusement|excusez|je m.excuse|je regrette)[^\n]{0,40}?"
        r"\b(?:je|nous) ne (?:vous |te |peux |suis |pourrai |saurais |pouvons )[^\n.]{0,60}"
        r"(?:aider|assister|répond|fourni|faire|réalis|accéd|donner|satisf|génér|mesure|trait)"
        r"|je ne (?:peux|suis|saurais)[^\n.]{0,40}"
        r"(?:aider|assister|répondre|fournir|satisfaire|accéder à (?:cette|votre))"
    ),
}
_REFUSAL = re.compile("|".join(_WORDS.values()), re.IGNORECASE)

# A word about itself in place of an answer, if none follows.
_DISCLAIMER = re.compile(
    rf"(?:{_AFTER_APOLOGY})?{_SELF},? (?:(?:i|we) (?:have no|do not|don[\u2019']t|am not|lack)\b|{_CANNOT}\b"
    r"|my (?:purpose|role|goal)|it(?: is|[\u2019']s) not|providing)",
    re.IGNORECASE,
)

# Marks that may stand before the first word, and an opening.
_HEAD = re.compile(r"[\s\"'\u201c\u2018*_>(\[]*(?:(?:oh|hi|hello|well|ah),? )?", re.IGNORECASE)

# The end of the sentence that refuses, or the word that turns to an answer.
_TURN = re.compile(
    r"[.!?\u3002\uff01\uff1f\n]|[,;\uff0c\u3001] ?(?:but|however|yet|though|instead|aber|doch|pero|mais)\b"
    r"|但|하지만|ですが|แต่|(?<=[\u0e00-\u0e7f])[ ]",  # Thai sentences end in a space
    re.IGNORECASE,
)

# The beginnings of sentences that give a reason or offer something else.
_BESIDE_AN_ANSWER = re.compile(
    r"(?:if |please|let me|feel free|is there|would you|may i|can i|could you|do you|how (?:can|may|else)|what else"
    r"|instead|i(?: would|[\u2019']d| can| could| am|[\u2019']m| do not| don[\u2019']t| cannot| must| have| was| only"
    r"| will| suggest you| recommend you)|i can[\u2019']t|it (?:is|would|may|might|goes|violates)|it[\u2019']s"
    r"|this|that|such|my |as an? |sorry|thank|unfortunately|providing|doing so|because|since|due to|and |or |any "
    r"|contact|consult"
    r"|you (?:can|may|might|should|could) (?:try|ask|contact|consult|want|find|also)"
    r"|혹시|다른|도움|필요|궁금|대신|더 |죄송|언제든|저는|이는|그것은|他に|ほか|何か|別の|もし|ご不明|代わり|それは"
    r"|如果|如有|请|請|其他|还有|還有|您可以|我可以|这|這|作为|หาก|ถ้า|มีอะไร|กรุณา"
    r"|falls|wenn|bitte|gerne?|gibt es|ich |das |haben sie|si |por favor|hay |puedo|¿|estoy|esto "
    r"|n.hésitez|puis-je|je |c.est|cela )",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])\s*|\n+")

# An answer after a disclaimer may be short; after a refusal it is rare and not.
_WORDS_AFTER_DISCLAIMER = 4
_WORDS_AFTER_REFUSAL = 10

# A refusal says so at once.
_LOOKED_AT = 400


def is_refusal(text: str) -> bool:
    """True for a text that says that there will be no answer."""
    head = _HEAD.match(text)
    start = head.end() if head else 0
    for pattern, enough in ((_REFUSAL, _WORDS_AFTER_REFUSAL), (_DISCLAIMER, _WORDS_AFTER_DISCLAIMER)):
        found = pattern.match(text, start, start + _LOOKED_AT)
        if found:
            return _words_of_answer(text[found.end() :]) < enough
    return False


def _words_of_answer(rest: str) -> int:
    """The words after a refusal that are neither a reason nor an offer."""
    turn = _TURN.search(rest)
    sentences = _SENTENCE_END.split(rest[turn.end() :]) if turn else []
    return sum(count_words(one) for one in sentences if not _BESIDE_AN_ANSWER.match(one.strip()))
