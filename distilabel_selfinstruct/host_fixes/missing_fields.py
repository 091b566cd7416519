"""Fields with short names, such as `key`, are written to `pipeline.yaml`.

The host (`utils/serialization.py:197`) excludes the field `api_key` by its name, passed as a string, which pydantic
reads as "any name contained in it" (`key`, `api`, `k`, …).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "fields missing from pipeline.yaml",
        "utils/serialization.py:197",
        "fields named `key`, `api`, `k`, … are not written",
        "tests/host_fixes/test_around_the_run.py::test_fields_with_short_names_are_written",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once, and before that of `secrets_in_yaml`, which cleans what is added here."""
    from distilabel.utils.serialization import _Serializable

    wrap(_Serializable, "_model_dump", model_dump)


def model_dump(host_model_dump: Callable[..., Any], serializable: Any, obj: Any, **kwargs: Any) -> dict[str, Any]:
    """The host's dump of the step or model `obj`, plus the fields that it loses."""
    dump: dict[str, Any] = host_model_dump(serializable, obj, **kwargs)
    lost = {name for name in type(obj).model_fields if name != "api_key" and name not in dump}
    if lost:
        dump |= obj.model_dump(include=lost, **kwargs)
    return dump
