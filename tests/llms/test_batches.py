"""Requests in batches: real files and batches of a local server, whatever becomes of them."""

import errno
import json
import threading
from collections import Counter
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.files.run_layout import STOP
from distilabel_selfinstruct.journal.batch_ledger import open_batches
from distilabel_selfinstruct.journal.spending import SpendingLimits, SpentAmount, start_spending
from distilabel_selfinstruct.journal.stop_file import ask_to_stop, raise_limit, stop_reason
from distilabel_selfinstruct.llms.batch.lines import BatchLimits, read_lines, split
from distilabel_selfinstruct.records import RequestStatus
from tests.llms.batch_runs import STEP, about, asked, batching
from tests.local_batch_server import Fate, LocalBatchServer
from tests.local_openai_server import FAULTS, KEY, Asked, Reply, refused, server_error, text

TASKS = ("Sort A.", "Sort B.", "Sort C.", "Sort D.", "Sort E.")


def echo(asked: Asked) -> Reply:
    return text(f"re: {asked.prompt}")


def texts(completions: list) -> list[str | None]:
    return [completion.text for completion in completions]


def prompts(server: LocalBatchServer) -> list[str]:
    return [one.prompt for one in server.batched]


EXPECTED = [f"re: {task}" for task in TASKS]


def again(state: Path) -> Path:
    """The state folder, as the same command finds it."""
    (state / STOP).unlink(missing_ok=True)
    return state


def test_all_requests_but_the_first_are_answered_in_one_batch_and_recorded_with_its_name(tmp_path):
    with LocalBatchServer(echo) as server:
        completions = asked(server, tmp_path, about(*TASKS))
    assert texts(completions) == EXPECTED
    assert [one.prompt for one in server.asked_directly] == [TASKS[0]]
    assert prompts(server) == list(TASKS[1:])
    assert [completion.batch for completion in completions] == ["", *["batch_1"] * 4]
    assert {(one.input_tokens, one.output_tokens) for one in completions} == {(7, 3)}
    rows = [json.loads(line) for line in (tmp_path / STEP / "completions.jsonl").read_text().splitlines()]
    assert [row.get("batch") for row in rows] == [None, *["batch_1"] * 4]
    assert open_batches(tmp_path) == {}
    assert list((tmp_path / STEP / "batches").iterdir()) == []


def test_a_request_in_a_batch_has_the_body_of_one_that_is_asked_directly(tmp_path):
    with LocalBatchServer(echo) as server:
        asked(server, tmp_path, about("Sort A.", "Sort A."))
    assert [one.body for one in server.batched] == [one.body for one in server.asked_directly]


def test_what_the_first_answer_teaches_holds_for_the_batch(tmp_path):
    def gpt_5(asked: Asked) -> Reply:
        if "max_tokens" in asked.body:
            message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
            return refused(message, "max_tokens", "unsupported_parameter")
        return echo(asked)

    with LocalBatchServer(gpt_5) as server:
        assert texts(asked(server, tmp_path, about(*TASKS))) == EXPECTED
    assert {"max_completion_tokens" in one.body for one in server.batched} == {True}
    assert len(server.jobs) == 1


def test_a_parameter_that_only_the_error_file_of_a_batch_refuses_is_left_out_and_the_rest_is_sent_again(tmp_path):
    def refuses_in_batches(asked: Asked) -> Reply:
        if asked.prompt != TASKS[0] and "temperature" in asked.body and asked.prompt != "Sort C.":
            return refused("Unsupported value: 'temperature' is not supported.", "temperature", "unsupported_value")
        return echo(asked)

    with LocalBatchServer(refuses_in_batches) as server:
        assert texts(asked(server, tmp_path, about(*TASKS))) == EXPECTED
    assert [len(job.requests) for job in server.jobs] == [4, 3]
    assert {"temperature" in one.body for one in server.batched[4:]} == {False}


def test_a_batch_holds_no_more_requests_than_the_limit_leaves(tmp_path):
    with LocalBatchServer(echo) as server:
        completions = asked(server, tmp_path, about(*TASKS), max_requests=3)
    assert [len(job.requests) for job in server.jobs] == [2]
    assert texts(completions) == [*EXPECTED[:3], None, None]


def test_a_batch_holds_no_more_tokens_than_the_limit_leaves(tmp_path):
    start_spending(tmp_path, SpendingLimits(35, None, {}, {}), SpentAmount())
    with LocalBatchServer(echo) as server:
        completions = asked(server, tmp_path, about(*TASKS))
    assert [len(job.requests) for job in server.jobs] == [3]  # ten tokens each, and ten for the first one
    assert texts(completions) == [*EXPECTED[:4], None]
    assert stop_reason(tmp_path).startswith("`max_tokens` (35) was reached.")


