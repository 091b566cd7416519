"""Whether a cluster of Ray can ever hold the replicas of a step: an actor that fits nowhere would be waited for."""

from __future__ import annotations

from typing import Any

_IN_WORDS = {"CPU": "processors", "GPU": "GPUs", "memory": "bytes of memory"}


def wanted_of(step: Any) -> dict[str, Any]:
    """The options of an actor for what a replica of a step needs."""
    resources = step.resources
    named = {"num_cpus": resources.cpus, "num_gpus": resources.gpus, "memory": resources.memory}
    return {name: value for name, value in {**named, "resources": resources.resources}.items() if value}


def fault_of(wanted: dict[str, Any], replicas: int) -> str:
    """Why the replicas of a step cannot run in the cluster, and the remedy; empty if they can."""
    import ray

    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return fault_in(nodes, wanted, replicas)


def fault_in(nodes: list[dict[str, float]], wanted: dict[str, Any], replicas: int) -> str:
    """The same for nodes with these resources."""
    names = {"num_cpus": "CPU", "num_gpus": "GPU", "memory": "memory"}
    amounts = {names[name]: value for name, value in wanted.items() if name in names} | wanted.get("resources", {})
    for name, amount in amounts.items():
        word = _IN_WORDS.get(name, name)
        most = max((node.get(name, 0) for node in nodes), default=0)
        if most < amount:
            return f"a replica needs {amount:g} {word}, and no node has more than {most:g}: ask for fewer"
        room = sum(node.get(name, 0) // amount for node in nodes)
        if room < replicas:
            return (
                f"{replicas} replicas need {amount:g} {word} each, and the cluster has room for {room:g}: ask for "
                "fewer replicas, or add nodes"
            )
    return ""
