"""Texts of any origin inside the Markdown of the card. Nothing in them is read as Markdown or HTML."""

import json
import re
from typing import Any

from distilabel_selfinstruct.records import Row

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!$&])")


def plain(text: object) -> str:
    """The text for a paragraph or a cell: on one line, with every special character escaped."""
    return _SPECIAL.sub(r"\\\1", _one_line(str(text)))


def code(text: object) -> str:
    r"""The text as code within a line. Line breaks and tabs are shown as `\n` and `\t`."""
    shown = str(text).replace("\\", "\\\\") if _has_controls(str(text)) else str(text)
    shown = shown.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r").replace("|", "\\|")
    ticks = "`" * (_longest_run(shown) + 1)
    room = " " if shown.startswith("`") or shown.endswith("`") or shown != shown.strip() or not shown else ""
    return f"{ticks}{room}{shown}{room}{ticks}"


def fenced(text: str, language: str = "") -> str:
    """The text as a block of code. The fence is longer than any run of backticks in it, so the text cannot end it."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def fenced_json(row: Row, *, max_chars: int = 600) -> str:
    """A row as a block of JSON. Long texts are cut."""
    shown = {name: _shortened(value, max_chars) for name, value in row.items()}
    return fenced(json.dumps(shown, indent=2, ensure_ascii=False), "json")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _has_controls(text: str) -> bool:
    return any(control in text for control in "\n\t\r")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _shortened(value: Any, max_chars: int) -> Any:
    if isinstance(value, str) and len(value) > max_chars:
        return f"{value[:max_chars]} […]"
    return value


def quoted(text: str) -> str:
    """The lines of a text as a quotation."""
    return "\n".join(f"> {line}" for line in text.split("\n"))
