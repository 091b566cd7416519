"""The stop file: how a run is asked to send no more requests."""

import os
from pathlib import Path

from distilabel_selfinstruct.files.run_layout import STOP


def ask_to_stop(state_dir: Path, reason: str) -> None:
    """Ask all steps that work on a state folder to send no more requests; the first reason given stands."""
    partial = state_dir / f"{STOP}.{os.getpid()}"
    partial.write_text(reason, encoding="utf-8")
    try:
        os.link(partial, state_dir / STOP)  # unlike renaming, this never replaces an earlier reason
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def stop_reason(state_dir: Path) -> str:
    """Why the steps were asked to stop; empty while they were not."""
    try:
        return (state_dir / STOP).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
