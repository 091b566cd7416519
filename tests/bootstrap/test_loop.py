from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.bootstrap.loop import Bootstrap, BootstrapSettings
from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.errors import ConfigError, SeedTaskError
from distilabel_selfinstruct.prompts import load_prompts, prompt_text
from distilabel_selfinstruct.ratings.feedback import Feedback
from distilabel_selfinstruct.records import Completion, Reason, Request, RequestStatus
from distilabel_selfinstruct.similarity import NoveltyIndex
from tests.builders import distinct_instruction, listing, seed_tasks

PROMPTS = load_prompts("en")


def bootstrap_with(human: int = 12, **settings: Any) -> Bootstrap:
    return Bootstrap(TaskPool(seed_tasks(human), NoveltyIndex(0.7)), PROMPTS, BootstrapSettings(**settings))


def run(bootstrap: Bootstrap, completions: list[Completion], limit: int = 1000) -> list[Any]:
    """Answer requests with the completions in turn, the last one from then on, and send none beyond the limit."""
    outcomes = []
    in_flight: deque[Request] = deque()
    while not bootstrap.stop_reason:
        in_flight.extend(bootstrap.next_requests())
        request = in_flight.popleft()
        if request.number >= limit:
            bootstrap.receive(request, Completion.not_sent(f"max_requests ({limit}) was reached."))
        else:
            outcomes.append(bootstrap.receive(request, completions[min(request.number, len(completions) - 1)]))
    return outcomes


def new(*numbers: int) -> Completion:
    return listing(*(distinct_instruction(f"New{number}") for number in numbers))


def test_each_admitted_instruction_names_its_request_and_its_nearest_neighbor():
    bootstrap = bootstrap_with(num_instructions=2)
    first, second = "Name three rivers that flow through France.", "Name four rivers in Spain, if you can."
    outcomes = run(bootstrap, [listing(first), listing(second)])
    (admitted,) = outcomes[1].admitted
    assert (admitted.instruction, admitted.request, admitted.nearest_instruction) == (second, 1, first)
    assert 0 < admitted.nearest_rouge_l < 0.7


def test_a_near_duplicate_is_rejected_with_its_score_and_neighbor():
    text = "Name three rivers that flow through France."
    bootstrap = bootstrap_with(num_instructions=9)
    (outcome,) = run(bootstrap, [listing(text, text)], limit=1)
    (rejected,) = outcome.rejected
    assert (rejected.reason, rejected.detail) == (Reason.NEAR_DUPLICATE, f"ROUGE-L 1.000 with: {text}")


@pytest.mark.parametrize("form", ["completion", "chat"])
def test_copies_of_what_a_prompt_has_shown_are_rejected_as_echoes_in_both_forms(form):
    bootstrap = bootstrap_with(num_instructions=9, window=1, prompt_form=form)
    (request, *_) = bootstrap.next_requests()
    shown = next(task.instruction for task in seed_tasks(12) if task.instruction in prompt_text(request.prompt))
    outcome = bootstrap.receive(request, listing(distinct_instruction("New"), shown.upper()))
    assert [one.instruction for one in outcome.admitted] == ["Newa Newb Newc Newd"]
    assert [(one.reason, one.detail) for one in outcome.rejected] == [(Reason.PROMPT_ECHO, "an example of the prompt")]


def test_the_loop_stops_at_the_wanted_number_and_keeps_the_rest_as_rejections():
    outcomes = run(bootstrap_with(num_instructions=2), [new(1, 2, 3)])
    assert len(outcomes[0].admitted) == 2
    assert [rejection.reason for rejection in outcomes[0].rejected] == [Reason.OVER_LIMIT]


def test_what_arrives_after_the_loop_has_stopped_is_rejected_and_no_more_is_sent():
    bootstrap = bootstrap_with(num_instructions=1, window=3)
    first, second = bootstrap.next_requests()
    assert len(bootstrap.receive(first, new(1)).admitted) == 1
    assert bootstrap.next_requests() == []
    late = bootstrap.receive(second, new(2))
    assert (late.admitted, [rejection.reason for rejection in late.rejected]) == ((), [Reason.OVER_LIMIT])
    assert bootstrap.next_requests() == []


def test_no_more_requests_are_sent_than_are_likely_needed():
    bootstrap = bootstrap_with(num_instructions=10, window=50)
    assert len(bootstrap.next_requests()) == 3  # five instructions a request, and one more


