"""A second process that searches a copy of the index, for `filter_texts`.

The process reads pickled requests from standard input and writes the answers of searches to standard
output. Texts come encoded, so it needs neither the tokenizer nor the vocabulary. It is started as a command
and not by `multiprocessing`, which would ask users for a main module that can be imported again.
"""

import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, cast

from typing_extensions import Self

from distilabel_selfinstruct.similarity.bounds import LengthBounds
from distilabel_selfinstruct.similarity.prefix_index import Match, PrefixIndex

MODULE = "distilabel_selfinstruct.similarity.search_worker"


class SearchWorker:
    """The main process's end of the pipes. A context manager: leaving it ends the process.

    Args:
        max_rouge_l: the threshold.
    """

    def __init__(self, max_rouge_l: float) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, without a shell
            [
                sys.executable,
                "-c",
                f"import sys; sys.path[:] = {sys.path!r}; import {MODULE} as w; w.serve()",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._send(max_rouge_l)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()

    def replace(self, encoded: Sequence[str]) -> None:
        """Hold these texts instead of all others."""
        self._send(("replace", encoded))

    def insert(self, encoded: Sequence[str]) -> None:
        """Hold these texts after the others."""
        self._send(("insert", encoded))

    def begin_search(self, queries: Sequence[str]) -> None:
        """Search for the match of each query; `finish_search` must follow."""
        self._send(("search", queries))

    def finish_search(self) -> list[Match | None]:
        """The answers of the search begun last: for each query what `PrefixIndex.search` gives."""
        matches: list[Match | None] = pickle.load(self._answers)  # noqa: S301 - written by our own process
        return matches

    def _send(self, request: object) -> None:
        pickle.dump(request, self._requests, pickle.HIGHEST_PROTOCOL)
        self._requests.flush()


def serve() -> None:
    """Answer requests until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process decides when to end
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    bounds = LengthBounds(pickle.load(requests))  # noqa: S301 - written by our own process
    index = PrefixIndex(bounds)
    while True:
        try:
            request, encoded = pickle.load(requests)  # noqa: S301
        except EOFError:
            return
        if request == "search":
            pickle.dump([index.search(query) for query in encoded], answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()
            continue
        if request == "replace":
            index = PrefixIndex(bounds)
        for text in encoded:
            index.insert(text)
