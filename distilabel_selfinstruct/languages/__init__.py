"""Languages as data: a pack is a folder with all that a language needs, and English is the first one."""

from distilabel_selfinstruct.languages.marker_words import MarkerWords
from distilabel_selfinstruct.languages.pack import Pack
from distilabel_selfinstruct.languages.packs import (
    english,
    find_pack,
    load_pack,
    pack_names,
    reading_pack,
    tag_of,
)

__all__ = ["MarkerWords", "Pack", "english", "find_pack", "load_pack", "pack_names", "reading_pack", "tag_of"]
