"""TRL's `SFTTrainer`, set up as the exported configuration says, on a CPU or a GPU."""

import logging
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.exporting.recipe import Recipe
from distilabel_selfinstruct.exporting.trainers import trl_values
from distilabel_selfinstruct.finetuning.base_model import LoadedModel
from distilabel_selfinstruct.finetuning.loss import on_processors, takes_positions
from distilabel_selfinstruct.finetuning.memory import explained
from distilabel_selfinstruct.finetuning.progress import TrainingProgress
from distilabel_selfinstruct.finetuning.tokenizing import TokenizedRow

_CHECKPOINTS_IN_ALL = 10
_LORA = {"r": 16, "lora_alpha": 32, "lora_dropout": 0.0, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}


class Training:
    """A training that is set up.

    Args:
        loaded: the model. It is changed.
        rows: what it is trained on.
        recipe: the values.
        checkpoints: the folder for checkpoints.
        on_gpu: train on the GPU, in 16 bits where it can.
        on_step: is called after each step of the optimizer.
        on_saved: is called after each checkpoint, with the seconds since the training began.

    Raises:
        ConfigError: the memory does not suffice, or LoRA finds nothing to train.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        rows: Sequence[TokenizedRow],
        recipe: Recipe,
        checkpoints: Path,
        *,
        on_gpu: bool,
        on_step: Callable[[TrainingProgress], None],
        on_saved: Callable[[float], None],
    ) -> None:
        from datasets import Dataset

        torch, transformers, trl, peft = map(import_module, ("torch", "transformers", "trl", "peft"))
        self._recipe = recipe
        steps = max(1, -(-len(rows) // recipe.batch_size)) * recipe.num_epochs
        config = trl.SFTConfig(
            **trl_values(recipe),
            output_dir=str(checkpoints),
            save_strategy="steps",
            save_steps=max(1, round(steps / _CHECKPOINTS_IN_ALL)),
            save_total_limit=2,
            use_cpu=not on_gpu,
            bf16=on_gpu and torch.cuda.is_bf16_supported(),
            gradient_checkpointing=on_gpu,
            dataloader_pin_memory=on_gpu,
            disable_tqdm=True,
        )
        with quiet(), _explained(recipe):
            of_trl = trl.SFTTrainer
            trainer = of_trl if on_gpu or not takes_positions(loaded.model) else on_processors(of_trl)
            self._trainer: Any = trainer(
                model=loaded.model,
                args=config,
                train_dataset=Dataset.from_list([{"input_ids": row.tokens, "labels": row.labels} for row in rows]),
                processing_class=loaded.tokenizer,
                peft_config=peft.LoraConfig(**_LORA) if recipe.method == "lora" else None,
                callbacks=[_callback(transformers.TrainerCallback, on_step, on_saved)],
            )
        self._trainer.remove_callback(transformers.PrinterCallback)

    def tokenized(self) -> Iterator[TokenizedRow]:
        """For each row, the tokens and the labels as the trainer gives them to the model, without what fills it up."""
        for row in self._trainer.train_dataset:
            tokens = list(row["input_ids"])
            labels = self._trainer.data_collator([row])["labels"][0].tolist()
            yield TokenizedRow(tokens, labels[: len(tokens)])

    def train(self, checkpoint: Path | None) -> None:
        """Train to the end, from a checkpoint if there is one.

        Raises:
            ConfigError: the memory does not suffice.
        """
        with quiet(), _explained(self._recipe):
            self._trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)

    @property
    def steps(self) -> tuple[TrainingProgress, ...]:
        """All steps so far, those before the checkpoint included."""
        state = self._trainer.state
        return tuple(
            TrainingProgress(entry["step"], state.max_steps, float(entry["loss"]))
            for entry in state.log_history
            if "loss" in entry
        )

    def save(self, folder: Path, adapter: str) -> None:
        """Write the whole tuned model with its tokenizer; with LoRA its adapter too, in a folder within."""
        model = self._trainer.accelerator.unwrap_model(self._trainer.model)
        with quiet(), explained("to write the model", "end other programs; the last checkpoint is kept"):
            if self._recipe.method == "lora":
                model.save_pretrained(folder / adapter)
                model = model.merge_and_unload()
            model.config.use_cache = True
            model.save_pretrained(folder)
            self._trainer.processing_class.save_pretrained(folder)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the bars and the advice of the libraries off the screen: we show our own."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    transformers_logging = import_module("transformers.utils.logging")
    shown = not are_progress_bars_disabled()
    before = transformers_logging.get_verbosity()
    logger = logging.getLogger("trl")
    level = logger.level
    disable_progress_bars()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        transformers_logging.set_verbosity(before)
        transformers_logging.enable_progress_bar()
        if shown:
            enable_progress_bars()


def _explained(recipe: Recipe) -> AbstractContextManager[None]:
    """What an error of a training says that has no room."""
    at_a_time = "one row" if recipe.rows_at_a_time == 1 else f"{recipe.rows_at_a_time} rows"
    remedies = [
        *(["a smaller `batch_size`"] if recipe.rows_at_a_time > 1 else []),
        *([] if recipe.method == "lora" else ["`method=lora`"]),
        "shorter rows, or a smaller model",
    ]
    return explained(f"to train with {at_a_time} at a time", f"use {', '.join(remedies)}")


def _callback(base: Any, on_step: Callable[[TrainingProgress], None], on_saved: Callable[[float], None]) -> Any:
    """What transformers calls while it trains. Its class exists only where transformers is installed."""
    begun = time.monotonic()

    class Telling(base):  # type: ignore[misc]
        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_kwargs: Any) -> None:
            if logs and "loss" in logs:
                on_step(TrainingProgress(state.global_step, state.max_steps, float(logs["loss"])))

        def on_save(self, _args: Any, _state: Any, _control: Any, **_kwargs: Any) -> None:
            on_saved(time.monotonic() - begun)

    return Telling()
