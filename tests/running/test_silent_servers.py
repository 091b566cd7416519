"""A server that answers nothing for a while: a run waits for it, or stops, to be resumed."""

import time
from pathlib import Path

from tests.local_openai_server import (
    Asked,
    LocalOpenAIServer,
    Reply,
    dropped_connection,
    invalid_key,
    overloaded,
    rate_limited,
    server_error,
)
from tests.running.cli_runs import (
    CLASSIFICATION,
    INSTANCES,
    INSTRUCTIONS,
    Model,
    Run,
    asked_again,
    finished,
    number_of,
    outputs,
    recorded,
    rows,
    stage_of,
)
from tests.running.faulty import OPTIONS, Faulty, failures, resumes, stopped


def test_a_stage_that_gets_no_answers_any_more_stops_the_run_which_then_resumes(
    undisturbed: Path, folder: Path
) -> None:
    for stage in (INSTRUCTIONS, CLASSIFICATION, INSTANCES):  # one after the other, in the same run
        known = recorded(folder)
        with LocalOpenAIServer(out_after_three_requests_of(stage)) as server:
            said = stopped(folder, server, f"{stage} got no answer for", "--max-wait-minutes", 0.03)
        assert "The last failure was: " in said
        assert failures(folder) == []
        assert asked_again(server.asked, known) == []
        task_types = {row["is_classification"] for row in rows(folder / "instructions.jsonl")}
        assert None in task_types or stage != CLASSIFICATION
    resumes(folder, undisturbed)


def out_after_three_requests_of(stage: str) -> Model:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        is_over = stage_of(asked) == stage and model.arrived[stage] > 3
        model.is_out |= is_over
        return [invalid_key(), server_error(), dropped_connection()][number_of(asked) % 3] if is_over else None

    model = Model(Faulty(fault))
    return model


def test_a_server_that_is_gone_stops_the_run_which_then_resumes_elsewhere(undisturbed: Path, folder: Path) -> None:
    model = Model()
    with LocalOpenAIServer(model) as server:
        started = Run(folder, server, *OPTIONS, "--max-wait-minutes", 0.03)
        model.wait_for(CLASSIFICATION, 5)
    done = started.done()
    assert done.status == 3, done
    assert " got no answer for " in done.said
    assert "The last failure was: APIConnectionError: Connection error." in done.said
    resumes(folder, undisturbed)


def test_a_server_that_is_ill_for_a_while_changes_nothing(undisturbed: Path, folder: Path) -> None:
    began: list[float] = []

    def fault(asked: Asked, attempt: int) -> Reply | None:
        if model.arrived[CLASSIFICATION] > 4:
            began.append(time.monotonic())
        model.is_out = bool(began) and time.monotonic() <= began[0] + 1.5
        if not model.is_out:
            return None
        return [invalid_key(), server_error(), overloaded(), rate_limited(0.2)][number_of(asked) % 4]

    model = Model(Faulty(fault))
    with LocalOpenAIServer(model) as server:
        finished(folder, server, *OPTIONS)
    assert outputs(folder) == outputs(undisturbed)


def test_a_server_that_asks_for_more_time_than_may_be_waited_stops_the_run_at_once(folder: Path) -> None:
    def fault(asked: Asked, attempt: int) -> Reply | None:
        return rate_limited(7200) if stage_of(asked) == CLASSIFICATION else None

    with LocalOpenAIServer(Model(Faulty(fault))) as server:
        reason = "classification would have to wait 2 h for the server, longer than --max-wait-minutes (15)."
        stopped(folder, server, reason)