def test_more_requests_than_a_batch_takes_go_in_several(tmp_path):
    with LocalBatchServer(echo) as server:
        assert texts(asked(server, tmp_path, about(*TASKS), limits=BatchLimits(requests=3))) == EXPECTED
    assert [len(job.requests) for job in server.jobs] == [3, 1]


def test_more_bytes_than_a_batch_takes_go_in_several(tmp_path):
    with LocalBatchServer(echo) as server:
        assert texts(asked(server, tmp_path, about(*TASKS), limits=BatchLimits(size=700))) == EXPECTED
    assert sum(len(job.requests) for job in server.jobs) == 4
    assert len(server.jobs) > 1
    assert all(len(server.files[job.input_file_id]) <= 700 for job in server.jobs)


def test_an_expired_batch_keeps_what_it_answered_and_the_rest_is_sent_in_a_new_one(tmp_path):
    with LocalBatchServer(echo, Fate(status="expired", answers=2), Fate()) as server:
        assert texts(asked(server, tmp_path, about(*TASKS))) == EXPECTED
    assert [len(job.requests) for job in server.jobs] == [4, 2]
    assert sorted(prompts(server)) == sorted(TASKS[1:])
    notes = (tmp_path / STEP / "notes.jsonl").read_text()
    assert "The batch batch_1 expired after 2 of 4 requests: the rest is sent in a new one." in notes


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        (Fate(status="expired", answers=0), "The batch batch_1 expired after 0 of 4 requests."),
        (Fate(status="cancelled", answers=2), "The batch batch_1 was cancelled after 2 of 4 requests."),
        (Fate(status="failed", fault="invalid_json_line"), "refuses the batch batch_1: The batch is refused: inval"),
        (Fate(status="failed", fault=f"\x1b {KEY}"), "refuses the batch batch_1: The batch is refused: \\u001b ***"),
    ],
    ids=["expired without an answer", "cancelled by someone", "refused", "refused with the key"],
)
def test_a_batch_that_ends_in_vain_or_by_will_stops_the_run_and_the_same_command_sends_the_rest(tmp_path, fate, said):
    with LocalBatchServer(echo, fate, Fate()) as server:
        first = asked(server, tmp_path, about(*TASKS))
        reason = stop_reason(tmp_path)
        assert said in reason
        assert "un the same command again" in reason
        unsent = [completion for completion in first if completion.text is None]
        assert {(completion.status, completion.error) for completion in unsent} == {(RequestStatus.NOT_SENT, reason)}
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
    everything = [one.prompt for one in server.asked]
    assert sorted(everything) == sorted(TASKS)


def test_a_server_whose_queue_is_full_gets_smaller_batches(tmp_path):
    full = Fate(status="failed", fault="token_limit_exceeded")
    with LocalBatchServer(echo, full, full, Fate()) as server:
        assert texts(asked(server, tmp_path, about(*TASKS))) == EXPECTED
    assert [len(job.requests) for job in server.jobs] == [4, 2, 1, 1, 1, 1]


@pytest.mark.parametrize("fault", [server_error(), FAULTS["rate limited"][0], Reply(choices=(), usage=(5, 4))])
def test_a_line_that_failed_in_a_way_that_may_pass_is_sent_again_in_the_next_batch(tmp_path, fault):
    seen = Counter()

    def ill(asked: Asked) -> Reply:
        seen[asked.prompt] += 1
        return fault if asked.prompt == TASKS[2] and seen[asked.prompt] <= 2 else echo(asked)

    with LocalBatchServer(ill) as server:
        completions = asked(server, tmp_path, about(*TASKS))
    assert texts(completions) == EXPECTED
    assert (completions[2].batch, completions[2].retries) == ("batch_3", 2)
    assert [len(job.requests) for job in server.jobs] == [4, 1, 1]


def test_a_line_that_fails_each_time_is_a_failed_request_and_the_same_command_asks_it_again(tmp_path):
    is_ill = True

    def ill(asked: Asked) -> Reply:
        return server_error() if is_ill and asked.prompt == TASKS[2] else echo(asked)

    with LocalBatchServer(ill) as server:
        first = asked(server, tmp_path, about(*TASKS))
        assert (first[2].status, first[2].batch) == (RequestStatus.FAILED, "batch_3")
        assert "HTTP 500" in first[2].error
        assert "The server had an error" in first[2].error
        assert texts(first)[3:] == EXPECTED[3:]
        is_ill = False
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
    assert len(server.asked) == 8


