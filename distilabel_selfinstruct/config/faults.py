"""What is wrong with options, as sentences."""

from collections.abc import Callable, Iterable

from pydantic import ValidationError


def fault_sentences(error: ValidationError, known: Iterable[str], place: Callable[[str], str]) -> str:
    """A sentence for each fault: the option, its value, where it stood, and what it should be.

    Args:
        error: what pydantic found.
        known: the names of all options.
        place: what is to be said after the value of an option, such as " in run.yaml".
    """
    parts = []
    for fault in error.errors():
        name = ".".join(str(part) for part in fault["loc"])
        where = place(str(fault["loc"][0]) if fault["loc"] else "")
        if fault["type"] == "extra_forbidden":
            parts.append(f"There is no option {name!r}{where}: use {', '.join(known)}.")
        else:
            message = fault["msg"].removeprefix("Input ").removeprefix("Value error, ")
            parts.append(f"{name} is {fault['input']!r}{where}: it {message}.")
    return " ".join(parts)
