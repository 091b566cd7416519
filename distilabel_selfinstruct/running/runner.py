"""Runs the pipeline, watches it, and writes what it made, whatever happens."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Event, Thread, current_thread, main_thread
from typing import Any

from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from distilabel_selfinstruct.analysis import Statistics, statistics
from distilabel_selfinstruct.bootstrap.loop import Bootstrap, BootstrapSettings
from distilabel_selfinstruct.bootstrap.pool import TaskPool
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, PipelineError, writing
from distilabel_selfinstruct.files.run_layout import COMPLETIONS
from distilabel_selfinstruct.journal.completions import read_completions, repair
from distilabel_selfinstruct.journal.stop_file import ask_to_stop, stop_reason
from distilabel_selfinstruct.llms import probe
from distilabel_selfinstruct.prompts import default_decoding, load_prompts, overridden
from distilabel_selfinstruct.ratings.feedback import load_feedback
from distilabel_selfinstruct.records import Stage
from distilabel_selfinstruct.running.budget import used_up
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.interrupts import stopping_gently
from distilabel_selfinstruct.running.outputs import Outputs, missing_rows, read_outputs, write_outputs
from distilabel_selfinstruct.running.pipeline import configured_llm, self_instruct_pipeline
from distilabel_selfinstruct.running.progress import Progress, ProgressReader
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from distilabel_selfinstruct.similarity import NoveltyIndex

SECONDS_BETWEEN_LOOKS = 0.05
"""Less than a request takes, so that hardly more is sent beyond a limit than was under way when it was reached."""

LOOKS_BETWEEN_REPORTS = 10


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that ended: its rows, their statistics, its last progress.

    `stopped` is why it ended before its work was done (a limit, Ctrl-C); empty when it was done.
    """

    folder: RunFolder
    outputs: Outputs
    statistics: Statistics
    progress: Progress
    stopped: str


def check(config: RunConfig) -> None:
    """Find what would stop the run, before anything is started or paid for.

    Raises:
        SelfInstructError: an option, the seed file, the feedback, the prompts or the model cannot work.
    """
    prompts = load_prompts(config.prompts)
    for stage, overrides in config.decoding.items():
        known = [known.value for known in Stage]
        if stage not in known:
            raise ConfigError(f"There is no stage {stage!r} to set the decoding of: use {', '.join(known)}.")
        overridden(default_decoding(Stage(stage)), overrides)
    if config.max_cost is not None and config.model not in config.prices:
        raise ConfigError(f"max_cost is set and the price of {config.model!r} is not known: give it in prices.")
    seed_tasks = load_seed_tasks(config.seed_tasks)
    feedback = load_feedback(config.human_feedback)
    only = config.classification_only
    pool = TaskPool(seed_tasks, NoveltyIndex(), feedback=feedback, classification_only=only)
    settings = BootstrapSettings(
        num_prompt_instructions=config.num_prompt_instructions,
        num_prompt_generated=config.num_prompt_generated,
        classification_only=only,
    )
    Bootstrap(pool, prompts, settings)
    configured_llm(config)


def run(
    config: RunConfig,
    output: str | os.PathLike[str],
    *,
    fresh: bool = False,
    extend: bool = False,
    watch: Callable[[Progress], None] = lambda _: None,
) -> RunResult:
    """Run all stages and write the output folder; go on with the run that lies there if it has the same settings.

    Args:
        config: what to run.
        output: a new or empty folder, or that of a run.
        fresh: replace a run that lies there.
        extend: let the run that lies there go on to more instructions.
        watch: is called with the progress about twice a second, and once at the end.

    Raises:
        SelfInstructError: the run cannot start (see `check`), or the folder cannot be used.
        ModelError: the model cannot be reached or refuses a first request.
        PipelineError: the pipeline failed or lost rows. All that was made is written before.
    """
    check(config)
    folder = RunFolder(output)
    # Before the folder takes note of the settings: a mistyped model must not count as the run's.
    probe(configured_llm(config), config.effective_prompt_form)
    with folder.prepared(config, fresh=fresh, extend=extend) as effective:
        pipeline = self_instruct_pipeline(effective, state_dir=str(folder.state.resolve()), cache_dir=str(folder.cache))
        with writing(folder.path, "Make room."):
            pipeline.save(str(folder.pipeline), format="yaml")
        for recorded in folder.state.glob(f"*/{COMPLETIONS}"):
            repair(recorded)
            deque(read_completions(recorded), maxlen=0)  # damage is found before anything starts
        reader = ProgressReader(folder.state, config.num_instructions)
        failure: Exception | None = None
        num_rows: int | None = None
        with _watching(folder, config, reader, watch), _stopping_gently(folder, pipeline), _without_dataset_bars():
            try:
                distiset = pipeline.run(use_cache=False)
                num_rows = sum(len(split) for split in distiset["default"].values()) if distiset else 0
            except Exception as error:  # whatever the host raises, what was made is written first
                failure = error
        return _finished(folder, reader, failure, num_rows)


def _finished(folder: RunFolder, reader: ProgressReader, failure: Exception | None, num_rows: int | None) -> RunResult:
    stopped = stop_reason(folder.state)
    outputs = read_outputs(folder)
    problems = [str(failure)] if failure else missing_rows(outputs, num_rows)
    remedy = f"What the model answered is in {folder.state}. Make room, then run the same command again to resume."
    with writing(folder.path, remedy), _without_dataset_bars():
        write_outputs(folder, outputs)
        status = "failed" if problems else "stopped" if stopped else "finished"
        folder.finish({"status": status, "problems": problems, "stop_reason": outputs.stop_reason})
    if problems:
        raise PipelineError(
            f"{' '.join(problems)} What was made is in {folder.path} ({len(outputs.instructions)} instructions, "
            f"{len(outputs.instances)} instances); the same command goes on."
        ) from failure
    figures = statistics(outputs.instructions, outputs.instances)
    return RunResult(folder, outputs, figures, reader.read(), stopped)


@contextmanager
def _stopping_gently(folder: RunFolder, pipeline: Any) -> Iterator[None]:
    if current_thread() is not main_thread():  # signals are not ours
        yield
        return
    with stopping_gently(folder.state, pipeline):
        yield


@contextmanager
def _watching(
    folder: RunFolder, config: RunConfig, reader: ProgressReader, watch: Callable[[Progress], None]
) -> Iterator[None]:
    """Look at the progress in a thread of its own while the pipeline blocks this one; stop it at its limits."""
    over = Event()
    failures_before = reader.read().failures  # of earlier attempts, which do not count against this one

    def look() -> None:
        try:
            reason = ""
            for number in count(1):
                if over.wait(SECONDS_BETWEEN_LOOKS):
                    return
                progress = reader.read()
                if not reason and (reason := used_up(config, progress, failures_before)):
                    ask_to_stop(folder.state, reason)
                if number % LOOKS_BETWEEN_REPORTS == 0:
                    watch(progress)
        except Exception as error:  # unwatched, the run would pass its limits
            ask_to_stop(folder.state, f"its progress cannot be read ({type(error).__name__}: {error}).")

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
