"""Words for what a language model cannot see, make or open: images, graphs, maps, files (paper, appendix A).

The English list is the reference's. The others are ours: its translations, less the words with a second,
harmless meaning (German "Karte", French "carte"), each a regular expression for a whole word. Korean,
Japanese, Chinese and Thai have no reliable word boundary, so there a fragment is looked for anywhere, fenced
off from the longer words that hold it (Japanese "profile" ends in "file").
"""

import re
from collections.abc import Sequence

from distilabel_selfinstruct.words import primary_language

ENGLISH = (
    "image",
    "images",
    "graph",
    "graphs",
    "picture",
    "pictures",
    "file",
    "files",
    "map",
    "maps",
    "draw",
    "plot",
    "go to",
)
"""The reference's list, whole words in any case."""

_WHOLE_WORDS: dict[str, tuple[str, ...]] = {
    "en": ENGLISH,
    "de": (
        r"bild(?:er|ern|es)?",
        r"fotos?",
        r"grafik(?:en)?",
        r"diagramme?",
        r"datei(?:en)?",
        r"landkarten?",
        r"zeichne(?:n|t)?",
        r"skizziere(?:n)?",
    ),
    "fr": (
        r"images?",
        r"photos?",
        r"graphiques?",
        r"fichiers?",
        r"dessin(?:s|e|er|ez)?",
        r"tracez?",
        r"tracer",
    ),
    "es": (
        r"imagen",
        r"imágenes",
        r"fotos?",
        r"gráfic[oa]s?",
        r"archivos?",
        r"mapas?",
        r"dibuj(?:a|ar|e|en|os?)",
    ),
}

_FRAGMENTS: dict[str, tuple[str, ...]] = {
    "ko": (
        "이미지",
        "그래프",
        "그림(?!자)",
        "사진",
        "(?<!프로)파일(?!럿)",
        "(?<!지)지도(?:를|에서|상)",
        "그리세요",
        "그려",
    ),
    "ja": ("画像", "写真", "グラフ(?!ィ)", "(?<!プロ)ファイル", "地図", "描いて", "図を"),
    "zh": (
        "图片",
        "圖片",
        "图像",
        "圖像",
        "图表",
        "圖表",
        "照片",
        "地图",
        "地圖",
        "(?<!配置)文件",
        "附件",
        "绘制",
        "繪製",
    ),
    "th": ("รูปภาพ", "ภาพถ่าย", "กราฟ(?!ิ)", "(?<!โปร)ไฟล์", "แผนที่", "วาดภาพ", "วาดรูป"),
}


LANGUAGES_WITH_WORDS = frozenset({*_FRAGMENTS, *_WHOLE_WORDS})
"""The languages that have a list of their own here."""


def forbidden_pattern(language: str, words: Sequence[str] | None = None) -> re.Pattern[str] | None:
    """The pattern that finds a forbidden word, None without a list; `words` replace the language's own.

    Words given by the caller are plain text. They are looked for as whole words wherever they begin or end in
    a letter that has word boundaries, which Korean, Japanese, Chinese and Thai texts do not show.
    """
    language = primary_language(language)
    if words is not None:
        fragments = tuple(re.escape(word) for word in words if word)
        whole = language not in _FRAGMENTS
    elif language in _FRAGMENTS:
        fragments, whole = _FRAGMENTS[language], False
    else:
        fragments, whole = _WHOLE_WORDS.get(language, ()), True
    if not fragments:
        return None
    joined = "|".join(fragments)
    return re.compile(rf"\b(?:{joined})\b" if whole else f"(?:{joined})", re.IGNORECASE)
