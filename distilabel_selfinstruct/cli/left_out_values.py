"""Options of commands that may stand without their value."""

from collections.abc import Mapping, Sequence


def with_values(arguments: Sequence[str], meant: Mapping[str, str]) -> list[str]:
    """The arguments of a command, with a value after each option that stands without one and may.

    Args:
        arguments: as they were typed.
        meant: what such options mean without a value, by their flags.
    """
    complete: list[str] = []
    for argument, following in zip(arguments, [*arguments[1:], "-"], strict=True):
        complete.append(argument)
        if argument in meant and following.startswith("-"):
            complete.append(meant[argument])
    return complete
