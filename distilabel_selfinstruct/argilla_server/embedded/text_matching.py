"""How well the fields of a record answer a text query."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from .query_syntax import All, AnyOf, Node, Not, Phrase, Words, parse, words_of

JUST_MATCHES = 1e-6
"""The relevance of a record that matches because it does not contain something."""

Field = Sequence[str]


def relevance(fields_json: str | None, query: str, names_json: str) -> float:
    """The relevance of a record for a query: 0 if it does not match, and the higher the more often the words occur.

    Args:
        fields_json: a JSON object with the record's fields.
        query: in the syntax of `query_syntax`.
        names_json: a JSON list of the fields to search.
    """
    values = json.loads(fields_json or "{}")
    fields = [words_of("\n".join(_texts(values.get(name)))) for name in json.loads(names_json)]
    node = parse(query)
    return 1.0 if node is None else _relevance(node, fields, sum(map(len, fields)))


def _relevance(node: Node, fields: Sequence[Field], length: int) -> float:
    if isinstance(node, All):
        parts = [_relevance(part, fields, length) for part in node.nodes]
        return sum(parts) if min(parts) > 0 else 0.0
    if isinstance(node, AnyOf):
        return sum(_relevance(part, fields, length) for part in node.nodes)
    if isinstance(node, Not):
        return 0.0 if _relevance(node.node, fields, length) else JUST_MATCHES
    count = max((_count(node, field) for field in fields), default=0)
    # Each further occurrence counts less, and so do occurrences in a long record.
    return count / (count + 0.5 + math.sqrt(length) / 20)


def _count(leaf: Words | Phrase, field: Field) -> int:
    """How often a leaf occurs in a field; 0 if one of its words does not."""
    if isinstance(leaf, Phrase):
        size = len(leaf.words)
        return sum(tuple(field[start : start + size]) == leaf.words for start in range(len(field) - size + 1))
    counts = [field.count(word) for word in leaf.words]
    if leaf.last_is_prefix:
        counts[-1] = sum(word.startswith(leaf.words[-1]) for word in field)
    return sum(counts) if min(counts) > 0 else 0


def _texts(value: Any) -> Iterator[str]:
    """The texts in the value of a field: the text itself, or the roles and contents of a chat."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for message in value:
            yield from map(str, message.values()) if isinstance(message, dict) else ()
    elif value is not None:
        yield str(value)
