"""The rows of a journal: each is checked where it is read, so that damage is told from a fault of our own."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import NoneType

from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import BATCHES, COMPLETIONS, END, NOTES, STEP_REJECTIONS, STEP_RESULTS
from distilabel_selfinstruct.journal.notes import NoteKind
from distilabel_selfinstruct.records import Reason, RequestStatus, Row, Stage

_Fields = Mapping[str, tuple[type, ...]]

_TEXT, _FLAG, _OBJECTS = (str,), (bool, NoneType), (list,)
_TEXT_OR_NONE, _COUNT, _NUMBER = (str, NoneType), (int, NoneType), (int, float, NoneType)

_REQUIRED: Mapping[str, _Fields] = {
    COMPLETIONS: {"key": _TEXT, "stage": _TEXT, "text": _TEXT_OR_NONE},
    STEP_RESULTS: {"instruction": _TEXT},
    STEP_REJECTIONS: {"reason": _TEXT, "detail": _TEXT, "request": (int,)},
    NOTES: {"kind": _TEXT, "subject": _TEXT, "text": _TEXT},
    END: {"reason": _TEXT, "requests": (dict,)},
    BATCHES: {
        **dict.fromkeys(("number", "requests", "answered", "failed"), (int,)),
        **dict.fromkeys(("file_id", "batch_id"), _TEXT),
        "began": (int, float),
        "is_over": (bool,),
    },
}
_REQUIRED_RESULTS: Mapping[str, _Fields] = {
    Stage.INSTRUCTION_GENERATION.value: {
        "nearest_instruction": _TEXT,
        "nearest_rouge_l": (int, float),
        "request": (int,),
        "model_name": _TEXT,
    },
    Stage.CLASSIFICATION.value: {"is_classification": _FLAG, "status": _TEXT, "request": (int,)},
    Stage.INSTANCE_GENERATION.value: {"status": _TEXT, "request": (int,)},
    Stage.INSTANCE_FILTERING.value: {"instances": _OBJECTS, "request": (int,)},
}


def step_of(folder: str) -> str:
    """The step of a folder with its name, whichever replica of the step it belongs to (see `replicas`)."""
    return folder.partition(".")[0]


def _values(words: type[Enum]) -> tuple[str, ...]:
    return tuple(word.value for word in words)


_STATUSES = _values(RequestStatus)
_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    STEP_RESULTS: {"status": _STATUSES},
    STEP_REJECTIONS: {"reason": _values(Reason)},
    NOTES: {"kind": _values(NoteKind)},
}
"""Fields that hold one of a few words, by file."""

_OPTIONAL_IN_COMPLETIONS: _Fields = {
    **dict.fromkeys(("finish_reason", "model", "error", "reasoning", "batch"), _TEXT_OR_NONE),
    **dict.fromkeys(("input_tokens", "output_tokens", "reasoning_tokens", "cached_tokens", "retries"), _COUNT),
    "seconds": _NUMBER,
}


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a journal; none where there is no file.

    Raises:
        JournalError: a line is damaged or lacks a field; the message names file and line.
    """
    if not path.exists():
        return
    for line in jsonl.scan(path):
        if fault := line.fault or row_fault(path, line.value):
            raise JournalError(
                f"{path}, line {line.number}: the line {fault}. Something else wrote to the journal: restore the file, "
                "or remove the line.",
                path,
            )
        yield line.value


def row_fault(path: Path, row: Row) -> str:
    """What is wrong with a row of a journal, to be read after "the line"; empty if nothing is.

    Args:
        path: the file; its name, and that of the folder of its step, say what its rows must hold.
        row: the object in a line of it.
    """
    required, known, words_of, is_end, has_instances = _rules(path)
    if missing := [name for name in required if name not in row]:
        return f"lacks {', '.join(missing)}"
    for name, kinds in known.items():
        if name in row and not _is_one_of(row[name], kinds):
            return f"has {row[name]!r:.80} under {name}"
    for name, words in words_of.items():
        if name in row and row[name] not in words:
            return f"has the unknown {name} {row[name]!r:.80}"
    if is_end and not all(name in _STATUSES for name in row["requests"]):
        return f"has {row['requests']!r:.80} under requests"
    if has_instances and not all(map(_is_instance, row["instances"])):
        return "has an instance without the texts input and output"
    return ""


@lru_cache(maxsize=64)
def _rules(path: Path) -> tuple[_Fields, _Fields, Mapping[str, tuple[str, ...]], bool, bool]:
    """The fields that rows of a file must have, all that are known, and those that hold one of a few words.

    And whether the file says how a step ended, and whether its rows hold instances.
    """
    name, step = path.name, step_of(path.parent.name)
    required = {**_REQUIRED[name], **(_REQUIRED_RESULTS.get(step, {}) if name == STEP_RESULTS else {})}
    known = {**required, **(_OPTIONAL_IN_COMPLETIONS if name == COMPLETIONS else {})}
    return required, known, _WORDS.get(name, {}), name == END, _OBJECTS in required.values()


def _is_one_of(value: object, kinds: tuple[type, ...]) -> bool:
    """As `isinstance`, but True and False are no numbers."""
    return isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _is_instance(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("input", "output"))