def test_what_was_received_says_how_many_requests_are_likely_needed():
    bootstrap = bootstrap_with(num_instructions=30, window=100)
    requests = deque(bootstrap.next_requests())
    assert len(requests) == 7
    for number in range(10):
        requests.extend(bootstrap.next_requests())
        bootstrap.receive(requests.popleft(), new(number))
    # An instruction a request: the 20 missing ones need as many requests.
    assert len(requests) + len(bootstrap.next_requests()) == 21


def test_the_window_bounds_what_is_under_way():
    bootstrap = bootstrap_with(num_instructions=1000, window=4)
    requests = bootstrap.next_requests()
    assert (len(requests), bootstrap.next_requests()) == (4, [])
    bootstrap.receive(requests[0], new(1))
    assert [request.number for request in bootstrap.next_requests()] == [4]


# Instructions that are all the same, but for one in `every`.
def repetitive(every: int) -> list[Completion]:
    return [new(0 if number % every else number + 1) for number in range(400)]


def test_acceptance_that_collapses_ends_the_loop_with_advice():
    bootstrap = bootstrap_with(num_instructions=99, patience=20, min_acceptance=0.2)
    run(bootstrap, repetitive(every=10))
    assert "of the candidates in the last 20 requests only 15.0% were admitted" in bootstrap.stop_reason
    assert "lower `min_acceptance`" in bootstrap.stop_reason


def test_acceptance_is_not_judged_before_as_many_requests_as_there_is_patience():
    bootstrap = bootstrap_with(num_instructions=99, patience=20, min_acceptance=0.2)
    run(bootstrap, repetitive(every=10), limit=19)
    assert bootstrap.recent_acceptance is None
    assert "max_requests (19) was reached" in bootstrap.stop_reason


def test_low_acceptance_is_foretold_before_it_ends_the_loop():
    bootstrap = bootstrap_with(num_instructions=99, patience=20, min_acceptance=0.2)
    run(bootstrap, repetitive(every=2), limit=20)
    assert bootstrap.recent_acceptance == pytest.approx(0.55, abs=0.06)
    assert bootstrap.is_collapsing


def test_a_min_acceptance_of_zero_never_ends_the_loop():
    bootstrap = bootstrap_with(num_instructions=99, patience=20, min_acceptance=0)
    run(bootstrap, repetitive(every=19), limit=150)
    assert bootstrap.stop_reason.endswith("max_requests (150) was reached.")
    assert not bootstrap.is_collapsing


def test_patience_ends_a_loop_that_admits_nothing_and_says_what_was_rejected():
    bootstrap = bootstrap_with(num_instructions=5, patience=7)
    run(bootstrap, [listing("Draw a tree with leaves.")])
    assert "the last 7 requests admitted nothing (forbidden_word 7)" in bootstrap.stop_reason


def test_an_admission_renews_the_patience():
    bootstrap = bootstrap_with(num_instructions=2, patience=4, window=1)
    nothing = Completion("", "stop")
    run(bootstrap, [nothing, nothing, new(1), nothing, nothing, new(2)])
    assert bootstrap.stop_reason == "2 instructions were wanted and admitted."


def test_a_failed_request_is_a_rejection_with_the_error():
    bootstrap = bootstrap_with(num_instructions=1, patience=1, window=1)
    (outcome,) = run(bootstrap, [Completion(None, error="TimeoutError: too slow")], limit=1)
    assert [(rejection.reason, rejection.detail) for rejection in outcome.rejected] == [
        (Reason.FAILED_REQUEST, "TimeoutError: too slow")
    ]


def test_failed_requests_count_neither_against_the_patience_nor_against_the_acceptance():
    failed = Completion(None, error="TimeoutError: too slow")
    bootstrap = bootstrap_with(num_instructions=2, patience=3, min_acceptance=0.3)
    run(bootstrap, [failed] * 40 + [Completion("", "stop")] * 2 + [failed] * 40 + [new(1), new(2)])
    assert bootstrap.stop_reason == "2 instructions were wanted and admitted."


@given(st.sets(st.integers(0, 30), max_size=20), st.integers(1, 6))
def test_without_its_failed_requests_a_loop_would_have_admitted_the_same(failing, window):
    def admitted(completions):
        bootstrap = bootstrap_with(num_instructions=12, window=window, patience=5)
        outcomes = run(bootstrap, completions, limit=40)
        return [one.instruction for outcome in outcomes for one in outcome.admitted]

    answers = [new(number, number + 1) for number in range(60)]
    left = iter(answers)
    failed = Completion(None, error="TimeoutError: too slow")
    assert admitted([failed if number in failing else next(left) for number in range(60)]) == admitted(answers)


