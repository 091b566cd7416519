"""The cluster of Ray that a run works on: one that is there, or one on this machine for the time of the run.

A cluster of the run's own can be reached from this machine only, and asks for a token.
"""

import importlib.util
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, ServerError

LOCAL = "local"
"""The address that stands for a cluster on this machine, for the time of the run."""

SECONDS_TO_CONNECT = 30
"""How long a cluster at an address is waited for."""

_SHARED_MEMORY = 200 * 1024 * 1024
"""For what actors hand on: rows of text."""

_OF_THE_CLUSTER = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's own switch for a cluster on the loopback interface alone
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""Variables of a cluster of the run's own; those that are set stay as they are."""

_FIRST_WITH_TOKEN = (2, 52)


def check_ray(config: RunConfig) -> None:
    """Find out whether a run can use Ray, before anything that takes long is imported.

    Raises:
        ConfigError: it is wanted and not installed, or older than the versions that ask for a token.
    """
    if config.ray is None:
        return
    if importlib.util.find_spec("ray") is None:
        raise MissingExtraError("A run on Ray", "ray")
    try:
        installed = version("ray")
    except PackageNotFoundError:
        raise MissingExtraError("A run on Ray", "ray") from None
    major, minor = (int(part) for part in installed.split(".")[:2])
    if (major, minor) < _FIRST_WITH_TOKEN:
        raise ConfigError(f"Ray {installed} asks nobody for a token: install 2.52 or a later one.")


@contextmanager
def connected(config: RunConfig, tell: Callable[[str], None]) -> Iterator[None]:
    """Be connected to the cluster of a run; nothing happens where it wants none. Not for threads but the main one.

    A process that is connected already stays so.

    Raises:
        ServerError: no cluster answers at the address.
    """
    if config.ray is None:
        yield
        return
    set_variables = _OF_THE_CLUSTER if config.ray == LOCAL else {}
    with _variables(set_variables):
        import ray

        if ray.is_initialized():
            yield
            return
        _connect(config.ray, tell)
        try:
            yield
        finally:
            ray.shutdown()


def _connect(address: str, tell: Callable[[str], None]) -> None:
    import ray

    common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == LOCAL:
        tell("Starting a cluster of Ray on this machine, which no other one can reach.")
        ray.init(address=LOCAL, include_dashboard=False, object_store_memory=_SHARED_MEMORY, **common)
        return
    shown = redact_url(address) if "://" in address else address
    tell(f"Connecting to the cluster of Ray at {shown}.")
    try:
        _knock(address)
        ray.init(address=address, **common)
    except (OSError, RuntimeError, ValueError) as error:
        said = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ServerError(
            f"No cluster of Ray can be used at {shown} ({said.rstrip('.')}): start one there with `ray start --head`, "
            "and set RAY_AUTH_TOKEN if it asks for a token.",
            shown,
        ) from error


def _knock(address: str) -> None:
    """Find out whether anybody listens at an address: Ray itself takes minutes for that.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_CONNECT).close()


@contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment that are not set; Ray reads them when it is imported and started."""
    added = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
