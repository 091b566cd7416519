"""A model of two layers with random weights, and a tokenizer with merges that is trained on the packaged seeds."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from tests.live_argilla import skip_or_fail


@pytest.fixture(scope="session")
def tokenizer() -> Any:
    """Byte-level BPE that splits text as GPT-2 does: line breaks before a word, and at the end, are other tokens."""
    if any(find_spec(name) is None for name in ("trl", "peft", "accelerate")):
        skip_or_fail("trl and peft are not installed: they are in the group trl.")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [text for task in load_seed_tasks() for each in task.instances for text in (each.input, each.output)]
    tokenizer.train_from_iterator([*texts, "\n\n" * 400], trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")


@pytest.fixture(scope="session")
def base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=256, bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("model") / "base"
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
