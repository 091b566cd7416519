"""What is said of an exception that nobody expected."""

import errno
import os
import re
import traceback

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
"""What the name of an environment variable holds whose value is nobody's business."""

_SHORTEST_SECRET = 4

_NO_ROOM = frozenset({errno.EDQUOT, errno.EFBIG, errno.ENOSPC, errno.EROFS})
"""How a system refuses a file for want of room, whoever writes it."""

_NO_TEMPORARY_FOLDER = "No usable temporary directory"
"""What Python says when no file can be written in any folder for temporary files."""


def report_of(error: Exception) -> str:
    """The traceback of an exception, without the values of local variables and without secrets of the environment.

    The host, where it was imported, has set a hook that shows all of these; so they are not left to a hook.
    """
    if isinstance(error, MemoryError):
        return "selfinstruct: There is not enough memory: end other programs, or raise the limit that this one has."
    if isinstance(error, OSError) and (said := _lack_of_room(error)):
        return f"selfinstruct: {said}"
    text = "".join(traceback.format_exception(error))
    secrets = {value.strip() for name, value in os.environ.items() if _SECRET.search(name)}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return f"{text}selfinstruct: This is a fault of the program and not yours. Please report it with the lines above."


def _lack_of_room(error: OSError) -> str:
    """The sentence for a disk that is full, also where a library writes and not we; empty for other errors."""
    if _NO_TEMPORARY_FOLDER in str(error):
        return "Cannot write to any folder for temporary files: make room, or name a folder that has some in TMPDIR."
    if error.errno in _NO_ROOM:
        where = error.filename or "the disk"
        return f"Cannot write to {where}: {error.strerror}. Make room, then run the same command again."
    return ""
