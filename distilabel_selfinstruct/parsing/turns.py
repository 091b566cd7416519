"""Where a model's turn ends: chat templates write tokens there that some servers and files leave in the text.

The rule: the first token that ends a turn, or begins another one, ends the text. Tokens that head the turn
itself are skipped. A text that holds such a token is never kept whole.
"""

import re

# "<|im_end|>", "<|eot_id|>", "<|endoftext|>", DeepSeek's "<｜end▁of▁sentence｜>": no text of people looks like it.
_BARRED = "<[|\uff5c][A-Za-z][^\\s<>|\uff5c]{0,40}[|\uff5c]>"

_NAMED = r"<(?:end_of_turn|start_of_turn|end_of_text|endoftext|eos|eot|eod|pad)>|\[/?INST\]|\[EO[ST]\]|\[end of text\]"

_TOKEN = re.compile(rf"{_BARRED}|{_NAMED}|</?s>", re.IGNORECASE)

# What a template writes before the model's first word: "<|start_header_id|>assistant<|end_header_id|>".
_HEAD = re.compile(
    "\\s*(?:<[|\uff5c](?:begin[a-z_\u2581]*|start[a-z_]*|im_start|end_header_id|assistant|chatbot_token|bos)[|\uff5c]>"
    r"|<start_of_turn>|<bos>|\[/INST\])(?!\s*(?:user|human|system|tool)\b)\s*(?:(?:assistant|model)\b\s*)?",
    re.IGNORECASE,
)

# A model with channels thinks in one and answers in another.
_ANSWER_CHANNEL = "<|channel|>final<|message|>"


def first_turn(text: str) -> str:
    """The text of the model's own turn, up to the first token that ends it.

    `</s>` ends a turn unless the text itself has opened `<s>`: that is a tag for struck-out text.
    """
    text = text.rpartition(_ANSWER_CHANNEL)[2]
    start = 0
    while head := _HEAD.match(text, start):
        start = head.end()
    if text.startswith("<s>", start) and _ends_after_first_close(text):
        start += len("<s>")
    opened = 0
    for token in _TOKEN.finditer(text, start):
        if token[0].lower() == "<s>":
            opened += 1
        elif token[0].lower() == "</s>" and opened:
            opened -= 1
        else:
            return text[start : token.start()]
    return text[start:]


def _ends_after_first_close(text: str) -> bool:
    """True where what follows the first `</s>`, if there is one, is no text: `<s>` then began the whole turn."""
    rest = text.partition("</s>")[2].strip()
    return not rest or _TOKEN.match(rest) is not None
