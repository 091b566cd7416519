"""Markers that this package does not read: translated ones, or words of the model's own.

The rule: an answer without the known markers that is written in the pattern of a format, the same labels again and
again or the translations of ours, is not an answer but a format that nobody has read. It is rejected with the words
seen, so that they can be told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.filters.asked import asks_for_labelled_lines

# Our markers in the languages of the word lists, and in some more.
_INPUT = re.compile(
    "입력(?:값)?|入力|输入|輸入|Eingabe|Entrada|Entrée|อินพุต|ข้อมูล(?:นำ)?เข้า|вход|ввод|ingresso|invoer", re.IGNORECASE
)
_OUTPUT = re.compile(
    "출력(?:값)?|出力|输出|輸出|Ausgabe|Salida|Sortie|เอาต์พุต|ผลลัพธ์|вывод|выход|uitvoer|saída", re.IGNORECASE
)
_EXAMPLE = re.compile(
    "예시|예제|例|示例|例子|范例|範例|Beispiel|Ejemplo|Exemple|ตัวอย่าง(?:ที่)?|пример|voorbeeld|exemplo", re.IGNORECASE
)
_CLASS_LABEL = re.compile(
    "(?:클래스 |분류 )?(?:라벨|레이블)|(?:クラス ?)?ラベル|(?:类别|類別)?(?:标签|標籤)|Klassenlabel|ป้ายกำกับ"
    "|Etiqueta de clase|Étiquette de classe",
    re.IGNORECASE,
)

# Words before a colon in code.
_KEYWORDS = frozenset({"else", "try", "except", "finally", "default", "do"})

_DECORATION = r"[ \t]*(?:[-*\u2022>][ \t]+)?(?:#{1,6}[ \t]*)?(?:\d{1,2}[.)][ \t]+)?[*_]{0,3}"

# Thai vowel and tone signs are no letters to a pattern.
_LETTER = r"[^\W\d_]"
_SIGN = r"[\u0e31-\u0e4e]"

# "Given: hot", "**Eingabe 1:** heiß", "Ausgabe:".
_LABEL_LINE = re.compile(
    _DECORATION + rf"({_LETTER}(?:[\w'\u2019-]| (?={_LETTER})|{_SIGN}){{0,24}}?)"
    r"[ \t]*\d{0,3}[*_]{0,3}[ \t]*[:\uff1a](?!//)"
)

# "예시 1", "### Beispiel 2:", "例1".
_NUMBERED_LINE = re.compile(
    _DECORATION + rf"({_LETTER}(?:{_LETTER}|{_SIGN}){{0,14}})"
    r"[ \t]*(\d{1,3})[*_]{0,3}[ \t]*[:\uff1a.]?[*_]{0,3}[ \t]*$"
)

_FEWEST_ROUNDS = 2
_LABELS_OF_A_FORMAT = 2

# The pattern of a format shows at once.
_LINES_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class _Lines:
    """The labels of a text in order, the words before numbers, and whether the text begins with one of them."""

    labels: tuple[str, ...]
    numbered: tuple[str, ...]
    at_start: bool


def unknown_markers(text: str, instruction: str = "") -> tuple[str, ...]:
    """The words that stand where markers should, each once and in order; none for a text that is an answer.

    Translations of our markers count wherever they stand together. Other labels count only if the text consists of
    the same two again and again and the instruction does not ask for a text of that kind, such as a dialogue.
    """
    found = _labels(text)
    if _is_translated(found):
        return _translations(found)
    if found.at_start and _repeats(found.labels) and not asks_for_labelled_lines(instruction):
        return tuple(dict.fromkeys((*found.numbered, *found.labels)))
    return ()


def translated_markers(text: str) -> tuple[str, ...]:
    """The translations of our markers in a text, each once and in order, if they stand as markers do."""
    found = _labels(text)
    return _translations(found) if _is_translated(found) else ()


def _labels(text: str) -> _Lines:
    labels: list[str] = []
    numbered: list[str] = []
    at_start: bool | None = None
    for line in [line for line in text.split("\n") if line.strip()][:_LINES_LOOKED_AT]:
        label = _LABEL_LINE.match(line)
        number = None if label else _NUMBERED_LINE.match(line)
        if label:
            labels.append(label[1])
        elif number:
            numbered.append(number[1])
        at_start = bool(label or number) if at_start is None else at_start
    return _Lines(tuple(labels), tuple(numbered), bool(at_start))


def _is_translated(found: _Lines) -> bool:
    has_output, has_input = any(map(_OUTPUT.fullmatch, found.labels)), any(map(_INPUT.fullmatch, found.labels))
    examples = sum(_EXAMPLE.fullmatch(word) is not None for word in found.numbered)
    class_labels = sum(_CLASS_LABEL.fullmatch(label) is not None for label in found.labels)
    # An output alone may be a word of the text, "Salida: 8:00", unless the text begins with it and has no other.
    only_one = found.at_start and len(found.labels) == 1 and has_output
    together = (has_input and has_output) or (examples > 0 and (has_input or has_output))
    numbered = found.at_start and examples >= _FEWEST_ROUNDS
    return together or only_one or numbered or class_labels >= _FEWEST_ROUNDS


def _translations(found: _Lines) -> tuple[str, ...]:
    patterns = (_INPUT, _OUTPUT, _EXAMPLE, _CLASS_LABEL)
    words = (*found.numbered, *found.labels)
    return tuple(dict.fromkeys(word for word in words if any(pattern.fullmatch(word) for pattern in patterns)))


def _repeats(labels: Sequence[str]) -> bool:
    """True for the same two labels in turn, twice at least; the last pair may lack its second."""
    first, second = labels[0::2], labels[1::2]
    return (
        len(second) >= _FEWEST_ROUNDS
        and len(set(first)) == 1
        and len(set(second)) == 1
        and len({*first, *second}) == _LABELS_OF_A_FORMAT
        and _KEYWORDS.isdisjoint(labels)
    )
