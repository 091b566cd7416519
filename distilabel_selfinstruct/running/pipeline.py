"""The four stages as one distilabel pipeline.

The journal is the conveyor, distilabel is the clockwork: what distilabel hands on only keeps the stages moving, and
every file of a run is derived from the journals that the steps write.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.host_fixes.quiet_import import silence

silence()  # before the host is imported

from distilabel.constants import STEP_ATTR_NAME
from distilabel.pipeline import Pipeline
from distilabel.steps import StepResources

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.step_fields import options_for
from distilabel_selfinstruct.journal.shared_folder import SharedFolder
from distilabel_selfinstruct.llms import LocalServerLLM
from distilabel_selfinstruct.records import AnyStage, Stage
from distilabel_selfinstruct.running.local_servers import LocalServers, context_for
from distilabel_selfinstruct.running.models import configured_llm
from distilabel_selfinstruct.running.needs import Need
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
    RowsToJsonLines,
)


def self_instruct_pipeline(
    config: RunConfig,
    *,
    state_dir: str = "",
    cache_dir: str | None = None,
    servers: LocalServers | None = None,
    needed: Mapping[AnyStage, Need] | None = None,
    rows_to: str = "",
) -> Pipeline:
    """Instruction generation, classification, instance generation and filtering, one after the other.

    Args:
        config: the options of the run.
        state_dir: folder for the journals of the steps; empty for none.
        cache_dir: where distilabel keeps what it passes on; by default its own choice.
        servers: those of the models on this machine. Without them each replica of a stage starts one of its own.
        needed: what each stage needs for its longest prompt, for the context of such a server.
        rows_to: a file in which a fifth step writes the rows, for `distilabel pipeline run`; empty for none.

    Raises:
        ConfigError: the model of a stage cannot be made from what `config` names.
    """
    config = config.model_copy(
        update={
            "seed_tasks": _absolute(config.seed_tasks),
            "human_feedback": _absolute(config.human_feedback),
            "against": [_absolute(path) if Path(path).exists() else path for path in config.against],
        }
    )

    def step(kind: Any, stage: Stage, **options: Any) -> Any:
        own = config.for_stage(stage)
        if stage.asks_a_model:
            options["llm"] = llm = configured_llm(own)
            options["prompt_form"] = own.effective_prompt_form
            options["decoding"] = config.decoding.get(stage, {})
            replicas = 1 if stage is Stage.INSTRUCTION_GENERATION else config.replicas
            gpus = None
            if isinstance(llm, LocalServerLLM):
                if servers is None:
                    gpus, llm.gpus = config.gpus_per_replica, config.gpus_per_replica or 1
                    llm.context = llm.context if needed is None else context_for(llm, {stage: needed[stage]})
                # More requests than slots would wait in the server, and be late.
                in_flight = llm.requests_at_a_time if servers is None else servers.connect(llm, replicas)
                options["max_in_flight"] = in_flight
            options["resources"] = StepResources(replicas=replicas, gpus=gpus)
        return kind(name=stage.value, state_dir=state_dir, **{**options_for(kind, own), **options})

    rows = {"input_batch_size": config.effective_batch_size}
    # A stage whose requests are sent in batches gets all of its rows at once.
    asked = {"input_batch_size": config.num_instructions} if config.batch else rows
    with Pipeline(name="self-instruct", cache_dir=cache_dir) as pipeline:
        instructions = step(InstructionGeneration, Stage.INSTRUCTION_GENERATION, batch_size=config.effective_batch_size)
        task_types = step(ClassificationTaskIdentification, Stage.CLASSIFICATION, **asked)
        raw_instances = step(InstanceGeneration, Stage.INSTANCE_GENERATION, **asked)
        instances = step(InstanceFiltering, Stage.INSTANCE_FILTERING, **rows)
        instructions >> task_types >> raw_instances >> instances
        if rows_to:
            instances >> RowsToJsonLines(name="rows_to_json_lines", path=rows_to, **rows)
    return pipeline


def on_ray(pipeline: Pipeline, folder: SharedFolder) -> Any:
    """The same pipeline on the cluster of Ray that this process is connected to.

    Args:
        pipeline: what to run.
        folder: the folder of the journals, which all machines must share.
    """
    for name in pipeline.dag:
        pipeline.dag.get_step(name)[STEP_ATTR_NAME].expect_shared(folder)
    return pipeline.ray()


def _absolute(path: str | None) -> str | None:
    return None if path is None else str(Path(path).resolve())