def test_answers_that_took_tokens_for_nothing_are_counted(tmp_path):
    def broken(asked: Asked) -> Reply:
        return echo(asked) if asked.prompt != TASKS[2] else Reply(choices=(), usage=(5, 4))

    with LocalBatchServer(broken) as server:
        completions = asked(server, tmp_path, about(*TASKS))
    assert (completions[2].text, completions[2].input_tokens, completions[2].output_tokens) == (None, 15, 12)
    served = (sum(one.input_tokens for one in completions), sum(one.output_tokens for one in completions))
    assert served == server.tokens_served


def stopping_at(
    state: Path, server: LocalBatchServer, number: int, reason: str = "it was interrupted."
) -> threading.Thread:
    """Ask the step to stop when the batch of this number has been looked at."""

    def stop() -> None:
        server.wait_for_look(number)
        ask_to_stop(state, reason)

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


def test_a_batch_in_flight_is_left_when_the_run_stops_and_fetched_by_the_same_command(tmp_path):
    released = threading.Event()
    with LocalBatchServer(echo, Fate(released=released)) as server:
        stopping = stopping_at(tmp_path, server, 1)
        first = asked(server, tmp_path, about(*TASKS))
        stopping.join()
        assert texts(first) == [EXPECTED[0], *[None] * 4]
        assert [state.batch_id for state in open_batches(tmp_path)[STEP]] == ["batch_1"]
        released.set()
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
        assert open_batches(tmp_path) == {}
    assert len(server.jobs) == 1
    assert len(server.asked) == 5


def test_a_batch_in_flight_is_fetched_when_another_step_reaches_a_limit(tmp_path):
    limits, released = BatchLimits(requests=2), threading.Event()
    with LocalBatchServer(echo, Fate(), Fate(released=released)) as server:
        stopping = stopping_at(tmp_path, server, 2, raise_limit("max_cost", "7"))
        threading.Thread(target=lambda: (stopping.join(), released.set())).start()
        assert texts(asked(server, tmp_path, about(*TASKS), limits=limits)) == EXPECTED
        assert open_batches(tmp_path) == {}
        unsent = asked(server, tmp_path, about("Sort F."))
        assert (texts(unsent), len(server.jobs)) == ([None], 2)


def test_a_batch_whose_name_was_lost_is_found_by_its_file(tmp_path):
    with LocalBatchServer(echo, Fate(drops=True), Fate()) as server:
        assert texts(asked(server, tmp_path, about(*TASKS))) == EXPECTED
    assert len(server.jobs) == 1


def lose(state: Path, *names: str) -> None:
    """Leave the ledger as a crash would have, before the server's names were written down."""
    path = state / STEP / "batches.jsonl"
    row, *_, last = jsonl.read(path)
    kept = {**row, **{name: last[name] for name in ("file_id", "batch_id") if name not in names}}
    path.write_text(json.dumps(kept) + "\n" + '{"number": 1, "torn')


@pytest.mark.parametrize(("names", "jobs"), [(["batch_id"], 1), (["file_id", "batch_id"], 2)])
def test_a_crash_before_a_name_was_written_costs_nothing_twice(tmp_path, names, jobs):
    released = threading.Event()
    with LocalBatchServer(echo, Fate(released=released), Fate()) as server:
        stopping = stopping_at(tmp_path, server, 1)
        asked(server, tmp_path, about(*TASKS))
        stopping.join()
        lose(tmp_path, *names)
        released.set()
        if jobs == 2:  # the batch was never made
            server.jobs.clear()
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
    assert sorted(prompts(server)) == sorted(TASKS[1:]) if jobs == 1 else len(server.jobs) == 1


def test_equal_requests_in_one_batch_have_an_answer_each(tmp_path):
    count = iter(range(9))
    with LocalBatchServer(lambda asked: text(f"answer {next(count)}")) as server:
        assert texts(asked(server, tmp_path, about(*["Sort A."] * 4))) == [f"answer {n}" for n in range(4)]


def test_the_limit_on_requests_is_kept_exactly(tmp_path):
    with LocalBatchServer(echo) as server:
        completions = asked(server, tmp_path, about(*TASKS), max_requests=3)
    assert len(server.asked) == 3
    assert texts(completions) == [*EXPECTED[:3], None, None]
    assert "`max_requests` (3) was reached" in completions[-1].error


def test_a_server_without_batches_is_one_sentence_without_the_key(tmp_path):
    with LocalBatchServer(echo, has_batches=False) as server:
        completions = asked(server, tmp_path, about(*TASKS))
    assert texts(completions) == [EXPECTED[0], *[None] * 4]
    assert stop_reason(tmp_path) == (
        "classification: the server refuses to take a file: NotFoundError (HTTP 404): Invalid URL (POST /v1/files). "
        "Leave out `batch`, or choose a server that has OpenAI's endpoints for files and batches."
    )
    assert KEY not in stop_reason(tmp_path)


