"""What becomes of requests when a server fails, as its failures tell: about a request, or about itself.

On the clock of these tests a minute takes 0.6 s.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.prompts.decoding import CLASSIFICATION
from distilabel_selfinstruct.records import RequestStatus
from tests.llms.builders import loaded
from tests.llms.dialects import Exchange, exchange, requests
from tests.local_openai_server import (
    Asked,
    LocalOpenAIServer,
    Reply,
    dropped_connection,
    invalid_key,
    malformed_json,
    no_choices,
    overloaded,
    rate_limited,
    server_error,
    text,
    too_long,
)

PASSING = [rate_limited(1), rate_limited(), overloaded(), server_error(), dropped_connection(), malformed_json()]


def is_small(asked: Asked) -> bool:
    """Whether this is the small request by which a client tells if the server answers at all."""
    return asked.prompt == "Hello"


def failing(fault: Callable[[Asked, int], Reply | None]) -> Callable[[Asked], Reply]:
    """A server that answers with the prompt, but for faults by request and by how often it came."""
    times: Counter[str] = Counter()

    def answer(asked: Asked) -> Reply:
        times[asked.prompt] += 1
        return fault(asked, times[asked.prompt]) or text(f"To {asked.prompt}")

    return answer


def asking(fault: Callable[[Asked, int], Reply | None], count: int = 8) -> Exchange:
    done = exchange(failing(fault), *requests(count), max_in_flight=4)
    assert done.tokens_reported == done.tokens_served
    return done


@pytest.mark.slow
@pytest.mark.parametrize("fault", [server_error(), invalid_key(), no_choices(), dropped_connection()])
def test_requests_that_nothing_remedies_fail_though_no_other_is_left_to_be_answered(fault: Reply) -> None:
    lost = {f"Prompt {number}" for number in (1, 3, 5, 6, 7)}
    done = asking(lambda asked, _: fault if asked.prompt in lost else None)
    statuses = [completion.status for completion in done.completions]
    assert statuses == [
        RequestStatus.FAILED if f"Prompt {number}" in lost else RequestStatus.ANSWERED for number in range(8)
    ]


def test_a_prompt_that_is_too_long_fails_at_once() -> None:
    done = asking(lambda asked, _: too_long() if asked.prompt == "Prompt 2" else None)
    assert [completion.text is None for completion in done.completions] == [number == 2 for number in range(8)]
    assert done.completions[2].retries == 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", [server_error(), overloaded(), rate_limited(), invalid_key(), dropped_connection()])
def test_when_nothing_is_answered_nothing_fails_and_the_run_is_asked_to_stop(fault: Reply) -> None:
    done = asking(lambda _, __: fault)
    assert {completion.status for completion in done.completions} == {RequestStatus.NOT_SENT}
    (reason,) = {completion.error for completion in done.completions}
    assert reason.startswith("step got no answer for ")
    assert reason.endswith(". Run the same command again to resume.")


def test_a_wait_is_told_with_its_cause_once() -> None:
    done = asking(lambda _, time: rate_limited(30) if time == 1 else None)
    (said,) = [note.text for note in done.notes if note.subject == "requests"]
    assert said.startswith("Waits 30 s, until ")
    assert said.endswith(", before it sends more requests: RateLimitError (HTTP 429): Rate limit reached.")


def test_a_server_that_asks_for_more_time_than_may_be_waited_stops_the_run_at_once() -> None:
    done = asking(lambda _, __: rate_limited(7200))
    (reason,) = {completion.error for completion in done.completions}
    assert "would have to wait 2 h for the server, longer than `max_wait_minutes` (2)" in reason


SCHEDULES = st.lists(st.lists(st.sampled_from(range(len(PASSING))), max_size=2), min_size=6, max_size=6)


@settings(max_examples=8)
@given(SCHEDULES)
def test_whatever_passes_changes_no_answer_and_every_token_is_counted(schedule: list[list[int]]) -> None:
    def fault(asked: Asked, time: int) -> Reply | None:
        faults = [] if is_small(asked) else schedule[int(asked.prompt.removeprefix("Prompt "))]
        return PASSING[faults[time - 1]] if time <= len(faults) else None

    done = asking(fault, len(schedule))
    assert done.texts == [f"To Prompt {number}" for number in range(len(schedule))]
    assert [completion.retries for completion in done.completions] == [len(faults) for faults in schedule]


def test_a_client_that_is_closed_while_an_answer_is_handed_out_leaves_no_task_behind() -> None:
    with LocalOpenAIServer([text("H")]) as server:
        llm = OpenAICompatibleLLM(model="small", base_url=server.url)
        with loaded(llm):
            client = CompletionClient(llm, lambda _: CLASSIFICATION, journal=StepJournal("", "s"), warn=print)
            client.submit(requests(1)[0])
            client._submitted[0][1].add_done_callback(lambda _: time.sleep(0.3))  # the thread that writes is late
            client.wait()
            assert client._dispatcher is not None
            loop = client._dispatcher._loop
            client.close()
            assert asyncio.all_tasks(loop) == set()
            llm.load()
