"""How long servers ask to wait, in all the forms in which they do."""

import math
from datetime import datetime, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.llms.retry_after import seconds_to_wait, seconds_until_reset

WALL = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc).timestamp()


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(WALL + seconds, timezone.utc), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "86400"}, 86_400),
        ({"retry-after": http_date(90)}, 90),
        ({"retry-after": http_date(-90)}, 0),
        ({"retry-after": http_date(3690), "date": http_date(3600)}, 90),  # the server's clock is an hour ahead
        ({"retry-after": "2026-11-29T12:01:30Z"}, 90),
        ({"retry-after": "30s"}, 30),
        ({"retry-after": "1m30s"}, 90),
        ({"retry-after": str(WALL + 45)}, 45),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"}, 360),
        ({"x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-reset": "1h2m3.5s"}, 3723.5),
        ({"x-ratelimit-reset": str(WALL + 45)}, 45),
        ({"ratelimit-reset": "7", "ratelimit-remaining": "0"}, 7),
        (
            {"anthropic-ratelimit-tokens-reset": "2026-11-29T12:00:30Z", "anthropic-ratelimit-tokens-remaining": "0"},
            30,
        ),
        (  # the limit that is used up counts, not the one that has room
            {
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-tokens": "50s",
                "x-ratelimit-remaining-tokens": "900",
            },
            1,
        ),
    ],
)
def test_every_form_is_read(headers: dict[str, str], seconds: float) -> None:
    assert seconds_to_wait(headers, WALL) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "nan", "inf", "1e300", "9" * 400 + "s", " ", "Sun, 99 Nov 2026 12:00:00 GMT", "0x10"]
)
def test_what_makes_no_sense_says_nothing(value: str) -> None:
    assert seconds_to_wait({"retry-after": value}, WALL) is None


def test_only_a_limit_that_is_used_up_holds_up_after_an_answer() -> None:
    headers = {"x-ratelimit-reset-requests": "12s", "x-ratelimit-remaining-requests": "3"}
    assert seconds_until_reset(headers, WALL) == 0
    assert seconds_until_reset({**headers, "x-ratelimit-remaining-requests": "0"}, WALL) == 12


VALUES = st.text() | st.from_regex(r"\A[0-9]{1,400}(\.[0-9]+)?(e[0-9]{1,3}|d|h|m|s|ms)?\Z")


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-reset", "date"]), VALUES))
def test_whatever_a_server_sends_is_a_time_to_wait_or_nothing(headers: dict[str, str]) -> None:
    seconds = seconds_to_wait(headers, WALL)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)
