"""Secrets stay out of `pipeline.yaml`, which the host uploads to the Hub.

The host (`utils/serialization.py:197`) excludes the field `api_key` by name, and writes secrets under any other name in
plain text, and the user and password in an address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "secrets in pipeline.yaml",
        "utils/serialization.py:197",
        "a secret under another name than `api_key` is written in plain text",
        "tests/host_fixes/test_around_the_run.py::test_secret_under_any_name_is_not_written",
    ),
)


def apply() -> None:
    """Wrap the host's method; called once."""
    from distilabel.utils.serialization import _Serializable

    wrap(_Serializable, "_model_dump", model_dump)


def model_dump(host_model_dump: Callable[..., Any], serializable: Any, obj: Any, **kwargs: Any) -> dict[str, Any]:
    """The host's dump of the step or model `obj`, without secrets."""
    dump: dict[str, Any] = _without_secrets(host_model_dump(serializable, obj, **kwargs))
    return dump


def _without_secrets(value: Any) -> Any:
    from pydantic.types import _SecretField

    if isinstance(value, dict):
        kept = {key: _without_secrets(item) for key, item in value.items() if not isinstance(item, _SecretField)}
        addresses = {key: redact_url(item.strip()) for key, item in kept.items() if _is_address(key, item)}
        return {**kept, **addresses}
    if isinstance(value, (list, tuple)):
        return type(value)(_without_secrets(item) for item in value if not isinstance(item, _SecretField))
    return value


def _is_address(name: Any, value: Any) -> bool:
    return name == "base_url" and isinstance(value, str)
