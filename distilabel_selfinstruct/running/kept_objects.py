"""What was imported stays in memory, once for all processes of a run."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_objects() -> Iterator[None]:
    """Leave out all objects that there are when Python looks for garbage, in this process and those forked from it.

    A look at an object writes to its memory, of which a forked process then gets a copy of its own. Imports alone make
    hundreds of thousands of objects, and none of them is garbage before the process ends.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
