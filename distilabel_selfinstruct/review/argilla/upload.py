"""Records into a dataset, in batches: what fails for a while is tried again, what cannot be stored is set aside.

The server's own HTTP interface is used, not the SDK's `records.log`: that one stops at the first bad record, keeps the
server's reason in an inner exception and draws a progress bar of its own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential_jitter

from distilabel_selfinstruct.errors import ArgillaError
from distilabel_selfinstruct.review.argilla.connection import said, server_errors, shown
from distilabel_selfinstruct.review.argilla.datasets import ReviewDataset
from distilabel_selfinstruct.review.argilla.records import ReviewRecord

if TYPE_CHECKING:
    import argilla as rg
    import httpx

MAX_BATCH = 500
"""Records in a request; the server's own limit."""

MAX_CHARACTERS = 4_000_000
"""Characters of fields in a request, unless one record has more: proxies refuse requests of many megabytes."""

ATTEMPTS = 5

REFUSED = frozenset({400, 413, 422, 500})
"""Status codes that can be due to a single record."""

AGAIN = frozenset({429, 502, 503, 504})
"""Status codes of a server that is busy or starts anew."""

ATTEMPTS_AT_AN_ERROR = 2
"""How often a request is sent that the server fails over, before its records are sent one half at a time."""

SERVER_ERROR = 500

ENOUGH_TO_BLAME_THE_SERVER = 8
"""If the server fails over each of so many records, it is not for what they hold."""

_POSITION = re.compile(r"Record at position (\d+) is not valid because (.*)", re.DOTALL)

Wait = Callable[[RetryCallState], float]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of records that were sent: how many are there now, and each that was refused, with the reason.

    `broke` counts those of the refused that the server failed over.
    """

    stored: int = 0
    failed: tuple[tuple[ReviewRecord, str], ...] = ()
    broke: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(self.stored + other.stored, (*self.failed, *other.failed), self.broke + other.broke)


class _TryAgainError(Exception):
    """The server could not answer now."""


class _RefusedError(Exception):
    """The server will not have this batch. `position` is that of the record it names, from 0."""

    def __init__(self, reason: str, *, position: int | None = None, status: int = 0) -> None:
        super().__init__(reason)
        self.position = position
        self.status = status


class Uploader:
    """Writes records to one dataset. A record whose id is there already is updated, and keeps its responses.

    Args:
        client: the connection.
        dataset: where to.
        wait: tenacity's pause between attempts; by default from one second on, doubled each time.
    """

    def __init__(self, client: "rg.Argilla", dataset: ReviewDataset, *, wait: Wait | None = None) -> None:
        self._client = client
        self._dataset = dataset
        self._wait = wait or wait_exponential_jitter(initial=1, max=20)

    def send(self, records: Sequence[ReviewRecord]) -> Sent:
        """Write the records; their ids must differ.

        Raises:
            ArgillaError: the server cannot be reached, does not let this user write, has no such dataset any more, or
                fails whatever it is sent.
        """
        sent = Sent()
        for batch in batches(records):
            outcome = self._send(batch)
            self._refuse_to_go_on(outcome, len(batch), at_least=2)
            sent += outcome
        return sent

    def count(self) -> int:
        """How many records the dataset holds. The server does not say which of those it is sent are new.

        Raises:
            ArgillaError: it cannot be reached.
        """
        with server_errors(self._client.api_url):
            return int(self._client.api.datasets.get_progress(self._dataset.id).total)

    def _send(self, batch: list[ReviewRecord]) -> Sent:
        sent = Sent()
        while batch:
            outcome = self._put(batch)
            if isinstance(outcome, Sent):
                return sent + outcome
            position = 0 if len(batch) == 1 else outcome.position
            if position is None or position >= len(batch):
                return sent + self._send_halves(batch)
            broke = int(outcome.status >= SERVER_ERROR)
            sent += Sent(failed=((batch[position], str(outcome)),), broke=broke)
            batch = batch[:position] + batch[position + 1 :]
        return sent

    def _send_halves(self, batch: list[ReviewRecord]) -> Sent:
        half = len(batch) // 2
        sent = self._send(batch[:half])
        self._refuse_to_go_on(sent, half, at_least=ENOUGH_TO_BLAME_THE_SERVER)
        return sent + self._send(batch[half:])

    def _refuse_to_go_on(self, sent: Sent, count: int, *, at_least: int) -> None:
        if sent.broke == count >= at_least:
            raise ArgillaError(
                f"Argilla at {shown(self._client.api_url)} fails whatever it is sent ({sent.failed[0][1]}): look into "
                "its log."
            )

    def _put(self, batch: Sequence[ReviewRecord]) -> Sent | _RefusedError:
        items = [record.item(self._dataset.metadata) for record in batch]
        attempts = Retrying(stop=_gives_up, wait=self._wait, retry=retry_if_exception(_may_pass), reraise=True)
        try:
            attempts(self._request, items)
        except _RefusedError as refusal:
            return refusal
        except _TryAgainError as error:
            raise ArgillaError(
                f"Argilla at {shown(self._client.api_url)} did not answer {ATTEMPTS} times in a row ({error}): see "
                "whether it runs, and push again; what arrived is kept."
            ) from error
        return Sent(stored=len(batch))

    def _request(self, items: list[dict[str, Any]]) -> None:
        import httpx

        url = f"/api/v1/datasets/{self._dataset.id}/records/bulk"
        try:
            response: httpx.Response = self._client.http_client.put(url, json={"items": items})
        except httpx.TransportError as error:
            raise _TryAgainError(said(error)) from error
        if not response.is_success:
            raise self._error(response)

    def _error(self, response: "httpx.Response") -> Exception:
        status, text = response.status_code, said_by(response)
        place = f"{self._dataset.name!r} at {shown(self._client.api_url)}"
        if status in AGAIN:
            return _TryAgainError(f"status {status}")
        if status in REFUSED:
            named = _POSITION.search(text)
            if named:
                return _RefusedError(named.group(2).strip(), position=int(named.group(1)), status=status)
            return _RefusedError(f"status {status}: {text}", status=status)
        if status == 404:  # noqa: PLR2004 - not found
            return ArgillaError(f"The dataset {place} was deleted while records were sent: push again to make it anew.")
        return ArgillaError(f"Argilla does not let this user write to the dataset {place} (status {status}: {text}).")


def _may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    return isinstance(error, _TryAgainError) or (isinstance(error, _RefusedError) and error.status >= SERVER_ERROR)


def _gives_up(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome is not None else None
    return state.attempt_number >= (ATTEMPTS_AT_AN_ERROR if isinstance(error, _RefusedError) else ATTEMPTS)


def batches(records: Sequence[ReviewRecord]) -> Iterator[list[ReviewRecord]]:
    """The records in requests of at most `MAX_BATCH` and, unless one alone has more, `MAX_CHARACTERS`."""
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


def said_by(response: "httpx.Response") -> str:
    """The reason in a server's answer, on one line."""
    try:
        content = response.json()
    except ValueError:
        content = response.text
    detail = content.get("detail", content) if isinstance(content, dict) else content
    return " ".join(str(detail).split())[:500]
