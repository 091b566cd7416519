"""The options that say in how many processes a run works, and on which machines. Each is declared here."""

from typing import Annotated

from pydantic import Field

from distilabel_selfinstruct.config.model_options import ModelOptions
from distilabel_selfinstruct.config.options import FREE_TO_CHANGE, CommandLine, Panel
from distilabel_selfinstruct.files.locks import LockKind

MACHINES = CommandLine(Panel.MACHINES)

LOADED_HERE = ("vllm", "transformers", "gguf")
"""Providers whose models are loaded by the run itself."""


class MachineOptions(ModelOptions):
    """The options of the processes of a run. What is made does not depend on them."""

    replicas: Annotated[int, MACHINES, FREE_TO_CHANGE] = Field(
        default=1,
        ge=1,
        description="Processes of each stage that asks about instructions: classification and instances. Each has its "
        "own requests in flight.",
    )
    ray: Annotated[str | None, CommandLine(Panel.MACHINES, "[ADDRESS]", without_value="local"), FREE_TO_CHANGE] = Field(
        default=None,
        min_length=1,
        description="Run the stages on a cluster of Ray, at this address or auto. Without an address: on one that is "
        "started on this machine for the run. Needs the extra ray.",
    )
    gpus_per_replica: Annotated[int | None, MACHINES, FREE_TO_CHANGE] = Field(
        default=None,
        ge=1,
        description="GPUs of each process on Ray that loads a model of its own: vllm, transformers or gguf.",
    )
    locks: Annotated[LockKind, MACHINES, FREE_TO_CHANGE] = Field(
        default="auto",
        description="How processes keep each other from the output folder: by flock, or by a lease, for machines that "
        "share a folder without locks. With auto it is a lease where flock is refused or known to hold on one machine "
        "only.",
    )
