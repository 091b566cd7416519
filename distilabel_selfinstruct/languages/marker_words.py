"""The words that mark the parts of a response: `Task`, `Example`, `Input`, `Output`, `Class label`."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class MarkerWords:
    """The markers of a language. The first word of a kind is the one that prompts show; all of them are read.

    Attributes:
        task: what stands before an instruction.
        example: what stands, with a number, before an instance.
        input: what stands before an input.
        output: what stands before an output.
        answer: other words for an output.
        class_label: what stands before the output of a classification task.
        prefixes: words that may stand before an input or an output: "Sample Output:".
        needs_number: words of `example` that are markers only with a number, since they are words of the text as well.
    """

    task: tuple[str, ...]
    example: tuple[str, ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    answer: tuple[str, ...]
    class_label: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    needs_number: tuple[str, ...] = ()

    def joined_to(self, other: "MarkerWords") -> "MarkerWords":
        """These words and then those of another language that these do not hold."""
        return MarkerWords(
            **{
                field.name: _each_once((*getattr(self, field.name), *getattr(other, field.name)))
                for field in fields(self)
            }
        )


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return tuple(found.values())
