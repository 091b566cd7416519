"""Runs a command until it ends, or until the process that wanted it has ended: a program of its own.

Nobody writes to the standard input. It ends when the last process that holds its other end does. On Linux the kernel
tells of the parent's end, too: workers that the parent forked hold that end as well.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from functools import partial

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; on Linux."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)


def end_with_input() -> None:
    """Wait for the end of the standard input, then end this process and all that it started."""
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Run the command. Returns its exit status, as a shell would."""
    parent, *command = sys.argv[1:]
    end_with_parent(int(parent))
    # The signal goes to the whole group. Who waits for this process waits for the command, too.
    signal.signal(signal.SIGTERM, lambda *_: None)
    process = subprocess.Popen(  # noqa: S603 - the command of an engine
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=partial(end_with_parent, os.getpid()),  # noqa: PLW1509 - no thread runs yet
    )
    threading.Thread(target=end_with_input, daemon=True).start()
    status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
