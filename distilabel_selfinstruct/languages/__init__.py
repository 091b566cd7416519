"""Languages as data: a pack is a folder with all that a language needs, and English is the first one."""

from distilabel_selfinstruct.languages.counting import length_counter, word_counter
from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.messages import in_words_of
from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.packs import (
    english,
    find_pack,
    load_pack,
    other_markers,
    pack_names,
    reading_pack,
    reading_packs,
    tag_of,
)
from distilabel_selfinstruct.languages.texts import Texts, pack_texts, texts_of
from distilabel_selfinstruct.languages.word_kinds import ForbiddenWord, WordKind, WordList

__all__ = [
    "ForbiddenWord",
    "MarkerWords",
    "Pack",
    "Texts",
    "WordKind",
    "WordList",
    "english",
    "find_pack",
    "in_words_of",
    "length_counter",
    "load_pack",
    "other_markers",
    "pack_names",
    "pack_texts",
    "reading_pack",
    "reading_packs",
    "tag_of",
    "texts_of",
    "word_counter",
]
