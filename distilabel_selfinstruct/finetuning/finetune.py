"""A model is fine-tuned on a run, and what was done is written down."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from typing_extensions import Unpack

from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import InputFileError, writing
from distilabel_selfinstruct.exporting.recipe import NUM_EPOCHS, Method, Recipe, recipe_for
from distilabel_selfinstruct.exporting.trainers import trl_values
from distilabel_selfinstruct.files import atomic, jsonl, run_layout
from distilabel_selfinstruct.files.locks import lock
from distilabel_selfinstruct.finetuning.base_model import (
    Device,
    LoadedModel,
    ModelSource,
    chat_note,
    device_name,
    find_model,
    load_model,
    require_extra,
    runs_on_gpu,
)
from distilabel_selfinstruct.finetuning.contamination import Contamination, find_contamination
from distilabel_selfinstruct.finetuning.folder import ADAPTER, CURVE, LOCK, ROWS, UNFIT, TrainingFolder
from distilabel_selfinstruct.finetuning.label_check import LabelCheck, check_labels, shown
from distilabel_selfinstruct.finetuning.memory import check_memory
from distilabel_selfinstruct.finetuning.progress import TrainingProgress, loss_curve
from distilabel_selfinstruct.finetuning.result import FinetuneResult, result_of
from distilabel_selfinstruct.finetuning.tokenizing import TokenizedRow, tokenize_rows
from distilabel_selfinstruct.finetuning.training_set import TrainingSet, plain_rows, training_set
from distilabel_selfinstruct.model_files import digest_of
from distilabel_selfinstruct.reading import ReadingArguments, ReadOptions, Source, summary
from distilabel_selfinstruct.records import Row, RunStatus

_PACKAGES = ("distilabel-selfinstruct", "torch", "transformers", "trl", "peft", "accelerate", "datasets")
_SHOWN_ROWS = 3


@checks_arguments
def finetune(
    source: Source,
    model: str,
    output: str | os.PathLike[str],
    *,
    method: Method = "lora",
    num_epochs: float = NUM_EPOCHS,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    random_seed: int = 42,
    instructions: int | str | None = None,
    include_seeds: bool = True,
    include: Iterable[str] = (),
    leave_out_unfit: bool = False,
    against: Sequence[str] = (),
    device: Device = "auto",
    on_progress: Callable[[TrainingProgress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    **reading: Unpack[ReadingArguments],
) -> FinetuneResult:
    """Fine-tune a model on rows with the paper's values, by TRL's `SFTTrainer`, and write it to a folder.

    Before it trains, it checks on every row that the model is trained on exactly the completion and the end token. The
    same call resumes a training that was interrupted, and gives a finished one back.

    Args:
        source: what to train on (see `training_set`).
        model: the base model: a folder, a name on the Hub, or a GGUF file (see `find_model`).
        output: a new or empty folder, or that of a training.
        method: train all weights, as in the paper, or LoRA. Both write a whole model.
        num_epochs: how often each row is seen.
        learning_rate: the first rate, which falls to 0 in a line.
        batch_size: rows to a step of the optimizer; by default 0.2% of them, but at least 8 and at most 256.
        random_seed: fixes order, wordings and first weights.
        instructions: only a subset with so many generated instructions.
        include_seeds: train on the seed tasks of a run too, as in the paper.
        include: `undecided` or `dropped`: rows to train on beside those that people kept.
        leave_out_unfit: leave out rows that cannot be trained on whole, instead of refusing.
        against: tasks that the model will be scored on, in files: it is said how many rows hold their texts.
        device: `auto` takes a GPU if there is one.
        on_progress: is called after each step of the optimizer.
        tell: is called with a sentence about what is done or found.
        **reading: how rows are read that are no run (see `reading.ReadOptions`).

    Raises:
        MissingExtraError: the packages that train are not installed.
        ConfigError: an option or the model cannot work, or the memory does not suffice.
        InputFileError: the source cannot be read, or rows cannot be trained on whole.
        RunFolderError: the folder holds something else, or a training with other settings.
    """
    require_extra()
    base, folder = find_model(model), TrainingFolder(Path(output))
    # A file of rows, or another dataset, has no seeds of its own.
    has_seeds = (
        include_seeds and isinstance(source, str | os.PathLike) and (Path(source) / run_layout.DESCRIPTION).exists()
    )
    included = tuple(include)
    data = training_set(
        source,
        instructions=instructions,
        include_seeds=has_seeds,
        include=included,
        random_seed=random_seed,
        **reading,
    )
    contamination = None
    if against:
        contamination = find_contamination(
            plain_rows(source, include_seeds=has_seeds, include=included, options=ReadOptions(**reading)), against
        )
        tell(contamination.sentence)
    recipe = recipe_for(
        len(data.rows),
        method=method,
        num_epochs=num_epochs,
        learning_rate=learning_rate,
        batch_size=batch_size,
        random_seed=random_seed,
    )
    settings = _settings(base, data, recipe, leave_out_unfit=leave_out_unfit)
    with writing(folder.path):
        folder.path.mkdir(parents=True, exist_ok=True)
        held = lock(folder.path / LOCK)
    with held:
        described = folder.described()
        folder.refuse_other_settings(settings)
        if described.get("status") == RunStatus.FINISHED.value:
            return result_of(folder, described)
        if data.skipped:
            tell(summary(data.skipped))
        if data.unfinished:
            tell(f"The run {data.unfinished} The model learns only what it has so far.")
        return _train(folder, base, data, recipe, settings, described, contamination, device, on_progress, tell)


def _settings(base: ModelSource, data: TrainingSet, recipe: Recipe, *, leave_out_unfit: bool) -> dict[str, Any]:
    """What a training must have in common with the one that it resumes."""
    named = {"model": base.name, "model_sha256": base.digest, "rows_sha256": data.digest}
    values = {"method": recipe.method, "num_epochs": recipe.num_epochs, "learning_rate": recipe.learning_rate}
    more = {"batch_size": recipe.batch_size, "random_seed": recipe.random_seed, "leave_out_unfit": leave_out_unfit}
    return {**named, **values, **more}


def _train(
    folder: TrainingFolder,
    base: ModelSource,
    data: TrainingSet,
    recipe: Recipe,
    settings: dict[str, Any],
    described: dict[str, Any],
    contamination: Contamination | None,
    device: Device,
    on_progress: Callable[[TrainingProgress], None],
    tell: Callable[[str], None],
) -> FinetuneResult:
    from distilabel_selfinstruct.finetuning.training import Training, quiet

    on_gpu = runs_on_gpu(device)
    if not on_gpu:  # rows beside each other are filled up to the longest, which only takes time and memory there
        recipe = replace(recipe, rows_at_a_time=1)
    with writing(folder.path):
        atomic.write(folder.path / ROWS, data.text)
    with quiet():
        loaded = load_model(base, recipe.method, on_gpu=on_gpu)
    check_memory(loaded.model, recipe.method, on_gpu=on_gpu)
    if note := chat_note(base, loaded):
        tell(note)
    before = float(described.get("seconds") or 0)
    description = {
        "status": RunStatus.STARTED.value,
        "settings": settings,
        **({"contamination": contamination.to_json()} if contamination else {}),
        "seconds": before,
        "model_revision": loaded.revision,
        "device": device_name(on_gpu=on_gpu),
        "trl": trl_values(recipe),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
    }

    folder.describe(description)
    rows = _fit_rows(folder, data.rows, loaded, tell, leave_out_unfit=settings["leave_out_unfit"])
    training = Training(
        loaded,
        tokenize_rows(rows, loaded.tokenizer),
        recipe,
        folder.checkpoints,
        on_gpu=on_gpu,
        on_step=on_progress,
        on_saved=lambda seconds: folder.describe({**description, "seconds": round(before + seconds, 1)}),
    )
    check = _check_what_the_trainer_gives(rows, training.tokenized(), loaded, tell)
    begun = monotonic()
    training.train(folder.last_checkpoint())
    steps = training.steps
    folder.save(lambda path: training.save(path, ADAPTER))
    with writing(folder.path):
        atomic.write(folder.path / CURVE, loss_curve(steps, f"Loss, {base.name} on {check.num_rows:,} rows"))
    described = {
        **description,
        "status": RunStatus.FINISHED.value,
        "seconds": round(before + monotonic() - begun, 1),
        "num_rows": check.num_rows,
        "num_unfit_rows": len(data.rows) - check.num_rows,
        "longest_row": check.longest,
        "num_tokens": round(check.num_tokens * recipe.num_epochs),
        "num_trained_tokens": round(check.num_trained_tokens * recipe.num_epochs),
        "losses": [[step.step, round(step.loss, 6)] for step in steps],
        "tuned_sha256": {file.name: digest_of(file) for file in sorted(folder.path.glob("*.safetensors"))},
    }
    folder.describe(described)
    folder.forget_checkpoints()
    return result_of(folder, described)


def _fit_rows(
    folder: TrainingFolder,
    rows: tuple[Row, ...],
    loaded: LoadedModel,
    tell: Callable[[str], None],
    *,
    leave_out_unfit: bool,
) -> tuple[Row, ...]:
    """The rows that can be trained on whole.

    Raises:
        InputFileError: some cannot be, and they are not to be left out; or none can.
    """
    unfit = _check(rows, tokenize_rows(rows, loaded.tokenizer), loaded).unfit
    if not unfit:
        return rows
    listed = folder.path / UNFIT
    with writing(listed, "Make room."):
        jsonl.write(listed, [{"row": each.number, "fault": each.fault, **each.row} for each in unfit])
    numbers = {each.number for each in unfit}
    left = tuple(row for number, row in enumerate(rows, 1) if number not in numbers)
    examples = "; ".join(map(shown, unfit[:_SHOWN_ROWS]))
    said = f"{len(unfit):,} of {len(rows):,} rows cannot be trained on whole ({listed} lists them): {examples}"
    if not leave_out_unfit or not left:
        raise InputFileError(f"{said}. Give another model or other rows, or leave them out with `leave_out_unfit`.")
    tell(f"{said}. They are left out.")
    return left


def _check_what_the_trainer_gives(
    rows: tuple[Row, ...], given: Iterable[TokenizedRow], loaded: LoadedModel, tell: Callable[[str], None]
) -> LabelCheck:
    """Check the tokens and labels on their last station before the model.

    Raises:
        InputFileError: the trainer has changed a row.
    """
    check = _check(rows, given, loaded)
    if check.unfit:
        raise InputFileError(f"TRL {version('trl')} has changed rows, of which the first {shown(check.unfit[0])}.")
    tell(
        f"All {check.num_rows:,} rows are trained on whole: {check.num_trained_tokens:,} of {check.num_tokens:,} "
        f"tokens, the completions and their end tokens. The longest row has {check.longest:,}."
    )
    return check


def _check(rows: tuple[Row, ...], given: Iterable[TokenizedRow], loaded: LoadedModel) -> LabelCheck:
    tokenizer = loaded.tokenizer
    return check_labels(
        rows,
        given,
        lambda tokens: str(tokenizer.decode(tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)),
        (tokenizer.eos_token_id, tokenizer.eos_token),
        loaded.max_tokens,
    )
