"""A stronger model rewrites the outputs of a run: the result is a run folder (paper, section 4.5)."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.config import RunConfig, described_run
from distilabel_selfinstruct.errors import InputFileError, RunFolderError, writing
from distilabel_selfinstruct.evaluation.task_prompts import TaskPrompt, plain_prompt
from distilabel_selfinstruct.exporting.training_rows import training_rows
from distilabel_selfinstruct.files import jsonl, run_layout
from distilabel_selfinstruct.files.run_rows import unfinished_run
from distilabel_selfinstruct.formatting import FormatOptions
from distilabel_selfinstruct.formatting.preferences import preference_row
from distilabel_selfinstruct.journal.run_records import rejection_row
from distilabel_selfinstruct.parsing.filters import rule_names
from distilabel_selfinstruct.parsing.regenerated import read_output
from distilabel_selfinstruct.prompts import EVALUATION, Decoding, PromptForm, apply_overrides
from distilabel_selfinstruct.ratings.decision_file import parse_included
from distilabel_selfinstruct.records import (
    RESUME,
    Completion,
    LaterStage,
    Reason,
    RecordedRejection,
    Rejection,
    Request,
    RequestStatus,
    Row,
    RunStatus,
)
from distilabel_selfinstruct.running.asking import Asked, AskingProgress, ask, check_asking
from distilabel_selfinstruct.running.inputs import digests_of_models, identity_of
from distilabel_selfinstruct.running.outputs import save_dataset, without_dataset_bars
from distilabel_selfinstruct.running.regenerating.folder import MODEL_FILE, ROWS, RegenerationFolder

_DECIDING = ("llm", "thinking", "thinking_tokens", "extra_body", "random_seed")
"""Options of the model that decide what it answers."""


@dataclass(frozen=True, slots=True)
class Regenerated:
    """A run with outputs that were regenerated.

    `status` is `STOPPED` if some were not; `stop_reason` then says why, with the remedy. `reasons` counts the dropped
    outputs by reason. `preferences` is the file of pairs, if it was asked for.
    """

    folder: Path
    status: RunStatus
    stop_reason: str
    num_rows: int
    num_kept: int
    num_unchanged: int
    reasons: Mapping[str, int]
    progress: AskingProgress | None
    preferences: Path | None


@checks_arguments
def regenerate(
    run: str | os.PathLike[str],
    output: str | os.PathLike[str],
    config: RunConfig,
    *,
    decoding: Mapping[str, Any] | None = None,
    include: Iterable[str] = (),
    disabled_rules: Sequence[str] = (),
    preferences: bool = False,
    on_progress: Callable[[AskingProgress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Regenerated:
    """Have a model rewrite the output of each instance of a run, and write a run folder with the new outputs.

    The model is sampled greedily with at most 1,024 tokens, as the paper samples the models that it evaluates; its own
    prompt for this is not published. A row has the new `output`, `original_output` and `output_model`. An output that
    was refused, cut off or is against a rule for instances is dropped with its row, and is in `rejections.jsonl` with
    its reason. What was answered is in the journal: the same call resumes, and asks nothing twice.

    Args:
        run: the folder of the run. If people reviewed it, the rows that they kept are taken, corrected.
        output: a new or empty folder, or that of a regeneration.
        config: the model, how it is asked, and the limits. Options that belong to a run only are refused.
        decoding: sampling parameters that differ, such as `{"max_tokens": 256}`.
        include: `undecided` or `dropped`: rows to take beside those that people kept.
        disabled_rules: rules to switch off, by the reason that they give.
        preferences: also write `preferences.jsonl`: pairs of the new output (`chosen`) and the old one (`rejected`).
        on_progress: is called whenever a request is done.
        tell: is told, in a sentence, what is waited for.

    Raises:
        ConfigError: an option cannot work.
        ModelError: the model cannot be reached, or refuses a first request.
        InputFileError: the run has no instances.
        RunFolderError: there is no run, or the output folder holds something else or other settings.
        OutputFileError: the folder cannot be written.
    """
    source, folder = Path(run), RegenerationFolder(Path(output))
    description, before = described_run(source)
    if folder.path.exists() and folder.path.samefile(source):
        raise RunFolderError(f"{source} is the run itself: give another folder for the new outputs.", source)
    rows = list(training_rows(source, parse_included(include))[0])
    if not rows:
        raise InputFileError(f"{source} has no instances, so there is nothing to regenerate: give another run.", source)
    if unfinished := unfinished_run(source):
        tell(f"{unfinished} Only what it has so far is regenerated.")
    config = check_asking(config)
    form, sampling = config.effective_prompt_form, apply_overrides(EVALUATION, dict(decoding or {}))
    disabled = rule_names(list(disabled_rules))
    requests = regeneration_requests(rows, form, before.language)
    settings = _settings(config, form, sampling, sorted(reason.value for reason in disabled), requests)
    with folder.prepared(description, settings) as finished:
        asked = (
            None
            if finished
            else ask(
                config,
                LaterStage.REGENERATION,
                requests,
                sampling,
                folder.state,
                on_progress=on_progress,
                tell=tell,
            )
        )
        if asked is not None:
            _write(folder, source, rows, asked, disabled, before.language)
        pairs = folder.path / run_layout.PREFERENCES
        if preferences:
            options = FormatOptions("trl-prompt-completion", language=before.language)
            made = (preference_row(row, options) for row in jsonl.read(folder.path / run_layout.INSTANCES))
            with writing(pairs):
                jsonl.write(pairs, (pair for pair in made if pair is not None))
        return _result(folder, asked, pairs if preferences else None)


def regeneration_requests(rows: Iterable[Mapping[str, Any]], form: PromptForm, language: str) -> list[Request]:
    """A request for each row. The model is shown the instruction and the input, and nothing of the old output."""
    kind = TaskPrompt.CHAT if form == "chat" else TaskPrompt.USER_ORIENTED
    requests = []
    for number, row in enumerate(rows):
        text = plain_prompt(row["instruction"], row.get("input") or "", kind, language)
        prompt = [{"role": "user", "content": text}] if form == "chat" else text
        requests.append(Request(LaterStage.REGENERATION, number, prompt, row["instruction"]))
    return requests


def _write(
    folder: RegenerationFolder,
    source: Path,
    rows: Sequence[Row],
    asked: Asked,
    disabled: frozenset[Reason],
    language: str,
) -> None:
    """Write the files of the run folder, and how it ended. Equal completions give equal bytes."""
    kept: list[Row] = []
    rejected: list[RecordedRejection] = []
    for number, (row, completion) in enumerate(zip(rows, asked.completions, strict=True)):
        read = read_output(completion, row["instruction"], row.get("input") or "", disabled=disabled, language=language)
        if completion.status is RequestStatus.NOT_SENT:  # it will be asked when this is resumed
            continue
        if isinstance(read, Rejection):
            rejected.append(_recorded(read, row, number))
        else:
            model = completion.model
            kept.append({**row, "output": read.output, "original_output": row["output"], "output_model": model})
    counts = Counter(row["instruction"] for row in kept)
    instructions = jsonl.read(source / run_layout.INSTRUCTIONS)
    old = source / run_layout.REJECTIONS
    with writing(folder.path, RESUME), without_dataset_bars():
        jsonl.write(folder.path / run_layout.INSTANCES, kept)
        jsonl.write(
            folder.path / run_layout.INSTRUCTIONS,
            ({**row, "num_instances": counts[row["instruction"]]} for row in instructions),
        )
        before = jsonl.read(old) if old.exists() else ()
        jsonl.write(folder.path / run_layout.REJECTIONS, (*before, *map(rejection_row, rejected)))
        save_dataset(kept, folder.path / run_layout.DATASET, ("original_output", "output_model"))
    missing = sum(completion.text is None for completion in asked.completions)
    reason = asked.stop_reason or _failure(asked.completions, missing)
    status = RunStatus.STOPPED if missing else RunStatus.FINISHED
    folder.finish(
        {"status": status.value, "stop_reason": reason},
        {
            "output_models": sorted({row["output_model"] for row in kept}),
            "num_rows": len(rows),
            "num_kept": len(kept),
            "num_unchanged": sum(row["output"] == row["original_output"] for row in kept),
            "reasons": dict(Counter(each.reason.value for each in rejected)),
        },
    )


def _recorded(rejection: Rejection, row: Row, number: int) -> RecordedRejection:
    stage = LaterStage.REGENERATION.value
    return RecordedRejection(
        stage, rejection.reason, rejection.detail, rejection.text, instruction=row["instruction"], request=number
    )


def _failure(completions: Sequence[Completion], missing: int) -> str:
    if not missing:
        return ""
    last = next(one.error for one in reversed(completions) if one.text is None)
    return f"{missing:,} rows have no new output. The last failure was: {last.rstrip('.')}. {RESUME}"


def _result(folder: RegenerationFolder, asked: Asked | None, preferences: Path | None) -> Regenerated:
    figures, description = folder.figures, described_run(folder.path)[0]
    return Regenerated(
        folder.path,
        RunStatus(description["status"]),
        description["stop_reason"],
        figures["num_rows"],
        figures["num_kept"],
        figures["num_unchanged"],
        figures["reasons"],
        asked.progress if asked else None,
        preferences,
    )


def _settings(
    config: RunConfig, form: PromptForm, decoding: Decoding, disabled: list[str], requests: Sequence[Request]
) -> dict[str, Any]:
    """What decides which outputs are made."""
    asked = [[request.instruction, request.prompt] for request in requests]
    settings = {
        **{name: identity_of(name, getattr(config, name)) for name in _DECIDING},
        "prompt_form": form,
        "decoding": decoding.as_row(),
        "disabled_rules": disabled,
        MODEL_FILE: next(iter(digests_of_models(config).values()), ""),
        ROWS: hashlib.sha256(json.dumps(asked).encode()).hexdigest(),
    }
    kept: dict[str, Any] = json.loads(json.dumps(settings))  # as it will be read again
    return kept
