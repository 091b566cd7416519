"""What is said about an actor that ended, and about replicas for which a cluster has no room."""

import logging
import os
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from distilabel_selfinstruct.host_fixes.failures import StepFailure, WorkerFailedError
from distilabel_selfinstruct.host_fixes.ray_actor import passed_on
from distilabel_selfinstruct.host_fixes.ray_capacity import fault_in
from distilabel_selfinstruct.host_fixes.ray_watch import failure_of, teardown

DIED = (
    "The actor died unexpectedly before finishing this task.\n\tclass_name: StepActor\n\tpid: 12\n\tip: 10.0.0.4\n{} "
    "Worker exit type: SYSTEM_ERROR Some common causes include: (1) the process was killed by the OOM killer."
)

NOT_MADE = (
    "The actor died because of an error raised in its creation task, ray::StepActor.__init__()\n"
    "Traceback (most recent call last):\n  File ...\nModuleNotFoundError: No module named 'mine'."
)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            DIED.format("The actor is dead because its worker process has died."),
            "the actor died on 10.0.0.4: its worker process has died",
        ),
        (
            DIED.format("The actor died because its node has died. Node Id: 77."),
            "the actor died on 10.0.0.4: its node has died",
        ),
        (NOT_MADE, "RuntimeError: ModuleNotFoundError: No module named 'mine'"),
        (
            "The actor 79 is unavailable: Socket closed.\nMore.",
            "RuntimeError: The actor 79 is unavailable: Socket closed",
        ),
        ("", "RuntimeError: "),
    ],
)
def test_the_reason_of_a_death_is_taken_out_of_what_ray_says(said: str, words: str) -> None:
    failure = failure_of("classification", RuntimeError(said), is_loaded=True)
    assert str(failure) == f"step 'classification', running in its actor: {words}"


def test_a_failure_that_a_worker_describes_is_kept_as_it_is() -> None:
    described = StepFailure("classification", "its worker", "ValueError: boom")
    error = RuntimeError("much")
    error.cause = WorkerFailedError(described)  # type: ignore[attr-defined]
    assert failure_of("classification", error, is_loaded=False) is described


@pytest.mark.parametrize(
    ("wanted", "replicas", "fault"),
    [
        ({}, 99, ""),
        ({"num_gpus": 4}, 3, ""),
        ({"num_gpus": 4}, 4, "4 replicas need 4 GPUs each, and the cluster has room for 3: "),
        ({"num_gpus": 9}, 1, "a replica needs 9 GPUs, and no node has more than 8: "),
        ({"num_cpus": 3, "resources": {"disk": 1}}, 2, "2 replicas need 1 disk each, and the cluster has room for 1: "),
    ],
)
def test_replicas_for_which_there_is_no_room_are_told_from_those_that_wait(
    wanted: dict[str, object], replicas: int, fault: str
) -> None:
    nodes = [{"CPU": 8.0, "GPU": 8.0}, {"CPU": 8.0, "GPU": 7.0, "disk": 1.0}]
    assert fault_in(nodes, wanted, replicas)[: len(fault)] == fault
    assert bool(fault_in(nodes, wanted, replicas)) == bool(fault)


def test_keys_and_proxies_are_passed_on_and_nothing_of_the_machine_or_of_ray() -> None:
    given = ["OPENAI_API_KEY", "HF_TOKEN", "https_proxy", "NO_PROXY", "DISTILABEL_LOG_LEVEL", "MY_OWN_API_KEY"]
    kept = ["PATH", "RAY_AUTH_TOKEN", "RAY_API_KEY", "CUDA_VISIBLE_DEVICES", "HOME"]
    assert list(passed_on(dict.fromkeys([*given, *kept], "x"))) == given


@pytest.mark.skipif("CI" not in os.environ and find_spec("ray") is None, reason="needs the extra ray")
def test_at_the_end_lost_queues_are_logged_and_any_other_error_is_raised(caplog: pytest.LogCaptureFixture) -> None:
    from ray.exceptions import ActorDiedError

    watch = SimpleNamespace(stop=lambda: None)
    pipeline = SimpleNamespace(actor_watch=watch, failures=["lost"], _logger=logging.getLogger("a pipeline"))

    def end(error: Exception) -> None:
        def host_teardown(_: object) -> None:
            raise error

        teardown(host_teardown, pipeline)

    for lost in (ActorDiedError(), ConnectionError("no cluster")):
        end(lost)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert all(text.startswith("The queues of the run were gone when it ended: ") for text in said)
    with pytest.raises(OSError, match="disk full"):
        end(OSError("disk full"))
