"""Answers of a model to tasks, one row for each task, as `evaluate` and people who rate read them."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, InputFileError, ModelError, writing
from distilabel_selfinstruct.evaluation import PromptOptions, ScoredTask, TaskPrompt, read_scored, task_prompts
from distilabel_selfinstruct.evaluation.definitions import read_definitions
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.prompts import EVALUATION, Decoding, apply_overrides
from distilabel_selfinstruct.reading import ReadingArguments, SkippedRow, Source
from distilabel_selfinstruct.records import RESUME, Completion, LaterStage, Request, Row, RunStatus
from distilabel_selfinstruct.running.asking import Asked, AskingProgress, ask, check_asking
from distilabel_selfinstruct.running.inputs import digests_of_models, identity_of
from distilabel_selfinstruct.running.predicting.state import MODEL_FILE, TASKS, PredictionState

_DECIDING = ("llm", "thinking", "thinking_tokens", "extra_body", "random_seed")
"""Options of the model that decide what it answers."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """A file of predictions.

    `status` is `STOPPED` if tasks have no answer; `stop_reason` then says why, with the remedy, in sentences. `skipped`
    are the rows of the tasks that could not be used.
    """

    file: Path
    status: RunStatus
    stop_reason: str
    num_answered: int
    progress: AskingProgress
    skipped: tuple[SkippedRow, ...] = ()


@checks_arguments
def predict(
    tasks: Source,
    output: str | os.PathLike[str],
    config: RunConfig,
    *,
    prompt: PromptOptions | None = None,
    decoding: Mapping[str, Any] | None = None,
    definitions: str | os.PathLike[str] | None = None,
    fresh: bool = False,
    on_progress: Callable[[AskingProgress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> Predictions:
    """Have a model answer tasks, and write a JSON Lines file with a row for each task, in their order.

    Greedy, without stop sequences, at most 1,024 tokens: as the paper evaluates (its Table 4). What was answered stays
    in the folder `FILE.state`: the same call goes on where it was interrupted, and asks nothing that it has an answer
    to. A row has `id`, `task`, `category`, `instruction`, `input`, `references`, `prompt` (what was sent; for chat
    models the message), `output` (None without an answer), `finish_reason`, `output_tokens` and `model`.

    Args:
        tasks: rows with `instruction`, `input` and `references` or an output; seed tasks, such as the paper's file of
            252; a run folder; or tasks of Super-NaturalInstructions, as in "superni:natural-instructions:test:100"
            (see `evaluation.superni_source`).
        output: the file.
        config: the model, how it is asked, and the limits. Options that belong to a run only are refused.
        prompt: how tasks are put to the model. By default `superni` for tasks of Super-NaturalInstructions, and
            `user-oriented` for others.
        decoding: sampling parameters that differ from the paper's, such as `{"max_tokens": 256}`.
        definitions: a file with the definitions of Super-NaturalInstructions, for rows that only name their task.
        fresh: start over, and replace the file.
        on_progress: is called whenever a request is done.
        tell: is told, in a sentence, what is waited for.
        **reading: how the rows are read (see `reading.ReadOptions`).

    Raises:
        ConfigError: an option cannot work.
        InputFileError: the tasks cannot be read.
        ModelError: the model cannot be reached, or refuses a first request.
        RunFolderError: the file holds something else, or was begun with other settings.
        OutputFileError: the file cannot be written.
    """
    facts = read_definitions(definitions, **reading) if definitions is not None else {}
    found, skipped = read_scored(tasks, None, facts, unscored=True, **reading)
    if not found:
        named = f"{tasks} holds" if isinstance(tasks, str | os.PathLike) else "The rows hold"
        raise InputFileError(f"{named} no tasks: give rows with instructions.")
    found = [one if one.id else replace(one, id=f"task_{index}") for index, one in enumerate(found)]
    if prompt is None:
        is_superni = all(one.facts is not None for one in found)
        prompt = PromptOptions(TaskPrompt.SUPERNI if is_superni else TaskPrompt.USER_ORIENTED)
    prompts = task_prompts(found, prompt)
    sampling = apply_overrides(EVALUATION, dict(decoding or {}))
    if "prompt_form" in config.model_fields_set:
        raise ConfigError("`prompt_form` follows from `prompt` here: leave it out.")
    is_chat = prompt.kind is TaskPrompt.CHAT
    state = PredictionState(output)
    with _in_own_words():
        config = check_asking(config.model_copy(update={"prompt_form": "chat" if is_chat else "completion"}))
        with state.prepared(_settings(config, prompt, sampling, found, prompts), fresh=fresh):
            requests = [
                Request(
                    LaterStage.PREDICTION,
                    number,
                    [{"role": "user", "content": text}] if is_chat else text,
                    instruction=one.id,
                )
                for number, (one, text) in enumerate(zip(found, prompts, strict=True))
            ]
            asked = ask(
                config, LaterStage.PREDICTION, requests, sampling, state.path, on_progress=on_progress, tell=tell
            )
            with writing(state.output, RESUME):
                jsonl.write(state.output, map(_row, found, prompts, asked.completions))
            result = _result(state.output, asked, skipped)
            state.finish({"status": result.status.value, "stop_reason": result.stop_reason})
    return result


def _row(task: ScoredTask, prompt: str, completion: Completion) -> Row:
    return {
        "id": task.id,
        "task": task.name,
        "category": task.category,
        "instruction": task.instruction,
        "input": task.input,
        "references": list(task.references),
        "prompt": prompt,
        "output": completion.text,
        "finish_reason": completion.finish_reason,
        "output_tokens": completion.output_tokens,
        "model": completion.model,
    }


def _result(file: Path, asked: Asked, skipped: tuple[SkippedRow, ...]) -> Predictions:
    answered = [one for one in asked.completions if one.text is not None]
    missing = len(asked.completions) - len(answered)
    reason = asked.stop_reason
    if missing and not reason:
        last = next(one.error for one in reversed(asked.completions) if one.text is None)
        reason = f"{missing:,} tasks have no answer. The last failure was: {last.rstrip('.')}. {RESUME}"
    status = RunStatus.STOPPED if missing else RunStatus.FINISHED
    return Predictions(file, status, reason, len(answered), asked.progress, skipped)


def _settings(
    config: RunConfig, prompt: PromptOptions, decoding: Decoding, tasks: Sequence[ScoredTask], prompts: Sequence[str]
) -> dict[str, Any]:
    """What decides which answers are made. The tokenizer counts by the prompts that it made."""
    asked = [[task.id, text] for task, text in zip(tasks, prompts, strict=True)]
    shown = {field.name: getattr(prompt, field.name) for field in fields(prompt)}
    kind: TaskPrompt = shown.pop("kind")
    del shown["tokenizer_path"]
    settings = {
        **{name: identity_of(name, getattr(config, name)) for name in _DECIDING},
        "prompt": kind.value,
        **shown,
        "language": os.fspath(prompt.language),
        "decoding": decoding.as_row(),
        MODEL_FILE: next(iter(digests_of_models(config).values()), ""),
        TASKS: hashlib.sha256(json.dumps(asked).encode()).hexdigest(),
    }
    kept: dict[str, Any] = json.loads(json.dumps(settings))  # as it will be read again
    return kept


@contextmanager
def _in_own_words() -> Iterator[None]:
    """Name the option of this command where an error of a model names that of a run."""
    try:
        yield
    except (ConfigError, ModelError) as error:
        said = str(error).replace("`prompt_form=chat`", "`prompt=chat`")
        error.args = (said.replace("`prompt_form=completion`", "`prompt=user-oriented`"), *error.args[1:])
        raise
