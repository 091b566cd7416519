"""On Ray a step runs as it does on one machine, in actors and through queues that are this run's own.

The host (`pipeline/ray.py:248`) builds its own loop around the step in each actor, not ours: an exception in a step is
silent, one in a generator is never heard of, and no batch is begun early. It drops what becomes of the actor, names
actors and queues after the pipeline, so that a second run collides with the first, and never removes them.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.host_fixes import ray_capacity
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace, wrap
from distilabel_selfinstruct.host_fixes.ray_actor import Assignment, StepActor, passed_on
from distilabel_selfinstruct.host_fixes.ray_queues import QueueHost, RayQueue
from distilabel_selfinstruct.host_fixes.ray_watch import Replica

_TEST = "tests/running/test_ray.py::"

FIXES = (
    HostFix(
        "exception in a step on Ray",
        "pipeline/ray.py:280",
        "rows of None and a normal return; with the fix, also an error at the end of the run",
        f"{_TEST}test_an_exception_in_a_step_is_an_error_that_names_it",
    ),
    HostFix(
        "exception in a generator on Ray",
        "pipeline/ray.py:280",
        "hangs; with the fix, the rows before it are kept and the run raises",
        f"{_TEST}test_an_exception_in_a_generator_is_an_error_that_names_it",
    ),
    HostFix(
        "second run in a cluster of Ray",
        "pipeline/ray.py:242",
        "`ActorAlreadyExistsError`: the actors and queues of the first run are never removed",
        f"{_TEST}test_a_second_run_in_the_same_cluster_works_and_nothing_is_left",
    ),
)


def apply() -> None:
    """Replace the host's methods; called once."""
    from distilabel.pipeline.ray import RayPipeline

    wrap(RayPipeline, "_init_ray", init_ray)
    replace(RayPipeline, "QueueClass", property(queue_class))
    wrap(RayPipeline, "_run_step", run_step)
    wrap(RayPipeline, "run", run)


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does, under names of this run; whatever happens, nothing of it stays in the cluster."""
    pipeline.run_id = uuid.uuid4().hex[:12]
    pipeline.placement_groups = []
    pipeline.queue_host = pipeline.actor_watch = None
    try:
        return host_run(pipeline, *args, **kwargs)
    finally:
        _remove_all(pipeline)


def init_ray(host_init_ray: Callable[..., None], pipeline: Any) -> None:
    """Connect to the cluster, unless this process is connected: the host does so a second time and fails."""
    import ray

    if ray.is_initialized():
        pipeline._ray_node_ids = pipeline._get_ray_gpus_per_node()
    else:
        host_init_ray(pipeline)


def queue_class(pipeline: Any) -> Callable[..., Any]:
    """What makes the queues: on the machine of the main process, so that no other one takes them with it."""
    import ray

    if pipeline.queue_host is None:
        name = f"distilabel-{pipeline.name}-queues-{pipeline.run_id}"
        pipeline.queue_host = ray.remote(QueueHost).options(name=name, num_cpus=0, **_on_this_node()).remote()
    return lambda actor_options: RayQueue(pipeline.queue_host, actor_options["name"])


def _on_this_node() -> dict[str, Any]:
    import ray
    from ray.util.client import ray as client
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    if client.is_connected():  # the main process is on none of the nodes
        return {}
    here = ray.get_runtime_context().get_node_id()
    return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node_id=here, soft=False)}


def run_step(host_run_step: Callable[..., None], pipeline: Any, step: Any, input_queue: Any, replica: int) -> None:
    """Run a replica of a step in an actor, with a watch on it."""
    del host_run_step
    import ray
    from ray import cloudpickle

    name = f"distilabel-{pipeline.name}-{step.name}-{replica}-{pipeline.run_id}"
    assignment = Assignment(
        step=cloudpickle.dumps(step),
        replica=replica,
        dry_run=pipeline._dry_run,
        pipeline_name=pipeline.name,
        cache_id=pipeline.signature,
        environment=passed_on(dict(os.environ)),
    )
    wanted = ray_capacity.wanted_of(step)
    if fault := ray_capacity.fault_of(wanted, step.resources.replicas or 1):
        if replica == 0:  # one of them says it for all
            pipeline.actor_watch.refuse(step.name, fault)
        return
    actor = (
        ray.remote(StepActor)
        .options(name=name, **_placement(pipeline, step, wanted))
        .remote(assignment, input_queue, pipeline._output_queue, pipeline._load_queue, pipeline._log_queue)
    )
    pipeline.actor_watch.watch(Replica(str(step.name), replica, actor), actor.run.remote())


def _placement(pipeline: Any, step: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    from distilabel.models.llms.vllm import vLLM

    if isinstance(getattr(step, "llm", None), vLLM):  # the host's own, which may need several nodes
        strategy = pipeline._create_vllm_placement_group(step)
        pipeline.placement_groups.append(strategy.placement_group)
        return {"scheduling_strategy": strategy}
    spread = {"scheduling_strategy": "SPREAD"} if (step.resources.replicas or 1) > 1 else {}
    return {**wanted, **spread}


def _remove_all(pipeline: Any) -> None:
    """Remove the actors and queues of this run from the cluster; the host has stopped its logging before."""
    import ray

    if not ray.is_initialized():
        return
    actors = [pipeline.queue_host] if pipeline.queue_host is not None else []
    if pipeline.actor_watch is not None:
        pipeline.actor_watch.stop()
        actors += pipeline.actor_watch.actors
    for actor in actors:
        with contextlib.suppress(Exception):  # it is gone
            ray.kill(actor)
    for group in pipeline.placement_groups:
        with contextlib.suppress(Exception):
            ray.util.remove_placement_group(group)
