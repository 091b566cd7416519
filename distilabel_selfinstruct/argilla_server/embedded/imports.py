"""The server is imported in two thirds of the time: without garbage collection, and without libraries for rare jobs."""

import gc
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

RARE_JOBS = "argilla_server.jobs.hub_jobs"
"""Imports and exports of the Hugging Face Hub, which need `datasets`, pandas and pyarrow: a second and 100 MB."""


@contextmanager
def fast() -> Iterator[None]:
    """Meanwhile, import without garbage collection, which finds nothing then, and put off `RARE_JOBS` until its use."""
    later = _Later()
    gc.disable()
    sys.meta_path.insert(0, later)
    try:
        yield
    finally:
        sys.meta_path.remove(later)
        gc.freeze()  # what was imported stays: later collections need not look at it
        gc.enable()


class _Later:
    """Finds `RARE_JOBS` in such a way that the module runs when one of its names is used."""

    def find_spec(self, name: str, path: Sequence[str] | None, _: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name == RARE_JOBS else None
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
