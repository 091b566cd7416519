"""What the paper's rows do to an input: half of the time a label such as `Paragraph:` goes.

Models begin inputs with a label that says what they are. Without it in half of the rows, the tuned model also
understands users who write none.
"""

import re

from distilabel_selfinstruct.records import Mode

_WORD_BEFORE_COLON = re.compile(r"(\w+):")
_LABEL = re.compile(
    r"""
    [^\W\d_][\w'-]*         # a word that begins with a letter
    (?:\ [\w'-]+)?          # at most one more: of three words on, most are the subject of a list
    (?: :\s+ | \uff1a\s* )  # a colon and white space, or the full-width colon of Chinese and Japanese
    (?=\S)                  # something that the label announces
    """,
    re.VERBOSE,
)
_COLONS = re.compile("[:\uff1a]")


def input_variants(input: str, mode: Mode = "default") -> tuple[str, str]:
    """The two forms of an input, equally likely: as it is, and with its label removed. They may be equal.

    `strict`, as the reference: if one word alone stands before a colon, wherever that is and however often, all up to
    the first colon goes, be it the beginning of a story or `https:`; and double line breaks become single. Of
    `n = input("A number: ")` remains `")`.

    `default` removes a label only: one or two words at the very start, before the only colon of the text. Line breaks
    stay, because they hold paragraphs, code and tables together.
    """
    return input, _reference_variant(input) if mode == "strict" else _without_label(input)


def _reference_variant(input: str) -> str:
    is_labelled = len(set(_WORD_BEFORE_COLON.findall(input))) == 1
    text = input.partition(":")[2].strip() if is_labelled else input
    return text.replace("\n\n", "\n")


def _without_label(input: str) -> str:
    label = _LABEL.match(input)
    if label is None or len(_COLONS.findall(input)) > 1:
        return input
    return input[label.end() :]
