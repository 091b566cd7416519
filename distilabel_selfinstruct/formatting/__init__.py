"""Training formats: the paper's varied prompts and completions, chat messages, Alpaca, ShareGPT."""

from distilabel_selfinstruct.formatting.chat import JOINS, Join
from distilabel_selfinstruct.formatting.examples import Example, seed_rows
from distilabel_selfinstruct.formatting.formats import (
    CHAT_FORMATS,
    COLUMNS,
    FORMATS,
    Format,
    FormatOptions,
    format_example,
)
from distilabel_selfinstruct.formatting.openai_rules import OpenAIFinding, check_openai_file
from distilabel_selfinstruct.formatting.rows import Formatted, RejectedRow, checked_example, format_row, format_rows
from distilabel_selfinstruct.formatting.templates import END_OF_TEXT

__all__ = [
    "CHAT_FORMATS",
    "COLUMNS",
    "END_OF_TEXT",
    "FORMATS",
    "JOINS",
    "Example",
    "Format",
    "FormatOptions",
    "Formatted",
    "Join",
    "OpenAIFinding",
    "RejectedRow",
    "check_openai_file",
    "checked_example",
    "format_example",
    "format_row",
    "format_rows",
    "seed_rows",
]
