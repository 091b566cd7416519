"""Runs the pipeline, watches it, and writes what it made, whatever happens."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from typing import Any

from distilabel_selfinstruct.analysis import Statistics, statistics
from distilabel_selfinstruct.analysis.quality import QualityWatch
from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import RunConfig, refuse_foreign
from distilabel_selfinstruct.errors import JournalError, PipelineError, writing
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, SERVER_LOGS
from distilabel_selfinstruct.host_fixes.rows_without_use import count_rows
from distilabel_selfinstruct.journal.damage import set_damage_aside
from distilabel_selfinstruct.journal.notes import note_row
from distilabel_selfinstruct.journal.run_records import RunRecords, read_run, rejection_row
from distilabel_selfinstruct.journal.shared_folder import wait_until_free
from distilabel_selfinstruct.journal.stop_file import ask_to_abandon, ask_to_stop, stop_reason
from distilabel_selfinstruct.llms import LocalServerLLM
from distilabel_selfinstruct.ray_cluster import MEMORY_FOR_ROWS, connected
from distilabel_selfinstruct.records import MODEL_STAGES, RESUME, GeneratedTask, RecordedRejection, RunStatus
from distilabel_selfinstruct.running.batches import refuse_to_pay_twice
from distilabel_selfinstruct.running.budget import is_overdue, is_past, limit_spending, used_up
from distilabel_selfinstruct.running.context import check_models
from distilabel_selfinstruct.running.ending import Ending, ending_of
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.interrupts import stopping_gently
from distilabel_selfinstruct.running.kept_objects import kept_objects
from distilabel_selfinstruct.running.local_servers import LocalServers, local_servers
from distilabel_selfinstruct.running.needs import needs
from distilabel_selfinstruct.running.outputs import (
    instance_rows,
    instruction_rows,
    missing_rows,
    without_dataset_bars,
    write_outputs,
)
from distilabel_selfinstruct.running.pipeline import on_ray, self_instruct_pipeline
from distilabel_selfinstruct.running.plan import RunPlan, plan_run, tell_forms
from distilabel_selfinstruct.running.preview import check_preview, previewed, reason_of_end
from distilabel_selfinstruct.running.progress import Progress
from distilabel_selfinstruct.running.progress_reader import ProgressReader

SECONDS_BETWEEN_LOOKS = 0.05
"""Less than a request takes, so that few requests are sent after a limit is reached."""

LOOKS_BETWEEN_REPORTS = 10


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that ended: what it made, what it dropped, the size of it (Table 1), and its last progress.

    `status` is `STOPPED` where the run ended before its work was done: at a limit, by Ctrl-C, or since a stage got no
    answers. `stop_reason` says why the run ended, with the remedy where there is one, in sentences. Of
    a preview only the journal was kept.
    """

    folder: Path
    status: RunStatus
    stop_reason: str
    tasks: tuple[GeneratedTask, ...]
    rejections: tuple[RecordedRejection, ...]
    statistics: Statistics
    progress: Progress
    is_preview: bool = False


