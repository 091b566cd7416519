"""Routing functions on Python 3.13, where every pipeline that has one returns no rows and no error.

The host (`pipeline/routing_batch_function.py:303`) keeps the local variables of the function that made the
routing function, and writes them to `pipeline.yaml`. Since Python 3.13 they are not a dict but a view that
cannot be copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distilabel.pipeline.routing_batch_function import RoutingBatchFunction

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_set_factory_function = RoutingBatchFunction.set_factory_function


def apply() -> None:
    """Replace the host's method; called once."""
    replace(RoutingBatchFunction, "set_factory_function", set_factory_function)


def set_factory_function(function: Any, factory_function_kwargs: Mapping[str, Any], **names: str) -> None:
    """Remember how to make the routing function again, from a copy of the local variables."""
    _host_set_factory_function(function, factory_function_kwargs=dict(factory_function_kwargs), **names)
