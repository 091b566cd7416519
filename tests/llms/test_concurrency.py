"""How many requests in flight are found: on servers that let requests wait, and on those that refuse them."""

import heapq
from random import Random

import pytest

from distilabel_selfinstruct.llms.concurrency import AdaptiveConcurrency, Concurrency, FixedConcurrency

SECONDS, SIGMA = 1.0, 0.8
"""Median and spread of the log-normal times of answers."""


def share_of_busy_slots(concurrency: Concurrency, slots: int, num_requests: int, *, refuses: bool) -> float:
    """Slot-seconds used, of all until the last answer; `refuses`: what finds no slot is refused, and sent again."""
    random = Random(7)
    now, refused_until, unsent, in_flight, busy, worked = 0.0, 0.0, num_requests, 0, 0, 0.0
    waiting: list[float] = []  # the times at which those in line were sent
    ends: list[tuple[float, float]] = []  # when an answer comes, and when it was asked for
    while unsent or ends:
        while unsent and now >= refused_until and in_flight < concurrency.limit:
            if refuses and busy + len(waiting) == slots:
                concurrency.throttled(now, now)
                refused_until = now + 0.05
                break
            unsent, in_flight = unsent - 1, in_flight + 1
            waiting.append(now)
        if unsent and in_flight >= concurrency.limit:
            concurrency.is_full()
        while waiting and busy < slots:
            seconds = SECONDS * random.lognormvariate(0, SIGMA)
            busy, worked = busy + 1, worked + seconds
            heapq.heappush(ends, (now + seconds, waiting.pop(0)))
        if now < refused_until < ends[0][0]:
            now = refused_until
            continue
        now, sent_at = heapq.heappop(ends)
        busy, in_flight = busy - 1, in_flight - 1
        concurrency.answered(sent_at, now)
    return worked / (slots * now)


@pytest.mark.parametrize("refuses", [False, True], ids=["lets wait", "refuses"])
@pytest.mark.parametrize("slots", [8, 64, 256])
def test_what_is_found_keeps_a_server_nearly_as_busy_as_the_best_number(slots: int, refuses: bool) -> None:
    num_requests = max(300, 15 * slots)
    best = max(
        share_of_busy_slots(FixedConcurrency(limit), slots, num_requests, refuses=refuses)
        for limit in (slots // 2, slots, 2 * slots)
    )
    found = share_of_busy_slots(AdaptiveConcurrency(), slots, num_requests, refuses=refuses)
    print(f"{slots} slots, {'refuses' if refuses else 'lets wait'}: best {best:.0%}, auto {found:.0%}")
    assert found >= 0.87 * best


@pytest.mark.parametrize("slots", [1, 8])
def test_the_line_before_a_small_server_stays_short(slots: int) -> None:
    concurrency = AdaptiveConcurrency()
    share_of_busy_slots(concurrency, slots, 300, refuses=False)
    assert concurrency.limit <= 32


def test_few_fast_answers_at_the_start_do_not_keep_the_number_low() -> None:
    concurrency = AdaptiveConcurrency()
    for number in range(200):
        concurrency.is_full()
        concurrency.answered(float(number), number + (0.01 if number < 8 else 1.0))
    assert concurrency.limit > 64


def test_a_limit_that_was_refused_again_and_again_is_tried_ever_more_rarely() -> None:
    concurrency, refused = AdaptiveConcurrency(), []
    for number in range(2000):
        if concurrency.limit > 8:
            concurrency.throttled(float(number), number + 0.5)
            refused.append(number)
        concurrency.is_full()
        concurrency.answered(float(number), number + 0.9)
        assert concurrency.limit >= 5
    assert refused[-1] - refused[-2] > 3 * (refused[2] - refused[1])


def test_a_server_that_refuses_everything_is_asked_one_at_a_time() -> None:
    concurrency = AdaptiveConcurrency()
    for second in range(50):
        concurrency.throttled(second, second + 0.5)
    assert concurrency.limit == 1


def test_refusals_of_requests_that_were_sent_together_count_once() -> None:
    concurrency = AdaptiveConcurrency()
    concurrency.throttled(0.0, 1.0)
    once = concurrency.limit
    for _ in range(9):
        concurrency.throttled(0.5, 1.5)
    assert concurrency.limit == once < AdaptiveConcurrency().limit
