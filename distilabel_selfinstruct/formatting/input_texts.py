"""How the paper varies an input: half of the rows lose a label such as `Paragraph:`.

Models begin inputs with a label that says what they are. The tuned model must also understand users who write none.
"""

import re

from distilabel_selfinstruct.records import Mode

_WORD_BEFORE_COLON = re.compile(r"\b(\w+):")
_LABEL = re.compile(
    r"""
    [^\W\d_][\w'-]*         # a word that begins with a letter
    (?:\ [\w'-]+)?          # at most one more: three words are mostly the subject of a list
    (?: :\s+ | \uff1a\s* )  # a colon and white space, or the full-width colon of Chinese and Japanese
    (?=\S)                  # something that the label announces
    """,
    re.VERBOSE,
)
_COLONS = re.compile("[:\uff1a]")


def input_variants(input: str, mode: Mode = "default") -> tuple[str, str]:
    """The two forms of an input, which are equally likely: as it is, and without its label. They may be equal.

    `strict` does what the reference does. If the same single word precedes every colon, it removes everything up to the
    first colon, even the beginning of a story or `https:`: of `n = input("A number: ")` it leaves `")`. It also makes
    double line breaks single.

    `default` removes only a label: one or two words at the very start, before the only colon of the text. It keeps line
    breaks, because they hold paragraphs, code and tables together.
    """
    return input, _reference_variant(input) if mode == "strict" else _without_label(input)


def _reference_variant(input: str) -> str:
    is_labeled = len(set(_WORD_BEFORE_COLON.findall(input))) == 1
    text = input.partition(":")[2].strip() if is_labeled else input
    return text.replace("\n\n", "\n")


def _without_label(input: str) -> str:
    label = _LABEL.match(input)
    if label is None or len(_COLONS.findall(input)) > 1:
        return input
    return input[label.end() :]
