"""The stop file: how a run is asked to send no more requests, and in the end not to wait for those in flight."""

import os
import re
from pathlib import Path
from threading import get_ident

from distilabel_selfinstruct.files.run_layout import ABANDON, STOP

_LIMIT_TO_RAISE = re.compile(r"`(\w+)` \([^)]*\) was reached\. Raise `\1` to resume\.")


def raise_limit(option: str, value: str) -> str:
    """The reason to stop at a limit that counts over all attempts at a run: the same command would stop there again."""
    return f"`{option}` ({value}) was reached. Raise `{option}` to resume."


def is_limit_to_raise(reason: str) -> bool:
    """Whether a reason to stop is one of `raise_limit`: what is in flight is within the limit, and paid for."""
    return _LIMIT_TO_RAISE.match(reason) is not None


def ask_to_stop(state_dir: Path, reason: str) -> None:
    """Ask all steps that work on a state folder to send no more requests.

    Args:
        state_dir: the folder.
        reason: why, and how the run is resumed, in sentences. The first one given stands.
    """
    partial = state_dir / f"{STOP}.{os.getpid()}.{get_ident()}"
    partial.write_text(reason, encoding="utf-8", errors="replace")  # servers and files say what UTF-8 cannot hold
    try:
        os.link(partial, state_dir / STOP)  # unlike renaming, this never replaces an earlier reason
    except FileExistsError:
        pass
    except OSError:  # a file system without links: of two reasons at the same time the second one stands
        if not (state_dir / STOP).exists():
            partial.replace(state_dir / STOP)
    finally:
        partial.unlink(missing_ok=True)


def stop_reason(state_dir: Path) -> str:
    """Why the steps were asked to stop; empty while they were not."""
    path = os.path.join(state_dir, STOP)  # noqa: PTH118 - asked before each request: a Path costs ten times as much
    if not os.path.exists(path):  # noqa: PTH110
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def ask_to_abandon(state_dir: Path) -> None:
    """Ask all steps, which were asked to stop before, not to wait for the requests in flight either."""
    (state_dir / ABANDON).touch()


def is_abandoned(state_dir: Path) -> bool:
    """Whether the steps were asked not to wait for the requests in flight."""
    return (state_dir / ABANDON).exists()


def forget_stop(state_dir: Path) -> None:
    """Let steps send requests again: what an earlier attempt was asked does not concern the next."""
    for name in (STOP, ABANDON):
        (state_dir / name).unlink(missing_ok=True)
