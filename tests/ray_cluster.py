"""A cluster of Ray with three nodes on this machine, on the loopback interface, in a process of its own.

    python ray_cluster.py

It prints its address and the number of the process that one node is, which may be killed; it ends when its input ends.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 240
"""More than a cluster needs to start on a busy machine."""


@dataclass(frozen=True)
class RayCluster:
    """What a program needs to use the cluster.

    Attributes:
        address: where it is.
        raylet: the process of a node that may be killed; it alone has the resource `expendable`.
        environment: variables of each program that connects to it.
    """

    address: str
    raylet: int
    environment: dict[str, str]


@contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """A cluster until the end of the block."""
    own = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(16),
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": os.pathsep.join(str(Path(__file__).parents[1] / part) for part in ("", "tests/host_fixes")),
    }
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **own},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            yield RayCluster(said["address"], said["raylet"], own)
        finally:
            process.stdin.close()
            process.wait(SECONDS)


def main() -> None:
    from ray.cluster_utils import Cluster

    quick = {"enable_worker_prestart": False}  # each idle worker takes a second of processor time
    node = {"num_cpus": 2, "object_store_memory": 100_000_000}
    cluster = Cluster(
        initialize_head=True, head_node_args={**node, "include_dashboard": False, "_system_config": quick}
    )
    cluster.add_node(**node)
    expendable = cluster.add_node(**node, resources={"expendable": 1})
    (raylet,) = expendable.all_processes["raylet"]
    print(json.dumps({"address": cluster.address, "raylet": raylet.process.pid}), flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
