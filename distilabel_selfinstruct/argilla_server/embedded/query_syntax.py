"""The syntax of text queries, as Argilla's page and SDK send it: Elasticsearch's `simple_query_string`.

Words without an operator are joined by "and". `|` means or, `-` directly before a word means not. There are
`"a phrase"`, `prefix*` and `( )`; a backslash escapes the next character. The left one of two operators binds first,
whatever they are. Fuzziness and slop (`~2`) are read and ignored. No query is an error: parts that make no sense are
left out.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

MAX_DEPTH = 50
"""Parentheses that are nested deeper are left out."""

MAX_WORDS = 200
"""Words and phrases beyond this number are left out."""

# Words nearly as Elasticsearch's standard analyzer cuts them: letters and digits, joined by an inner apostrophe or dot.
# Each ideograph is a word.
_IDEOGRAPH = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]|[^\W{_IDEOGRAPH}]+(?:['’.][^\W{_IDEOGRAPH}]+)*")
_LEXEME = re.compile(
    r"""  (?P<space>\s+)
        | (?P<not>-+)(?=[^\s|+)])
        | (?P<operator>[()|+])
        | "(?P<phrase>(?:\\.|[^"\\])*)"(?:~\d*)?
        | (?P<word>(?:\\.|[^\s"()|+\\])+)
        | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FUZZINESS = re.compile(r"~\d*$")


@dataclass(frozen=True)
class Words:
    """Words in one field, in any order. The last may be only the beginning of a word."""

    words: tuple[str, ...]
    last_is_prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    """Words in a row."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """Matches if the node does not."""

    node: "Node"


@dataclass(frozen=True)
class All:
    """Matches if all nodes match."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """Matches if one of the nodes matches."""

    nodes: tuple["Node", ...]


Node: TypeAlias = Words | Phrase | Not | All | AnyOf


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(text))


class _Group:
    """The content between two parentheses, as far as it was read."""

    def __init__(self, *, is_negated: bool = False) -> None:
        self.is_negated = is_negated
        self.node: Node | None = None
        self.operator: type[All | AnyOf] | None = None

    def add(self, node: Node | None, *, is_negated: bool) -> None:
        if node is None:
            return
        node = Not(node) if is_negated else node
        if self.node is None:
            self.node = node
        else:
            join = self.operator or All
            before = self.node.nodes if isinstance(self.node, join) else (self.node,)
            self.node = join((*before, node))
        self.operator = None


class _Groups:
    """The groups that are open at one point of a query, the outermost first."""

    def __init__(self) -> None:
        self._open = [_Group()]
        self._num_too_deep = 0
        self._num_leaves = 0

    def open(self, *, is_negated: bool) -> None:
        if len(self._open) > MAX_DEPTH:
            self._num_too_deep += 1
        else:
            self._open.append(_Group(is_negated=is_negated))

    def close(self) -> None:
        if self._num_too_deep:
            self._num_too_deep -= 1
        elif len(self._open) > 1:  # otherwise no parenthesis was opened
            inner = self._open.pop()
            self._open[-1].add(inner.node, is_negated=inner.is_negated)

    def join_by(self, join: type[All | AnyOf]) -> None:
        self._open[-1].operator = self._open[-1].operator or join

    def add(self, leaf: Node | None, *, is_negated: bool) -> None:
        if self._num_leaves < MAX_WORDS:
            self._num_leaves += 1
            self._open[-1].add(leaf, is_negated=is_negated)

    def finish(self) -> Node | None:
        self._num_too_deep = 0
        while len(self._open) > 1:  # parentheses that were not closed
            self.close()
        return self._open[0].node


@lru_cache(maxsize=256)
def parse(query: str) -> Node | None:
    """The meaning of a query; None if it has no words, and then every record matches."""
    groups = _Groups()
    is_negated = False
    for lexeme in _LEXEME.finditer(query):
        kind, text = lexeme.lastgroup, lexeme[lexeme.lastgroup or 0]
        if kind == "not":
            is_negated = len(text) % 2 == 1
            continue
        if kind in ("phrase", "word"):
            groups.add(_leaf(kind, text), is_negated=is_negated)
        elif kind == "operator" and text == "(":
            groups.open(is_negated=is_negated)
        elif kind == "operator" and text == ")":
            groups.close()
        elif kind == "operator":
            groups.join_by(AnyOf if text == "|" else All)
        is_negated = False
    return groups.finish()


def _leaf(kind: str, text: str) -> Node | None:
    if kind == "phrase":
        words = words_of(_ESCAPED.sub(r"\1", text))
        return Phrase(words) if words else None
    text = _FUZZINESS.sub("", text)
    words = words_of(_ESCAPED.sub(r"\1", text))
    is_prefix = text.endswith("*") and not text.endswith(r"\*")
    return Words(words, is_prefix) if words else None


def required_words(node: Node | None) -> list[str]:
    """Words that the text of a record must contain to match. `conditions` uses them to exclude most records fast."""
    if isinstance(node, All):
        return [word for part in node.nodes for word in required_words(part)]
    words = node.words if isinstance(node, Words | Phrase) else ()
    # Only words of ASCII letters and digits: a JSON text escapes other letters.
    return [word for word in words if re.fullmatch("[a-z0-9]+", word)]
