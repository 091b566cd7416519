"""Whether the memory suffices for a training: looked at before, since a system may kill what takes too much."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.exporting.recipe import Method

_OUT_OF_MEMORY = ("out of memory", "allocate memory", "not enough memory", "bad_alloc")
_BYTES_BESIDE_A_WEIGHT = 12
"""A gradient and the two averages of AdamW, each in 32 bits, for each weight that is trained."""


def check_memory(model: Any, method: Method, *, on_gpu: bool) -> None:
    """Refuse a training whose gradients and averages do not fit beside the weights that are loaded already.

    Args:
        model: the base model.
        method: LoRA trains so few weights that they always fit.
        on_gpu: a GPU tells by itself when its memory is full.

    Raises:
        ConfigError: it needs more than there is.
    """
    if method == "lora" or on_gpu:
        return
    from distilabel_selfinstruct.llms.local.memory import available_bytes

    available = available_bytes()
    needed = _BYTES_BESIDE_A_WEIGHT * sum(weight.numel() for weight in model.parameters())
    if available is not None and needed > available:
        raise ConfigError(
            f"The memory does not suffice to train all weights: that takes {needed / 1e9:,.1f} GB beside them, and "
            f"{available / 1e9:,.1f} GB are free: use `method=lora`, or a smaller model."
        )


@contextmanager
def explained(doing: str, remedy: str) -> Iterator[None]:
    """Turn the errors of a process that has no room into one sentence.

    Args:
        doing: what the memory is for, as in "to load a model".
        remedy: what to do then.

    Raises:
        ConfigError: the memory does not suffice.
    """
    try:
        yield
    except Exception as error:
        if not _is_shortage(error):
            raise
        raise ConfigError(f"The memory does not suffice {doing}: {remedy}.") from error


def _is_shortage(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says so; each library does it in its own class."""
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        if any(words in str(error).lower() for words in _OUT_OF_MEMORY):
            return True
        error = error.__cause__ or error.__context__
    return False
