"""Whatever a server does for a while, and whenever a run is killed: the same command gives the undisturbed dataset."""

import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.local_openai_server import FAULTS, Asked, LocalOpenAIServer, Reply
from tests.running.cli_runs import OPTIONS, SECONDS, Model, Run, answer, finished, journals, number_of, outputs

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")

PATIENCE = ("--max-wait-minutes", 0.05, "--request-retries", 1)


@dataclass(frozen=True)
class Attempt:
    """A start of the run: one in so many requests gets the fault, and after so many requests the run is killed."""

    fault: str
    one_in: int
    requests: int


class SickServer:
    """`answer`, with the fault of the attempt for the requests that it concerns; without an attempt it is well."""

    def __init__(self) -> None:
        self.attempt: Attempt | None = None

    def __call__(self, asked: Asked) -> Reply:
        if self.attempt is not None and number_of(asked) % self.attempt.one_in == 0:
            return FAULTS[self.attempt.fault][0]
        return answer(asked)


ATTEMPTS = st.builds(
    Attempt, fault=st.sampled_from(sorted(FAULTS)), one_in=st.integers(1, 5), requests=st.integers(1, 90)
)


def disturbed(run: Run, model: Model, requests: int) -> None:
    """Kill the run after so many more requests, unless it ends before that."""
    limit, until = sum(model.arrived.values()) + requests, time.monotonic() + SECONDS
    while run.process.poll() is None and sum(model.arrived.values()) < limit and time.monotonic() < until:
        time.sleep(0.01)
    if run.process.poll() is None:
        run.kill()
    else:
        done = run.done()
        assert done.status in (0, 1, 3), done  # 1: the probe before any work failed
        assert "Traceback" not in done.said + done.complained


# A failing example is not made smaller: each takes many seconds.
@settings(
    max_examples=examples(2, thorough=10),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(attempts=st.lists(ATTEMPTS, min_size=1, max_size=3))
def test_after_any_schedule_of_faults_and_kills_the_dataset_is_the_undisturbed_one(
    undisturbed: Path, tmp_path_factory: pytest.TempPathFactory, attempts: list[Attempt]
) -> None:
    folder, sick = tmp_path_factory.mktemp("schedule") / "run", SickServer()
    model = Model(sick)
    with LocalOpenAIServer(model) as server:
        for sick.attempt in attempts:
            disturbed(Run(folder, server, *OPTIONS, *PATIENCE), model, sick.attempt.requests)
        sick.attempt = None
        finished(folder, server, *OPTIONS, *PATIENCE)
    assert outputs(folder) == outputs(undisturbed)
    answers = Counter((row["stage"], row["key"]) for row in journals(folder) if row["text"] is not None)
    assert max(answers.values()) == 1
