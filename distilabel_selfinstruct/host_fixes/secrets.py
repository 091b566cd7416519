"""Secrets stay out of `pipeline.yaml`, which the host uploads to the Hub; fields such as `key` stay in.

The host (`utils/serialization.py:197`) excludes the field `api_key` by name, passed as a string, which
pydantic reads as "any name contained in it" (`key`, `api`, `k`, …), and writes secrets under any other name
in plain text.
"""

from __future__ import annotations

from typing import Any

from distilabel.utils.serialization import _Serializable
from pydantic.types import _SecretField

from distilabel_selfinstruct.host_fixes.replacing import replace

_host_model_dump = _Serializable._model_dump


def apply() -> None:
    """Replace the host's method; called once."""
    replace(_Serializable, "_model_dump", model_dump)


def model_dump(serializable: Any, obj: Any, **kwargs: Any) -> dict[str, Any]:
    """The host's dump of the step or model `obj`, plus the fields that it loses, without secrets."""
    dump: dict[str, Any] = _host_model_dump(serializable, obj, **kwargs)
    lost = {name for name in type(obj).model_fields if name != "api_key" and name not in dump}
    if lost:
        dump |= obj.model_dump(include=lost, **kwargs)
    cleaned: dict[str, Any] = _without_secrets(dump)
    return cleaned


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items() if not isinstance(item, _SecretField)}
    if isinstance(value, (list, tuple)):
        return type(value)(_without_secrets(item) for item in value if not isinstance(item, _SecretField))
    return value
