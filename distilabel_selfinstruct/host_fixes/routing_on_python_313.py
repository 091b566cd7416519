"""Routing functions on Python 3.13, where every pipeline that has one returns no rows and no error.

The host (`pipeline/routing_batch_function.py:303`) keeps the local variables of the function that made the
routing function, and writes them to `pipeline.yaml`. Since Python 3.13 they are not a dict but a view that
cannot be copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "routing functions on Python 3.13",
        "pipeline/routing_batch_function.py:303",
        "no rows and no error: the local variables kept with a routing function cannot be written",
        "tests/host_fixes/test_host_features.py::test_routes_may_be_joined_again",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.pipeline.routing_batch_function import RoutingBatchFunction

    wrap(RoutingBatchFunction, "set_factory_function", set_factory_function)


def set_factory_function(
    host_set: Callable[..., None], function: Any, factory_function_kwargs: Mapping[str, Any], **names: str
) -> None:
    """Remember how to make the routing function again, from a copy of the local variables."""
    host_set(function, factory_function_kwargs=dict(factory_function_kwargs), **names)
