"""What is said of an exception that nobody expected."""

import os
import re
import traceback

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD", re.IGNORECASE)
"""What the name of an environment variable holds whose value is nobody's business."""

_SHORTEST_SECRET = 4


def report_of(error: Exception) -> str:
    """The traceback of an exception, without the values of local variables and without secrets of the environment.

    The host, where it was imported, has set a hook that shows all of these; so they are not left to a hook.
    """
    if isinstance(error, MemoryError):
        return "selfinstruct: There is not enough memory: end other programs, or raise the limit that this one has."
    text = "".join(traceback.format_exception(error))
    secrets = {value.strip() for name, value in os.environ.items() if _SECRET.search(name)}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return f"{text}selfinstruct: This is a fault of the program and not yours. Please report it with the lines above."
