"""A Python that has imported the host and this package once, and runs what it is asked to in forks of itself.

python fork_server.py SOCKET [--host-alone | --libraries]

Importing them takes four seconds; a fork takes hundredths of one. What runs in a fork is as real as in a new process:
a session, an environment, a folder, arguments, standard streams and an end of its own. `tests.processes` asks for it.
The server ends when its standard input does; what it has started then ends with it.
"""

import atexit
import contextlib
import gc
import importlib
import json
import multiprocessing
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import tempfile
import types
import warnings
from pathlib import Path
from typing import Any

PACKAGE = "distilabel_selfinstruct"
LEFT_OUT = ("argilla_server.embedded", "datadesigner", "similarity.compiled", "__main__")
"""What runs in another environment, compiles, or starts when it is imported."""
HOST = ("distilabel.pipeline", "distilabel.steps", "distilabel.steps.tasks")
OTHERS = (
    "argilla",
    "datasets",
    "huggingface_hub",
    "matplotlib.pyplot",
    "openai",
    "py3langid",
    "spacy",
    "statsmodels.stats.inter_rater",
)


LIBRARIES = ("asyncio", "dill", "fsspec", "httpx", "multiprocess", "numpy", "pandas", "pyarrow.dataset", "requests")
"""What the host and its libraries import most of their time, and what reads no variable that a test sets."""


def import_all(kind: str) -> None:
    """Import this package and the host, which it repairs; or the host alone; or none of them, but common libraries."""
    if kind == "--libraries":
        for name in LIBRARIES:
            importlib.import_module(name)
        return
    if kind != "--host-alone":
        importlib.import_module(f"{PACKAGE}.host_fixes").apply()
        package = importlib.import_module(PACKAGE)
        for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
            if not module.name.removeprefix(f"{PACKAGE}.").startswith(LEFT_OUT):
                importlib.import_module(module.name)
    for name in (*HOST, *OTHERS):
        with contextlib.suppress(ImportError):  # an extra
            importlib.import_module(name)
    sys.excepthook = sys.__excepthook__  # the host has set its own
    multiprocessing.set_start_method(None, force=True)  # an import has chosen one


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A job and its standard streams."""
    size, streams, _, _ = socket.recv_fds(connection, 8, 3)
    content = b""
    while len(content) < int.from_bytes(size, "big"):
        content += connection.recv(1 << 16)
    return json.loads(content), streams


def serve(listener: socket.socket) -> dict[str, Any]:
    """Fork for each job. Returns it in the fork; the server itself never returns."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                for pid, _ in running.values():
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
                os._exit(0)
            if key.fileobj is listener:
                connection, _ = listener.accept()
                job, streams = receive(connection)
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    listener.close()
                    for descriptor, (_, other) in running.items():
                        os.close(descriptor)
                        other.close()
                    become(job, streams)
                    with connection:
                        connection.sendall(b"%d\n" % os.getpid())
                    return job
                for stream in streams:
                    os.close(stream)
                descriptor = os.pidfd_open(pid)
                running[descriptor] = (pid, connection)
                selector.register(descriptor, selectors.EVENT_READ)
            else:
                selector.unregister(key.fd)
                pid, connection = running.pop(key.fd)
                os.close(key.fd)
                _, status = os.waitpid(pid, 0)
                with connection, contextlib.suppress(OSError):  # who asked may be gone
                    connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def become(job: dict[str, Any], streams: list[int]) -> None:
    """Make of this fork what a new Python would be."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(job["cwd"])
    own_paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ.clear()
    os.environ.update(job["env"])
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:] = ["", *paths, *(path for path in sys.path[1:] if path not in own_paths)]
    sys.warnoptions[:] = [*filter(None, os.environ.get("PYTHONWARNINGS", "").split(",")), *job["warnings"]]
    warnings._processoptions(sys.warnoptions)  # type: ignore[attr-defined]
    tempfile.tempdir = None
    sys.modules["numpy"].random.seed()


def execute(job: dict[str, Any]) -> None:
    """Run a module, code or a script as `python` does."""
    kind, what, arguments = job["kind"], job["what"], job["arguments"]
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    sys.argv = [what if kind != "code" else "-c", *arguments]
    if kind == "module":
        sys.path[0] = str(Path.cwd())
        runpy._run_module_as_main(what)  # type: ignore[attr-defined]
    elif kind == "code":
        exec(compile(what, "<string>", "exec"), main.__dict__)
    else:
        sys.path[0] = str(Path(what).resolve().parent)
        main.__file__ = what
        exec(compile(Path(what).read_bytes(), what, "exec"), main.__dict__)


class Ending:
    """Ends a fork once all that Python calls at its end was called, and leaves its memory to the system.

    Python would take every module apart first, of which the fork has as many as the server, and each object that it
    touches is copied: that takes longer than most commands. It does so still where it ends by a signal.
    """

    def __init__(self) -> None:
        self.status: int | None = None
        atexit.register(self)  # before all others, so that it is called after them

    def __call__(self) -> None:
        with contextlib.suppress(Exception):  # a stream that cannot be written: Python says so, and ends by itself
            for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
                if stream is not None:
                    stream.flush()
            if self.status is not None:
                os._exit(self.status)

    def of(self, job: dict[str, Any]) -> None:
        """Run the job, and note the status with which Python ends after it."""
        try:
            execute(job)
        except KeyboardInterrupt:
            raise  # ends it by the signal
        except SystemExit as ended:
            self.status = 0 if ended.code is None else ended.code if isinstance(ended.code, int) else 1
            raise
        except BaseException:
            self.status = 1
            raise
        self.status = 0


if __name__ == "__main__":
    _ending = Ending()
    with socket.socket(socket.AF_UNIX) as _listener:
        gc.disable()  # imports leave no garbage worth the search for it
        import_all(*sys.argv[2:] or [""])
        gc.collect()
        gc.freeze()  # a fork copies only what it changes
        gc.enable()
        _listener.bind(sys.argv[1])
        _listener.listen(64)
        os.write(1, b"ready\n")
        _job = serve(_listener)
    _ending.of(_job)
