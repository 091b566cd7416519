"""Words for what a language model cannot see, make or open: images, graphs, maps, files (paper, appendix A).

The English list is the reference's. The others are ours: its translations, less the words with a second, harmless
meaning (German "Karte", French "carte"). Korean, Japanese, Chinese and Thai have no reliable word boundary, so there a
fragment is looked for anywhere, fenced off from the longer words that hold it (Japanese "profile" ends in "file").
"""

import re
from collections.abc import Sequence

from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.languages.expressions import forbidden


def forbidden_pattern(language: str, words: Sequence[str] | None = None) -> re.Pattern[str] | None:
    """The pattern that finds a forbidden word, None without a list; `words` replace the language's own.

    Words given by the caller are plain text. All words are looked for as whole words wherever they begin or end in a
    letter, except in languages whose texts do not show where words begin.
    """
    pack = find_pack(language)
    if words is not None:
        fragments = [re.escape(word) for word in words if word]
    else:
        fragments = list(map(forbidden, pack.forbidden_words)) if pack else []
    if not fragments:
        return None
    whole = pack is None or pack.word_boundaries
    joined = "|".join(fragments)
    return re.compile(rf"\b(?:{joined})\b" if whole else f"(?:{joined})", re.IGNORECASE)
