"""What a server may do to a run: a request is sent again, or recorded as failed, or the run stops, to be resumed."""

from collections import Counter
from pathlib import Path

import pytest

from tests.local_openai_server import (
    FAULTS,
    KEY,
    Asked,
    LocalOpenAIServer,
    Reply,
    dripping,
    invalid_key,
    server_error,
    slow,
    too_long,
    unknown_model,
    web_page,
)
from tests.running.cli_runs import (
    CLASSIFICATION,
    INSTANCES,
    INSTRUCTIONS,
    Model,
    answer,
    finished,
    identity_of,
    journals,
    number_of,
    outputs,
    rows,
    run,
    stage_of,
    work,
)
from tests.running.faulty import OPTIONS, Faulty, failures, resumes, stopped

PASSING = [
    FAULTS[name][0] for name in ("rate limited", "server error", "dropped connection", "malformed JSON", "no choices")
]


def test_faults_that_pass_change_nothing_but_are_counted(undisturbed: Path, folder: Path) -> None:
    came: Counter[int] = Counter()

    def fault(asked: Asked, attempt: int) -> Reply | None:
        number = number_of(asked)
        if number % 10 >= 4 or attempt > 1 + number % 2:  # four requests in ten, once or twice
            return None
        # The last two take longer than the request may.
        kinds = [*PASSING, slow(answer(asked), 2), dripping(answer(asked), 0.1)]
        came[number // 10 % len(kinds)] += 1
        return kinds[number // 10 % len(kinds)]

    faulty = Faulty(fault)
    with LocalOpenAIServer(Model(faulty)) as server:
        finished(folder, server, *OPTIONS, "--request-timeout", 1)
    assert len(came) == len(PASSING) + 2
    assert outputs(folder) == outputs(undisturbed)
    assert sum(row["retries"] for row in journals(folder)) == faulty.faults
    assert failures(folder) == []


def test_faults_that_last_are_recorded_as_failed_requests(folder: Path) -> None:
    # A rate limit is about no request: see below.
    kinds = {error: reply for name, (reply, error) in FAULTS.items() if name != "rate limited"}

    def kind_of(asked: Asked) -> str | None:
        number = number_of(asked)
        return list(kinds)[number // 5 % len(kinds)] if number % 5 == 0 else None

    def fault(asked: Asked, attempt: int) -> Reply | None:
        kind = kind_of(asked)
        return kinds[kind] if kind else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        done = finished(folder, server, *OPTIONS, "--request-retries", 1)
    failing = {identity_of(one): kind_of(one) for one in work(server.asked) if kind_of(one)}
    failed = [row for row in journals(folder) if row["text"] is None]
    assert len(failed) == len(failing) >= 6
    assert all(any(kind in row["error"] for kind in kinds) for row in failed)
    # Of the first stage, those that were in flight at its end are in the journal only.
    later = [kind for (stage, _), kind in failing.items() if stage != INSTRUCTIONS]
    assert len(later) <= len(failures(folder)) <= len(failed)
    assert Counter(kind for kind in kinds for error in failures(folder) if kind in error) >= Counter(later)
    assert len(rows(folder / "instructions.jsonl")) == 32
    assert KEY not in done.said + done.complained


def test_a_finished_run_asks_again_for_what_failed_and_ends_like_an_undisturbed_one(
    undisturbed: Path, folder: Path
) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return too_long() if number_of(asked) % 4 == 0 else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        finished(folder, server, *OPTIONS)
        asked = [identity_of(one) for one in work(server.asked)]
    failed = {(row["stage"], row["instruction"]) for row in journals(folder) if row["text"] is None}
    assert {stage for stage, _ in failed} == {INSTRUCTIONS, CLASSIFICATION, INSTANCES}
    # An instruction whose classification failed is asked for instances once, and only when it is classified.
    unknown = {instruction for stage, instruction in failed if stage == CLASSIFICATION}
    assert not {(INSTANCES, instruction) for instruction in unknown} & set(asked)
    made = rows(folder / "instructions.jsonl")
    assert {row["instruction"] for row in made if row["is_classification"] is None} == unknown
    with LocalOpenAIServer(Model()) as server:
        finished(folder, server, *OPTIONS)
        asked += [identity_of(one) for one in work(server.asked)]
    assert outputs(folder) == outputs(undisturbed)
    again, kept = Counter(asked), {row["instruction"] for row in rows(folder / "instructions.jsonl")}
    assert {again[INSTANCES, instruction] for instruction in unknown & kept} == {1}


def test_a_storm_of_rate_limits_changes_nothing_and_is_said_with_the_number_of_refusals_now_and_then(
    undisturbed: Path, folder: Path
) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return FAULTS["rate limited"][0] if attempt <= (3 if number_of(asked) % 4 == 0 else 1) else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        said = finished(folder, server, *OPTIONS, "--max-in-flight", "auto").said
    for stage in (INSTRUCTIONS, CLASSIFICATION, INSTANCES):
        refused = (folder / "state" / stage / "refused").stat().st_size
        assert refused >= 4
        for count in (3, 4, 30):
            text = f"{stage}: Waiting: the server limits requests ({count} refused so far)."
            assert said.count(text) == (count != 4 and count <= refused)
    assert outputs(folder) == outputs(undisturbed)
    assert sum(row["retries"] for row in journals(folder)) > 30


def test_a_context_that_is_too_short_ends_with_what_remedies_that(folder: Path) -> None:
    with LocalOpenAIServer(Model(Faulty(lambda asked, attempt: too_long()))) as server:
        done = run(folder, server, *OPTIONS)
    (last,) = [line for line in done.said.splitlines() if line.startswith("Stopped: ")]
    assert done.status == 3
    assert "Start the server with a longer context, or start over (--fresh) with fewer examples in a prompt" in last
    assert "--num-prompt-instructions" in last
    assert "Run the same command again" not in last


def test_too_many_failures_stop_the_run_and_it_resumes_with_a_healthy_server(undisturbed: Path, folder: Path) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return slow(Reply(status=400, error="Refused"), 0.7) if stage_of(asked) == INSTANCES else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        stopped(
            folder,
            server,
            "--max-failures (2) was exceeded. The last failure was: BadRequestError",
            "--max-failures",
            2,
        )
    resumes(folder, undisturbed)


# --- what can only fail is found before any work


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (invalid_key(), "refuses the key in OPENAI_API_KEY: Incorrect API key provided: ***."),
        (unknown_model("small"), "has no model 'small' for chat prompts: The model 'small' does not exist."),
        (web_page(), "gives no completion: what answers at "),
    ],
    ids=["invalid key", "unknown model", "web page"],
)
def test_a_server_that_refuses_is_one_sentence_before_any_work(folder: Path, reply: Reply, said: str) -> None:
    with LocalOpenAIServer([reply]) as server:
        done = run(folder, server, *OPTIONS)
        assert f"The server at {server.url} {said}" in done.complained
    assert (done.status, len(done.complained.splitlines())) == (1, 1)
    assert "Traceback" not in done.said + done.complained
    assert KEY not in done.said + done.complained
    assert len(server.asked) <= 2
    assert not folder.exists()


def test_a_server_that_cannot_be_reached_is_one_sentence_before_any_work(folder: Path) -> None:
    with LocalOpenAIServer([server_error()]) as server:
        pass
    done = run(folder, server, *OPTIONS)
    assert (done.status, len(done.complained.splitlines())) == (1, 1)
    assert f"No server can be reached at {server.url} (" in done.complained
    assert not folder.exists()
