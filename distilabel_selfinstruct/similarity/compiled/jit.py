"""How this package's loops are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile at the first call, keep the code on disk if a folder for it can be found, let other threads run.

    numba compiles again when the file of the called function changes, and looks at no other: after a change to
    one file of this folder, remove its `__pycache__`.
    """
    try:
        jitted = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # neither the package's folder nor the user's can be written
        jitted = numba.njit(nogil=True, error_model="numpy")(function)
    return cast("Function", jitted)
