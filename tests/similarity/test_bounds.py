"""The tables of lengths against the exact test, pair by pair."""

import pytest

from distilabel_selfinstruct.similarity.bounds import SIGNATURE_BITS, LengthBounds
from distilabel_selfinstruct.similarity.rouge import f_measure

LENGTHS = [*range(1, 40), 150]
PARTNERS = range(1, 140)


@pytest.mark.parametrize("threshold", [0.0, 1e-300, 0.3, 0.7, 0.9, 1.0])
def test_need_is_the_smallest_subsequence_above_the_threshold(threshold: float) -> None:
    bounds = LengthBounds(threshold)
    for length in LENGTHS:
        for other in PARTNERS:
            need = bounds.need(length, other)
            assert f_measure(need, length, other) > threshold
            assert not f_measure(need - 1, length, other) > threshold


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 0.9, 1.0])
def test_a_place_reaches_exactly_the_partners_that_need_it(threshold: float) -> None:
    bounds = LengthBounds(threshold)
    for length in LENGTHS:
        reaches = bounds.reaches(length)
        for other in PARTNERS:
            need = bounds.need(length, other)
            if need > min(length, other):
                continue
            reached = [position for position, reach in enumerate(reaches) if other <= reach]
            assert reached == list(range(length - need + 1))


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("unknown", [0, 2])
def test_room_is_what_the_needed_tokens_leave(threshold: float, unknown: int) -> None:
    bounds = LengthBounds(threshold)
    for length in LENGTHS:
        room = bounds.room(length, unknown, max(PARTNERS))
        for other in PARTNERS:
            need = bounds.need(length, other)
            spare = length + other - 2 * need - unknown
            possible = need <= min(length - unknown, other) and spare >= 0
            assert room.take(other, mode="clip") == (min(spare, SIGNATURE_BITS) + 1 if possible else 0)


def test_room_ends_at_the_longest_partner() -> None:
    bounds = LengthBounds(0.7)
    assert bounds.room(10, 0, 11).take(12, mode="clip") == 0
    assert bounds.room(10, 0, 12).take(12, mode="clip") > 0
