"""The cluster of Ray that a command works on: one that is there, or one on this machine for the time of the command.

A cluster of the command's own can be reached from this machine only, and asks for a token.
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
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, ServerError

LOCAL = "local"
"""The address that stands for a cluster on this machine, for the time of the command."""

SECONDS_TO_CONNECT = 30
"""How long a cluster at an address is waited for."""

MEMORY_FOR_ROWS = 200 * 1024 * 1024
"""Shared memory for what the stages of a run hand on: rows of text."""

_OF_THE_CLUSTER = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray's own switch for a cluster on the loopback interface alone
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""Variables of a cluster of the command's own; those that are set stay as they are."""

_FIRST_WITH_TOKEN = (2, 52)


def check_ray() -> None:
    """Find out whether Ray can be used, before anything that takes long is imported.

    Raises:
        MissingExtraError: it is not installed.
        ConfigError: it is older than the versions that ask for a token.
    """
    if importlib.util.find_spec("ray") is None:
        raise MissingExtraError("A cluster of Ray", "ray")
    try:
        installed = version("ray")
    except PackageNotFoundError:
        raise MissingExtraError("A cluster of Ray", "ray") from None
    major, minor = (int(part) for part in installed.split(".")[:2])
    if (major, minor) < _FIRST_WITH_TOKEN:
        raise ConfigError(f"Ray {installed} asks nobody for a token: install 2.52 or a later one.")


@contextmanager
def connected(
    address: str | None, tell: Callable[[str], None], *, num_cpus: int | None = None, memory: int | None = None
) -> Iterator[None]:
    """Be connected to a cluster; in the main thread. A process that is connected already stays so.

    Args:
        address: where it is, `auto`, or `LOCAL`; None where no cluster is wanted: nothing happens then.
        tell: is told what happens.
        num_cpus: of this machine, for a cluster of its own; by default all.
        memory: bytes that the processes of a cluster of its own share; by default Ray's choice.

    Raises:
        MissingExtraError: Ray is not installed.
        ConfigError: Ray is too old.
        ServerError: no cluster answers at the address.
    """
    if address is None:
        yield
        return
    check_ray()
    with _variables(_OF_THE_CLUSTER if address == LOCAL else {}):
        import ray

        if ray.is_initialized():
            yield
            return
        common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        if address == LOCAL:
            tell("Starting a cluster of Ray on this machine, which no other one can reach.")
            ray.init(address=LOCAL, include_dashboard=False, num_cpus=num_cpus, object_store_memory=memory, **common)
        else:
            _connect(address, tell, common)
        try:
            yield
        finally:
            ray.shutdown()


def _connect(address: str, tell: Callable[[str], None], common: dict[str, Any]) -> None:
    import ray

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
