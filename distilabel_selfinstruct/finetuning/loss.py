"""The loss on a processor: the same number as TRL's, from the tokens that are trained on alone.

Where it has no Triton kernel, TRL takes the whole vocabulary at every token of a batch, at prompts and at what fills up
short rows too, and twice. With 262,144 words, as Gemma has, that is most of the time of a training.
"""

import inspect
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from distilabel_selfinstruct.finetuning.tokenizing import IGNORED

_KEPT = "logits_to_keep"
_MOST_LOGITS = 2**26
"""These and their gradients take under a gigabyte. TRL takes larger ones piece by piece."""


def takes_positions(model: Any) -> bool:
    """Whether the model can be asked for its logits at some positions only."""
    return _KEPT in inspect.signature(model.forward).parameters


def completion_loss(model: Any, inputs: Mapping[str, Any], num_tokens: Any) -> Any:
    """The sum of the losses of the trained tokens, over their number; None where TRL's own way needs less memory.

    Args:
        model: a language model for which `takes_positions` is true, with or without LoRA.
        inputs: `input_ids`, `attention_mask` and `labels` of some rows; ignored tokens have the label -100.
        num_tokens: the trained tokens of all rows that make one step of the optimizer; None for those of `inputs`.
    """
    functional = import_module("torch.nn.functional")
    labels = inputs["labels"][:, 1:]
    kept = (labels != IGNORED).any(dim=0).nonzero().squeeze(-1)
    wanted = labels[:, kept]
    if wanted.numel() * model.config.get_text_config().vocab_size > _MOST_LOGITS:
        return None
    asked = {name: value for name, value in inputs.items() if name != "labels"}
    logits = model(**{**asked, "use_cache": False, _KEPT: kept}).logits.flatten(0, 1).float()
    total = functional.cross_entropy(logits, wanted.flatten(), ignore_index=IGNORED, reduction="sum")
    return total / ((wanted != IGNORED).sum() if num_tokens is None else num_tokens)


def on_processors(trainer: type[Any]) -> type[Any]:
    """TRL's trainer with this loss."""

    class Trainer(trainer):  # type: ignore[misc]
        def compute_loss(self, model: Any, inputs: Any, *more: Any, **named: Any) -> Any:
            wants_outputs = bool(more) or named.get("return_outputs", False)
            loss = None if wants_outputs else completion_loss(model, inputs, named.get("num_items_in_batch"))
            return super().compute_loss(model, inputs, *more, **named) if loss is None else loss

    return Trainer
