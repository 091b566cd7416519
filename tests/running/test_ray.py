"""On a cluster of several nodes a run makes what it makes on one machine; whatever fails is an error that says so."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.local_openai_server import LocalOpenAIServer
from tests.ray_cluster import RayCluster, ray_cluster
from tests.running.cli_runs import CLASSIFICATION, OPTIONS, Model, Run, asked_again, outputs, recorded

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif("CI" not in os.environ and find_spec("ray") is None, reason="needs the extra ray"),
]

SECONDS = 600
"""Seven pipelines, each with processes that import the host; what hangs, hangs for ever."""

SECONDS_TO_SAY = 60

Scenarios = tuple["subprocess.Popen[bytes]", Path]

OUTCOMES, LOG, OUTCOME = "outcomes", "log", "outcome: "


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with ray_cluster() as started:
        yield started


@pytest.fixture(scope="module")
def scenarios(cluster: RayCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenarios]:
    """A process in which pipelines fail on the cluster, one after the other, and the folder in which it says how."""
    folder = tmp_path_factory.mktemp("ray")
    environment = {**os.environ, **cluster.environment, "DISTILABEL_LOG_LEVEL": "CRITICAL", "TMPDIR": str(folder)}
    command = [str(Path(__file__).with_name("ray_scenarios.py")), cluster.address, str(cluster.raylet)]
    with (folder / OUTCOMES).open("w") as said, (folder / LOG).open("w") as complained:
        process = subprocess.Popen([sys.executable, *command], env=environment, stdout=said, stderr=complained)
    yield process, folder
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def outcomes(scenarios: Scenarios) -> dict[str, dict[str, Any]]:
    process, folder = scenarios
    ended = process.wait(SECONDS)
    assert ended == 0, (folder / LOG).read_text()[-3000:]
    lines = (folder / OUTCOMES).read_text().splitlines()  # among what Ray prints
    rows = [json.loads(line.removeprefix(OUTCOME)) for line in lines if line.startswith(OUTCOME)]
    return {row["name"]: row for row in rows}


def listening(session: int) -> set[str]:
    """The addresses at which the processes of a session listen, as the kernel writes them."""
    sockets: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended in the meantime
            if int((process / "stat").read_text().rsplit(")", 1)[1].split()[3]) == session:
                sockets |= {str(link.readlink()) for link in (process / "fd").iterdir()}
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table]
    return {line[1].partition(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets}


LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


@pytest.mark.usefixtures("scenarios")  # they wait much, and work meanwhile
def test_a_run_starts_a_cluster_that_no_other_machine_can_reach(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path
) -> None:
    model = server._answer
    assert isinstance(model, Model)
    started = Run(tmp_path / "run", server, *OPTIONS, "--ray")
    model.wait_for(CLASSIFICATION, 1)
    addresses = listening(started.process.pid)
    done = started.done()
    assert (done.status, done.complained) == (0, ""), done
    assert addresses
    assert addresses <= LOOPBACK
    assert outputs(tmp_path / "run") == outputs(undisturbed)


def said(outcome: dict[str, Any]) -> str:
    assert outcome["error"] == "PipelineFailedError"
    return str(outcome["message"])


def numbers(outcome: dict[str, Any]) -> list[int]:
    return [row["k"] for row in outcome["rows"]]


def test_an_exception_in_a_step_is_an_error_that_names_it(outcomes: dict[str, Any]) -> None:
    outcome = outcomes["steps"]
    assert "step 'mark_0', batch 1: ValueError: step boom" in said(outcome)
    assert [row["k"] for row in outcome["rows"] if row["mark"] is None] == list(range(10, 20))


def test_an_exception_in_a_generator_is_an_error_that_names_it(outcomes: dict[str, Any]) -> None:
    outcome = outcomes["steps"]
    assert "step 'numbers_0', generating batch 2: RuntimeError: generator boom" in said(outcome)
    assert "2 failure(s): " in said(outcome)
    assert numbers(outcome) == list(range(20))


def test_an_exception_in_load_is_an_error_that_names_it(outcomes: dict[str, Any]) -> None:
    assert "1 failure(s): step 'numbers_0', loading: DetailedError: load boom: no model." in said(outcomes["load"])


def test_an_exception_in_unload_is_an_error_that_names_it_and_costs_no_row(outcomes: dict[str, Any]) -> None:
    assert "1 failure(s): step 'numbers_0', its worker: RuntimeError: unload boom." in said(outcomes["unload"])
    assert numbers(outcomes["unload"]) == list(range(60))


def test_a_step_for_which_no_node_has_room_is_an_error_that_says_what_is_missing(outcomes: dict[str, Any]) -> None:
    what = "step 'numbers_0', starting on Ray: a replica needs 3 GPUs, and no node has more than 0: ask for fewer."
    assert f"1 failure(s): {what}" in said(outcomes["no room"])


@pytest.mark.parametrize(
    ("name", "reason"), [("kill -9", "worker process has died"), ("ray.kill", "it was killed by `ray.kill`")]
)
def test_an_actor_that_dies_is_an_error_that_names_its_step(outcomes: dict[str, Any], name: str, reason: str) -> None:
    outcome = outcomes[name]
    assert "1 failure(s): step 'numbers_0', running in its actor: the actor died on 127.0.0.1: " in said(outcome)
    assert reason in said(outcome)
    assert numbers(outcome) == list(range(len(outcome["rows"])))


def test_a_node_that_is_lost_is_an_error_that_names_the_step(outcomes: dict[str, Any]) -> None:
    assert "1 failure(s): step 'numbers_0', running in its actor: " in said(outcomes["node"])


def test_a_failure_is_said_within_a_minute(outcomes: dict[str, Any]) -> None:
    seconds = {name: outcomes[name]["seconds"] for name in ("ray.kill", "node")}
    assert max(seconds.values()) < SECONDS_TO_SAY, seconds


def test_a_second_run_in_the_same_cluster_works_and_nothing_is_left(outcomes: dict[str, Any]) -> None:
    assert {name: outcome["left"] for name, outcome in outcomes.items()} == {name: [] for name in outcomes}
    assert len(outcomes) == 7


@pytest.fixture
def on_the_cluster(
    cluster: RayCluster, outcomes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> tuple[object, ...]:
    """The options with which a run uses the cluster, once no node of it is lost any more."""
    assert outcomes
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    return (*OPTIONS, "--ray", cluster.address)


def test_a_run_that_is_killed_is_resumed_with_other_replicas_and_makes_what_one_machine_makes(
    server: LocalOpenAIServer, undisturbed: Path, tmp_path: Path, on_the_cluster: tuple[object, ...]
) -> None:
    model, folder = server._answer, tmp_path / "run"
    assert isinstance(model, Model)
    started = Run(folder, server, *on_the_cluster, "--replicas", 2)
    model.wait_for(CLASSIFICATION, 9)
    started.kill()
    known, before = recorded(folder), len(server.asked)
    done = Run(folder, server, *on_the_cluster, "--replicas", 4).done()
    assert (done.status, done.complained) == (0, ""), done
    assert asked_again(server.asked[before:], known) == []
    assert max(recorded(folder).values()) == 1
    assert len(list(folder.glob("state/classification*"))) == 4
    assert outputs(folder) == outputs(undisturbed)
