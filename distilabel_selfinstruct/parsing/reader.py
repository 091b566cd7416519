"""All that reads responses in a language: its words and those of English, compiled once."""

import re
from dataclasses import dataclass
from functools import lru_cache

from distilabel_selfinstruct.languages import reading_pack, reading_packs
from distilabel_selfinstruct.parsing.echo import TaskLines
from distilabel_selfinstruct.parsing.glosses import Glosses
from distilabel_selfinstruct.parsing.marker_lines import MarkerReader
from distilabel_selfinstruct.parsing.numbered_list import Lists
from distilabel_selfinstruct.parsing.numbering import Numbering
from distilabel_selfinstruct.parsing.remarks import Remarks
from distilabel_selfinstruct.parsing.task_words import task_words
from distilabel_selfinstruct.parsing.unnumbered import UnnumberedTasks
from distilabel_selfinstruct.parsing.verdicts import Verdicts


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads the parts of a response.

    Attributes:
        language: a BCP-47 tag, or the folder of a pack.
        markers: finds markers at the heads of lines.
        task_lines: finds the lines that begin a next task.
        remarks: knows what chat models say around an answer.
        glosses: finds remarks about a task.
        verdicts: reads yes and no.
        numbering: finds the beginnings of list items.
        lists: splits lists.
        unnumbered: parts tasks without numbers.
        task_label: a label that some models put before each task.
    """

    language: str
    markers: MarkerReader
    task_lines: TaskLines
    remarks: Remarks
    glosses: Glosses
    verdicts: Verdicts
    numbering: Numbering
    lists: Lists
    unnumbered: UnnumberedTasks
    task_label: re.Pattern[str]


@lru_cache(maxsize=32)
def reader_of(language: str) -> Reader:
    """The reader of a language (a BCP-47 tag or the folder of a pack) and of English.

    Raises:
        ConfigError: the language has a pack that cannot be used.
    """
    packs = reading_packs(language)
    markers, remarks, glosses, numbering = (
        MarkerReader(reading_pack(language).markers),
        Remarks(packs),
        Glosses(packs),
        Numbering(packs),
    )
    return Reader(
        language=language,
        markers=markers,
        task_lines=TaskLines(packs, markers),
        remarks=remarks,
        glosses=glosses,
        verdicts=Verdicts(packs),
        numbering=numbering,
        lists=Lists(numbering, remarks),
        unnumbered=UnnumberedTasks(packs, glosses),
        task_label=re.compile(rf"(?:{task_words(packs)}\s*(?:\d{{1,4}}\s*)?[:\uff1a]\s*)+", re.IGNORECASE),
    )
