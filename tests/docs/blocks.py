"""The code blocks of the README and of the pages in docs/, and what each needs to run."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "README.ko.md", *sorted(DOCS.rglob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- needs: (?P<needs>\w+) -->\n)?"
    r"^```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Command:
    """A command of a console block, with the output that the block shows below it."""

    words: tuple[str, ...]
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A code block. `needs` names what the test run does not have, such as a key; empty if it runs as it is."""

    page: str
    line: int
    language: str
    code: str
    title: str = ""
    needs: str = ""

    @property
    def commands(self) -> Iterator[Command]:
        """The commands after each `$`."""
        for part in re.sub(r"\\\n\s*", "", self.code).split("$ ")[1:]:
            line, *shown = part.splitlines()
            for one in line.split("&&"):
                yield Command(tuple(shlex.split(one, comments=True)), tuple(text for text in shown if text.strip()))


def name_of(page: Path) -> str:
    """The path of a page within the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """The code blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            name_of(page), text.count("\n", 0, found.start()) + 1, found["language"], found["code"],
            found["title"] or "", found["needs"] or "",
        )
        for found in _BLOCK.finditer(text)
    ]  # fmt: skip
