"""A real Argilla server, one command away: no Docker, no Elasticsearch, no Redis.

Two parts that never import each other:

- `embedded/` runs inside the server's process, in a separate environment: the server needs other releases of pydantic,
  httpx and typer than distilabel.
- The rest runs in the user's process: it makes that environment (`environment`), manages the folder with the server's
  data and credentials (`home`), starts and stops the server (`server`), and finds a running one (`connection`).
"""

from distilabel_selfinstruct.argilla_server.connection import Connection, find_running
from distilabel_selfinstruct.argilla_server.home import DEFAULT_HOME, WORKSPACE, Account
from distilabel_selfinstruct.argilla_server.server import DEFAULT_PORT, RunningServer, start

__all__ = [
    "DEFAULT_HOME", "DEFAULT_PORT", "WORKSPACE", "Account", "Connection", "RunningServer", "find_running", "start",
]  # fmt: skip
