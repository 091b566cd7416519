"""Records are sent to a dataset in batches: requests that fail for a while are repeated, bad records are set aside.

They go over the server's HTTP interface, not through the SDK's `records.log`: that one stops at the first bad record,
hides the server's reason in an inner exception and draws a progress bar.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import one_line, server_errors
from distilabel_selfinstruct.review.argilla.datasets import ReviewDataset
from distilabel_selfinstruct.review.argilla.records import ReviewRecord

if TYPE_CHECKING:
    import argilla as rg
    import httpx

MAX_BATCH = 500
"""Records in a request; the server allows no more."""

MAX_CHARACTERS = 4_000_000
"""Characters of fields in a request, unless one record alone has more. Proxies refuse requests of many megabytes."""

ATTEMPTS = 5

REFUSED = frozenset({400, 413, 422, 500})
"""Status codes that a single record can cause."""

BUSY = frozenset({429, 502, 503, 504})
"""Status codes of a server that is busy or restarts."""

ATTEMPTS_AT_AN_ERROR = 2
"""How often a request is sent that makes the server fail, before its records are sent in two halves."""

SERVER_ERROR = 500

ENOUGH_TO_BLAME_THE_SERVER = 8
"""If each of so many records makes the server fail, the reason is not in the records."""

_POSITION = re.compile(r"Record at position (\d+) is not valid because (.*)", re.DOTALL)

Wait = Callable[[RetryCallState], float]


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of sending records: how many are stored, and which ones were refused and why.

    `num_crashes` counts the refused records that made the server fail.
    """

    stored: int = 0
    failed: tuple[tuple[ReviewRecord, str], ...] = ()
    num_crashes: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(self.stored + other.stored, (*self.failed, *other.failed), self.num_crashes + other.num_crashes)


class _TryAgainError(Exception):
    """The server cannot answer now, and may later."""


class _RefusedError(Exception):
    """The server refuses this batch. `position` is the index of the record that it names, if it names one."""

    def __init__(self, reason: str, *, position: int | None = None, status: int = 0) -> None:
        super().__init__(reason)
        self.position = position
        self.status = status


class Uploader:
    """Writes records to one dataset. A record that the dataset holds already is updated and keeps its responses.

    Args:
        client: the connection.
        dataset: the dataset to write to.
        wait: tenacity's pause between attempts; by default one second at first, and twice as long each time.
    """

    def __init__(self, client: "rg.Argilla", dataset: ReviewDataset, *, wait: Wait | None = None) -> None:
        self._client = client
        self._address = redact_url(client.api_url)
        self._dataset = dataset
        self._wait = wait or wait_exponential_jitter(initial=1, max=20)

    def send(self, records: Sequence[ReviewRecord]) -> Sent:
        """Write the records. Their ids must differ.

        Raises:
            ArgillaError: the server cannot be reached, does not let this user write, no longer has the dataset, or
                fails at every record.
        """
        sent = Sent()
        for batch in batches(records):
            outcome = self._send(batch)
            self._stop_if_all_crash(outcome, len(batch), at_least=2)
            sent += outcome
        return sent

    def count(self) -> int:
        """How many records the dataset holds. The server does not say which of the sent records are new.

        Raises:
            ArgillaError: the server cannot be reached.
        """
        with server_errors(self._client.api_url):
            return int(self._client.api.datasets.get_progress(self._dataset.id).total)

    def _send(self, batch: list[ReviewRecord]) -> Sent:
        """Send a batch. A record that the server names is set aside; if it names none, the bad one is searched for."""
        sent = Sent()
        while batch:
            outcome = self._put(batch)
            if isinstance(outcome, Sent):
                return sent + outcome
            position = 0 if len(batch) == 1 else outcome.position
            if position is None or position >= len(batch):
                return sent + self._send_halves(batch)
            num_crashes = int(outcome.status >= SERVER_ERROR)
            sent += Sent(failed=((batch[position], str(outcome)),), num_crashes=num_crashes)
            batch = batch[:position] + batch[position + 1 :]
        return sent

    def _send_halves(self, batch: list[ReviewRecord]) -> Sent:
        half = len(batch) // 2
        sent = self._send(batch[:half])
        self._stop_if_all_crash(sent, half, at_least=ENOUGH_TO_BLAME_THE_SERVER)
        return sent + self._send(batch[half:])

    def _stop_if_all_crash(self, sent: Sent, count: int, *, at_least: int) -> None:
        if sent.num_crashes == count >= at_least:
            raise ArgillaError(
                f"Argilla at {self._address} fails at every record ({sent.failed[0][1]}): look into its log.",
                self._address,
            )

    def _put(self, batch: Sequence[ReviewRecord]) -> Sent | _RefusedError:
        items = [record.item(self._dataset.fields, self._dataset.metadata) for record in batch]
        attempts = Retrying(stop=_gives_up, wait=self._wait, retry=retry_if_exception(_is_temporary), reraise=True)
        try:
            attempts(self._request, items)
        except _RefusedError as refusal:
            return refusal
        except _TryAgainError as error:
            raise ArgillaError(
                f"Argilla at {self._address} did not answer {ATTEMPTS} times in a row ({error}): check that it runs, "
                "and push again; records that arrived are kept.",
                self._address,
            ) from error
        return Sent(stored=len(batch))

    def _request(self, items: list[dict[str, Any]]) -> None:
        import httpx

        url = f"/api/v1/datasets/{self._dataset.id}/records/bulk"
        try:
            response: httpx.Response = self._client.http_client.put(url, json={"items": items})
        except httpx.TransportError as error:
            raise _TryAgainError(one_line(error)) from error
        if not response.is_success:
            raise self._error(response)

    def _error(self, response: "httpx.Response") -> Exception:
        status, text = response.status_code, reason_of(response)
        dataset = f"the dataset {self._dataset.name!r} at {self._address}"
        if status in BUSY:
            return _TryAgainError(f"status {status}")
        if status in REFUSED:
            named = _POSITION.search(text)
            if named:
                return _RefusedError(named.group(2).strip(), position=int(named.group(1)), status=status)
            return _RefusedError(f"status {status}: {text}", status=status)
        if status == 404:  # noqa: PLR2004 - not found
            return ArgillaError(
                f"Somebody deleted {dataset} while records were sent: push again to make a new one.", self._address
            )
        return ArgillaError(
            f"This user may not write to {dataset} (status {status}: {text}): use the API key of an owner.",
            self._address,
        )


def _is_temporary(error: BaseException) -> bool:
    """Whether the same request may succeed later."""
    return isinstance(error, _TryAgainError) or (isinstance(error, _RefusedError) and error.status >= SERVER_ERROR)


def _gives_up(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome is not None else None
    return state.attempt_number >= (ATTEMPTS_AT_AN_ERROR if isinstance(error, _RefusedError) else ATTEMPTS)


def batches(records: Sequence[ReviewRecord]) -> Iterator[list[ReviewRecord]]:
    """The records in batches of at most `MAX_BATCH` records and, unless one alone has more, `MAX_CHARACTERS`."""
    batch: list[ReviewRecord] = []
    size = 0
    for record in records:
        if batch and (len(batch) == MAX_BATCH or size + record.size > MAX_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += record.size
    if batch:
        yield batch


def reason_of(response: "httpx.Response") -> str:
    """The reason in the answer of a server, on one line."""
    try:
        content = response.json()
    except ValueError:
        content = response.text
    detail = content.get("detail", content) if isinstance(content, dict) else content
    return " ".join(str(detail).split())[:500]
