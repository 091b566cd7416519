"""Runs the pipeline, watches it, and writes what it made, whatever happens."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from distilabel_selfinstruct.analysis import Statistics, statistics
from distilabel_selfinstruct.bootstrap import Bootstrap, BootstrapSettings
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, PipelineError
from distilabel_selfinstruct.pipeline import self_instruct_pipeline
from distilabel_selfinstruct.pool import TaskPool
from distilabel_selfinstruct.prompts import default_decoding, load_prompts, overridden
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.outputs import Outputs, missing_rows, read_outputs, write_outputs
from distilabel_selfinstruct.running.progress import Progress, ProgressReader
from distilabel_selfinstruct.seeds import load_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: its rows, their statistics, its last progress."""

    folder: RunFolder
    outputs: Outputs
    statistics: Statistics
    progress: Progress


def check(config: RunConfig) -> None:
    """Find what would stop the run, before anything is started or paid for.

    Raises:
        SelfInstructError: an option, the seed file, the prompts or the model cannot work.
    """
    load_prompts(config.prompts)
    for stage, overrides in config.decoding.items():
        known = [known.value for known in Stage]
        if stage not in known:
            raise ConfigError(f"There is no stage {stage!r} to set the decoding of: use {', '.join(known)}.")
        overridden(default_decoding(Stage(stage)), overrides)
    pool = TaskPool(load_seed_tasks(config.seed_tasks), NoveltyIndex(), classification_only=config.classification_only)
    settings = BootstrapSettings(
        num_prompt_instructions=config.num_prompt_instructions,
        num_prompt_generated=config.num_prompt_generated,
    )
    Bootstrap(pool, load_prompts(config.prompts), settings)
    self_instruct_pipeline(config)


def run(
    config: RunConfig,
    output: str | os.PathLike[str],
    *,
    fresh: bool = False,
    watch: Callable[[Progress], None] = lambda _: None,
) -> RunResult:
    """Run all stages and write the output folder.

    Args:
        config: what to run.
        output: a new or empty folder.
        fresh: replace a run that lies there.
        watch: is called with the progress about twice a second, and once at the end.

    Raises:
        SelfInstructError: the run cannot start (see `check`), or the folder cannot be used.
        PipelineError: the pipeline failed or lost rows. All that was made is written before.
    """
    check(config)
    folder = RunFolder(output)
    folder.prepare(config, fresh=fresh)
    pipeline = self_instruct_pipeline(config, state_dir=str(folder.state.resolve()), cache_dir=str(folder.cache))
    pipeline.save(str(folder.pipeline), format="yaml")
    reader = ProgressReader(folder.state, config.num_instructions)
    failure: Exception | None = None
    num_rows: int | None = None
    with _watching(reader, watch), _without_dataset_bars():
        try:
            distiset = pipeline.run(use_cache=False)
            num_rows = sum(len(split) for split in distiset["default"].values()) if distiset else 0
        except Exception as error:  # whatever the host raises, what was made is written first
            failure = error
    outputs = read_outputs(folder)
    with _without_dataset_bars():
        write_outputs(folder, outputs)
    problems = [str(failure)] if failure else missing_rows(outputs, num_rows)
    folder.finish(
        {
            "status": "failed" if problems else "finished",
            "problems": problems,
            "stop_reason": outputs.stop_reason,
        }
    )
    if problems:
        raise PipelineError(
            f"{' '.join(problems)} What was made is in {folder.path} ({len(outputs.instructions)} instructions, "
            f"{len(outputs.instances)} instances)."
        ) from failure
    return RunResult(folder, outputs, statistics(outputs.instructions, outputs.instances), reader.read())


@contextmanager
def _watching(reader: ProgressReader, watch: Callable[[Progress], None]) -> Iterator[None]:
    """Look at the progress in a thread of its own while the pipeline blocks this one."""
    over = Event()

    def look() -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            watch(reader.read())

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        watch(reader.read())


@contextmanager
def _without_dataset_bars() -> Iterator[None]:
    """Keep the progress bars of datasets off the screen: they would run through our own view."""
    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
