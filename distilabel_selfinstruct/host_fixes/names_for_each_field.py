"""What a step tells about its runtime parameters is looked up once, not once for each of its fields.

For each field of a step or model, twice, the host looks through all fields, with those of the model within it and the
signature of its `generate` (`mixins/runtime_parameters.py:103`). It does so whenever a pipeline is signed, which is
about twenty times in a run and once for each batch: most of what a short run computes. While a step is described, its
names do not change, so the fix remembers them until then.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, around, replace, wrap

FIXES = (
    HostFix(
        "names for each field",
        "mixins/runtime_parameters.py:103",
        "a pipeline whose steps have many fields: seconds of computing before its first batch, and more for each batch",
        "tests/host_fixes/test_names_for_each_field.py::test_the_names_of_a_step_are_looked_up_once",
    ),
)

_Names = dict[str, Any]
_known: ContextVar[dict[tuple[Any, int], _Names] | None] = ContextVar("names_of_runtime_parameters", default=None)
"""Names by the host's function and the object that has them; None while nothing is described."""


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.mixins.runtime_parameters import RuntimeParametersMixin, RuntimeParametersModelMixin

    for mixin in (RuntimeParametersMixin, RuntimeParametersModelMixin):
        host_names: property = mixin.__dict__["runtime_parameters_names"]
        replace(mixin, "runtime_parameters_names", property(around(host_names.fget, names)))
        wrap(mixin, "get_runtime_parameters_info", describe)


def describe(host_describe: Callable[..., list[Any]], described: Any) -> list[Any]:
    """As the host does; meanwhile it looks up the names of each object once."""
    if _known.get() is not None:
        return host_describe(described)
    token = _known.set({})
    try:
        return host_describe(described)
    finally:
        _known.reset(token)


def names(host_names: Callable[..., _Names], described: Any) -> _Names:
    """The host's names, which are looked up once for each object."""
    known = _known.get()
    if known is None:
        return host_names(described)
    key = (host_names, id(described))
    if key not in known:
        known[key] = host_names(described)
    return dict(known[key])  # the host's mixture of agents takes a name out of what it gets
