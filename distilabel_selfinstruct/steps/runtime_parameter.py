"""Runtime parameters that always have a value."""

from typing import Annotated, TypeVar

from distilabel.mixins.runtime_parameters import _RUNTIME_PARAMETER_ANNOTATION

_Value = TypeVar("_Value")

RuntimeParameter = Annotated[_Value, _RUNTIME_PARAMETER_ANNOTATION]
"""Marks a field that `Pipeline.run(parameters=…)` can set. The host's own alias also lets None in."""