def test_a_request_that_is_not_sent_ends_the_loop_with_its_reason():
    bootstrap = bootstrap_with(num_instructions=99)
    assert len(run(bootstrap, [new(number) for number in range(99)], limit=7)) == 7
    assert bootstrap.stop_reason == "7 of 99 instructions were admitted: max_requests (7) was reached."


def test_an_exhausted_recording_ends_the_loop():
    bootstrap = bootstrap_with(num_instructions=99)
    run(bootstrap, [new(1), Completion(None, status=RequestStatus.EXHAUSTED)])
    assert bootstrap.stop_reason == "1 of 99 instructions were admitted: the recording holds no further completion."


def test_a_prompt_shows_eight_instructions_and_asks_for_the_ninth():
    (request, *_) = bootstrap_with().next_requests()
    lines = request.prompt.splitlines()
    assert [line.split(".")[0] for line in lines[1:]] == [str(number) for number in range(1, 10)]


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 40), max_size=5), min_size=1, max_size=12), st.integers(1, 6))
def test_prompts_depend_on_the_seed_and_the_completions_not_on_how_many_are_sent_at_once(lists, window):
    completions = [new(*numbers) for numbers in lists]

    def answered(batch: int) -> tuple[list[Any], str]:
        """The prompts that were answered before the loop stopped, and why it did."""
        bootstrap = bootstrap_with(num_instructions=30, window=window, patience=20)
        waiting: deque[Request] = deque()
        seen = []
        while not bootstrap.stop_reason:
            waiting.extend(bootstrap.next_requests())
            assert waiting, "the loop has not stopped and sends nothing"
            for request in [waiting.popleft() for _ in range(min(batch, len(waiting)))]:
                if bootstrap.stop_reason:
                    break
                seen.append(request.prompt)
                sent = request.number < len(completions)
                bootstrap.receive(request, completions[request.number] if sent else Completion.not_sent("Enough."))
        return seen, bootstrap.stop_reason

    assert answered(window) == answered(1)


def test_another_seed_gives_other_prompts():
    assert bootstrap_with(random_seed=1).next_requests()[0] != bootstrap_with(random_seed=2).next_requests()[0]


def test_fewer_seed_tasks_than_a_prompt_shows_are_an_error():
    with pytest.raises(SeedTaskError, match="A prompt shows 8 instructions and there are only 5 seed tasks"):
        bootstrap_with(human=5)


def test_seed_tasks_that_became_too_few_because_people_rated_them_d_are_an_error():
    banned = tuple(task.instruction for task in seed_tasks(3))
    pool = TaskPool(seed_tasks(10), NoveltyIndex(0.7), feedback=Feedback(banned=banned))
    with pytest.raises(SeedTaskError, match=r"only 7 seed tasks that people did not rate D \(3 are\)"):
        Bootstrap(pool, PROMPTS, BootstrapSettings())


def test_prompts_show_what_people_rated_a_and_never_what_they_rated_d():
    liked, disliked = "Name three rivers that flow through France.", "Name the best country in the whole wide world."
    feedback = Feedback(endorsed=((liked, False),), banned=(disliked, seed_tasks(1)[0].instruction))
    pool = TaskPool(seed_tasks(10), NoveltyIndex(0.7), feedback=feedback)
    bootstrap = Bootstrap(pool, PROMPTS, BootstrapSettings(num_instructions=99, window=1))
    prompts = []
    while not bootstrap.stop_reason and len(prompts) < 20:
        for request in bootstrap.next_requests():
            prompts.append(request.prompt)
            outcome = bootstrap.receive(request, listing(disliked, distinct_instruction(f"New{request.number}")))
            assert [rejection.reason for rejection in outcome.rejected] == [Reason.NEAR_DUPLICATE]
    assert any(liked in prompt for prompt in prompts)
    assert not any(text in prompt for text in feedback.banned for prompt in prompts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_instructions", 0),
        ("window", 0),
        ("patience", -1),
        ("min_acceptance", 1),
        ("min_acceptance", -0.1),
        ("num_prompt_generated", 9),
    ],
)
def test_a_setting_that_cannot_work_is_named_with_its_value(name, value):
    with pytest.raises(ConfigError, match=f"`{name}` is {value}"):
        BootstrapSettings(**{name: value})
