"""Who has a lease, and whether that process is known to be there still."""

import os
import socket
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_START_TIME = 19
"""Which field of `/proc/PID/stat`, counted from 0 after the name of the program, is the time of the start."""

_ENDED = {"Z", "X", "x"}


@dataclass(frozen=True, slots=True)
class LeaseOwner:
    """A process on a machine.

    Attributes:
        pid: its number.
        host: the name of the machine.
        machine: what no other machine has, nor this one after its next start; empty where it is not known.
        started: when the process started, as its kernel counts; empty where it is not known.
    """

    pid: int = 0
    host: str = ""
    machine: str = ""
    started: str = ""

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.pid} on {self.host}" if self.host else "unknown"


def lives(owner: LeaseOwner) -> bool | None:
    """Whether the process is there; None where this machine cannot know."""
    if not owner.machine or owner.machine != _this_machine():
        return None
    return bool(owner.started) and _start_of(owner.pid) == owner.started


def this_process() -> LeaseOwner:
    """The process that runs this."""
    return _described(os.getpid())


def seconds_now() -> float:
    """Seconds since any moment, also of the time for which the machine slept, where the system counts it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@lru_cache(maxsize=1)
def _described(pid: int) -> LeaseOwner:
    return LeaseOwner(pid, socket.gethostname(), _this_machine(), _start_of(pid))


@lru_cache(maxsize=1)
def _this_machine() -> str:
    """The start of the machine, and the name space of process numbers: containers of one machine have their own."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _start_of(pid: int) -> str:
    """When a process started, in ticks of the kernel; empty if there is no such process, or if it has ended."""
    try:
        state, *fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except (OSError, ValueError):
        return ""
    return "" if state in _ENDED else fields[_START_TIME - 1]