@checks_arguments
def run(
    config: RunConfig,
    output: str | os.PathLike[str],
    *,
    fresh: bool = False,
    extend: bool = False,
    preview: int | None = None,
    trust_base_url: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Run all stages and write the output folder; resume the run in it if it has the same settings.

    A finished run with the same settings is given back as it is.

    Args:
        config: what to run.
        output: a new or empty folder, or that of a run.
        fresh: replace the run in the folder.
        extend: let the run in the folder grow to more instructions.
        preview: make so many instructions with their instances to look at. Only the journal is kept, so that the run
            itself, with the same options, asks nothing twice and makes what it makes without a preview.
        trust_base_url: send prompts and your key to the address of another machine that only a configuration file
            names, if `config` was read from one (see `load_config`).
        on_progress: is called with the progress about twice a second, and once at the end.
        tell: is called with a sentence about what is waited for before the start.

    Raises:
        SelfInstructError: the run cannot start (see `plan_run`), or the folder cannot be used.
        ConfigError: the configuration file names an address that is not trusted.
        ModelError: the model cannot be reached or refuses a first request.
        PipelineError: the pipeline failed or lost rows. All that was made is written before.
    """
    folder = RunFolder(output, tell)
    check_preview(folder, preview, fresh=fresh, extend=extend)
    if not (fresh or extend) and (finished := _finished_before(folder, config)) is not None:
        return finished
    if not trust_base_url:
        refuse_foreign(config)
    if not (config.batch or fresh):
        refuse_to_pay_twice(folder.state)
    plan = plan_run(config)
    tell_forms(config, tell)
    needed = needs(plan)
    # On Ray each replica loads a model of its own, on its machine.
    here = [model for model in plan.models if config.ray is None or not isinstance(model.llm, LocalServerLLM)]
    with connected(config.ray, tell, memory=MEMORY_FOR_ROWS), local_servers(here, needed, tell) as servers:
        # Before the settings are written to the folder: a mistyped model must not count as the run's.
        check_models(here, needed, tell)
        if config.ray is not None:
            wait_until_free(folder.state)
        return _run(plan, folder, servers, on_progress, fresh=fresh, extend=extend, preview=preview)


def _run(
    plan: RunPlan,
    folder: RunFolder,
    servers: LocalServers,
    on_progress: Callable[[Progress], None],
    *,
    fresh: bool,
    extend: bool,
    preview: int | None,
) -> RunResult:
    with folder.prepared(plan.config, fresh=fresh, extend=extend, preview=preview) as effective:
        config = effective if preview is None else previewed(effective, preview)
        servers.keep(folder.path / SERVER_LOGS, folder.state)
        state, needed = str(folder.state.resolve()), needs(plan)
        connected_to = servers if config.ray is None else None
        shared: dict[str, Any] = {"state_dir": state, "servers": connected_to, "needed": needed}
        pipeline = self_instruct_pipeline(config, cache_dir=str(folder.cache), **shared)
        if preview is None:
            described = self_instruct_pipeline(config, rows_to=folder.instances.name, **shared)
            with writing(folder.path, "Make room."):
                folder.pipeline.touch(mode=0o600)  # it has settings, which are for their owner
                described.save(str(folder.pipeline), format="yaml")
        with writing(folder.state):
            for recorded in folder.state.glob(f"*/{COMPLETIONS}"):
                set_damage_aside(recorded.parent)  # before anybody counts its records
            if config.ray is not None:
                pipeline = on_ray(pipeline, folder.shared())
        prompt_tokens = {stage: needed[stage].prompt_tokens for stage in MODEL_STAGES}
        watch = QualityWatch(classification_only=config.classification_only, prompt_tokens=prompt_tokens)
        reader = ProgressReader(folder.state, config.num_instructions, watch)
        limit_spending(folder.state, config, reader.read())
        failure: Exception | None = None
        num_rows: int | None = None
        with (
            _watching(folder, config, reader, on_progress, pipeline),
            _stopping_gently(folder, pipeline),
            _quiet_host(),
            kept_objects(),
        ):
            try:
                counter = count_rows(pipeline)
                pipeline.run(use_cache=False)
                num_rows = counter.num_rows
            except Exception as error:  # whatever the host raises, what was made is written first
                failure = error
        return _finished(folder, reader, failure, num_rows, preview)


def _finished_before(folder: RunFolder, config: RunConfig) -> RunResult | None:
    """The run in the folder if it is finished. What was made of its journals and is damaged is made again."""
    try:
        if not folder.is_finished(config):
            return None
        reader, records = ProgressReader(folder.state, config.num_instructions), read_run(folder.state)
    except JournalError:
        return None
    return _result(folder, Ending(RunStatus.FINISHED, records.stop_reason), records, reader)


def _finished(
    folder: RunFolder, reader: ProgressReader, failure: Exception | None, num_rows: int | None, preview: int | None
) -> RunResult:
    records = read_run(folder.state)
    problems = [str(failure)] if failure else missing_rows(records, num_rows)
    ending = ending_of(records, stop_reason(folder.state), reader.read(), has_problems=bool(problems))
    remedy = f"What the model answered is in {folder.state}. Make room, then run the same command again to resume."
    folder.check_held()
    with writing(folder.path, remedy), without_dataset_bars():
        outcome = {"status": ending.status.value, "problems": problems, "stop_reason": ending.reason}
        if preview is None:
            write_outputs(folder, records)
        elif ending.status is RunStatus.FINISHED:
            outcome |= {"status": RunStatus.STOPPED.value, "stop_reason": reason_of_end(preview)}
        notes = [note_row(stage.value, note) for stage, note in reader.read().notes]
        folder.finish({**outcome, "notes": notes})
    if problems:
        made = f"What was made is in {folder.path}" if preview is None else f"What was answered is in {folder.state}"
        raise PipelineError(
            f"{' '.join(problems)} {made} ({len(records.tasks)} instructions, {records.num_instances} instances). "
            f"{RESUME}"
        ) from failure
    return _result(folder, ending, records, reader, is_preview=preview is not None)


def _result(
    folder: RunFolder, ending: Ending, records: RunRecords, reader: ProgressReader, *, is_preview: bool = False
) -> RunResult:
    return RunResult(
        folder=folder.path,
        status=ending.status,
        stop_reason=ending.reason,
        tasks=records.tasks,
        rejections=records.rejections,
        statistics=statistics(
            instruction_rows(records.tasks),
            instance_rows(records.tasks),
            map(rejection_row, records.rejections),
        ),
        progress=reader.read(),
        is_preview=is_preview,
    )


@contextmanager
def _stopping_gently(folder: RunFolder, pipeline: Any) -> Iterator[None]:
    if current_thread() is not main_thread():  # signals are not ours
        yield
        return
    with stopping_gently(folder.state, pipeline):
        yield


@contextmanager
def _watching(
    folder: RunFolder, config: RunConfig, reader: ProgressReader, on_progress: Callable[[Progress], None], pipeline: Any
) -> Iterator[None]:
    """Read the progress in a thread of its own while the pipeline blocks this one; stop the run at its limits.

    A process or machine that is lost stops it too: its user need not wait for what the others have still to ask.
    """
    over = Event()
    failures_before = reader.read().failures  # of earlier attempts, which do not count against this one

    def look() -> None:
        try:
            reason, ended_at = "", None
            for number in count(1):
                if over.wait(SECONDS_BETWEEN_LOOKS):
                    return
                progress = reader.read()
                if not reason and (reason := used_up(config, progress, failures_before)):
                    ask_to_stop(folder.state, reason)
                if ended_at is None and getattr(pipeline, "has_fatal_failure", False):
                    ended_at = progress.elapsed
                    ask_to_stop(folder.state, f"{pipeline.failures[0]}. {RESUME}")
                if is_overdue(config, progress) or is_past(ended_at, progress):
                    ask_to_abandon(folder.state)
                if number % LOOKS_BETWEEN_REPORTS == 0:
                    on_progress(progress)
        except Exception as error:  # unwatched, the run would pass its limits
            ask_to_stop(folder.state, f"its progress cannot be read ({type(error).__name__}: {error}). {RESUME}")

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        on_progress(reader.read())


@contextmanager
def _quiet_host() -> Iterator[None]:
    """Keep the host's own log off the screen, unless its user asked for it: the journals say more, and we say it."""
    level = "DISTILABEL_LOG_LEVEL"
    is_ours = level not in os.environ
    if is_ours:
        os.environ[level] = "WARNING"
    told, logging.raiseExceptions = logging.raiseExceptions, False  # of a full disk the run speaks, not its log
    try:
        yield
    finally:
        logging.raiseExceptions = told
        if is_ours:
            del os.environ[level]