def test_a_batch_that_the_server_has_forgotten_is_one_sentence(tmp_path):
    with LocalBatchServer(echo, Fate(released=threading.Event())) as server:
        stopping = stopping_at(tmp_path, server, 1)
        asked(server, tmp_path, about(*TASKS))
        stopping.join()
        server.jobs.clear()
        asked(server, again(tmp_path), about(*TASKS))
    assert "the server refuses to tell of the batch batch_1" in stop_reason(tmp_path)
    assert "Use the key and the address that the batch was sent with" in stop_reason(tmp_path)
    assert f"remove {tmp_path / STEP / 'batches.jsonl'} to pay" in stop_reason(tmp_path)


def test_a_batch_whose_requests_were_removed_is_one_sentence_and_is_taken_when_they_are_back(tmp_path):
    released = threading.Event()
    with LocalBatchServer(echo, Fate(released=released)) as server:
        stopping = stopping_at(tmp_path, server, 1)
        asked(server, tmp_path, about(*TASKS))
        stopping.join()
        released.set()
        file = tmp_path / STEP / "batches" / "0001.jsonl"
        content = file.read_bytes()
        file.unlink()
        asked(server, again(tmp_path), about(*TASKS))
        reason = stop_reason(tmp_path)
        assert f"the requests of the batch batch_1 cannot be read ({file}: No such file or directory)." in reason
        assert f"or remove {tmp_path / STEP / 'batches.jsonl'} to pay again." in reason
        file.write_bytes(content)
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
    assert len(server.jobs) == 1


@pytest.mark.parametrize("damage", [lambda whole: whole[: len(whole) // 2], lambda _: b"{}\n", lambda _: b"\xff\n"])
def test_a_batch_whose_requests_are_damaged_is_one_sentence_and_is_kept(tmp_path, damage):
    released = threading.Event()
    with LocalBatchServer(echo, Fate(released=released)) as server:
        stopping = stopping_at(tmp_path, server, 1)
        asked(server, tmp_path, about(*TASKS))
        stopping.join()
        released.set()
        file = tmp_path / STEP / "batches" / "0001.jsonl"
        content = file.read_bytes()
        file.write_bytes(damage(content))
        asked(server, again(tmp_path), about(*TASKS))
        assert "cannot be read (it does not hold 4 requests). Restore the file to take its answers" in stop_reason(
            tmp_path
        )
        file.write_bytes(content)
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED


def test_a_batch_is_kept_where_its_answers_could_not_be_written(tmp_path):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    requests = about(*TASKS)
    with LocalBatchServer(echo) as server:
        with batching(server, tmp_path) as client:
            batched = [client._batch_request(request, Future()) for request in requests]
            batched[2].deliver = full
            with pytest.raises(OSError, match="the disk is full"):
                client._batches.answer(batched)
        assert texts(asked(server, again(tmp_path), requests)) == EXPECTED
    assert len(server.jobs) == 1
    assert len(server.asked) == len(TASKS)


def test_a_server_that_answers_nothing_for_too_long_stops_the_run_and_one_that_is_back_does_not(tmp_path):
    is_down = True

    class Down(LocalBatchServer):
        def get(self, path):
            return (503, {"error": {"message": "Overloaded"}}) if is_down and self.jobs else super().get(path)

    with Down(echo) as server:
        asked(server, tmp_path, about(*TASKS))
        assert "the server could not be asked to tell of the batch batch_1" in stop_reason(tmp_path)
        assert "Overloaded. Run the same command again to resume." in stop_reason(tmp_path)
        is_down = False
        assert texts(asked(server, again(tmp_path), about(*TASKS))) == EXPECTED
    assert len(server.jobs) == 1


@given(sizes=st.lists(st.integers(1, 9)), requests=st.integers(1, 5), size=st.integers(1, 20))
def test_batches_hold_each_line_once_in_order_and_no_more_than_the_limits_allow(sizes, requests, size):
    parts = [list(range(len(sizes)))[part] for part in split(sizes, BatchLimits(requests, size))]
    assert [index for part in parts for index in part] == list(range(len(sizes)))
    for part in parts:
        assert 0 < len(part) <= requests
        assert len(part) == 1 or sum(sizes[index] for index in part) <= size


@given(st.binary())
def test_any_bytes_can_be_read_as_the_answers_of_a_batch(content):
    assert all(isinstance(line.custom_id, str) for line in read_lines(content + b'\n{"custom_id": "1", "error": 3}'))
