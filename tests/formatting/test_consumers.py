"""Exported files, read by those who train on them: `datasets`, and TRL where it is installed.

TRL is large and so no part of the test group; `pip install trl` brings these tests to life.
"""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, load_dataset

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import CHAT_FORMATS, COLUMNS, FORMATS, FormatOptions, format_rows
from tests.formatting.builders import some_rows
from tests.live_argilla import skip_or_fail

MESSAGES = [{"role": "user", "content": "cold"}]
TURNS = [{"from": "human", "value": "cold"}]

# A row with the types that each format has; how `datasets` writes such types down depends on its version.
TYPICAL: dict[str, dict[str, Any]] = {
    "self-instruct": {"prompt": "a", "completion": "b"},
    "openai": {"messages": MESSAGES},
    "trl-conversational": {"messages": MESSAGES},
    "trl-prompt-completion": {"prompt": "a", "completion": "b"},
    "trl-conversational-prompt-completion": {"prompt": MESSAGES, "completion": MESSAGES},
    "alpaca": {"instruction": "a", "input": "b", "output": "c"},
    "sharegpt": {"conversations": TURNS},
}

# Texts on which a reader of lines, of JSON or of columns could stumble.
ODD = [
    "",
    "a\nb\r\nc",
    "a\u2028b\x85c",
    '{"a": "b"}',
    "\\n \" ' \t",
    "null",
    "naïve 文章 😀",
    "\ud800",
    "1",
    "2024-01-01",
]

PROMPT_COMPLETION = ("self-instruct", "trl-prompt-completion", "trl-conversational-prompt-completion")


def written(folder: Path, format: Any, **options: Any) -> Path:
    rows = some_rows(20)
    rows += [
        {"instruction": f"Repeat {number}.", "input": text, "output": text or "-"} for number, text in enumerate(ODD)
    ]
    made = format_rows(rows, FormatOptions(format=format, **options))
    assert not made.rejected
    jsonl.write(folder / "rows.jsonl", made.train)
    return folder / "rows.jsonl"


def loaded(folder: Path, format: Any, **options: Any) -> Dataset:
    path = written(folder, format, **options)
    return load_dataset("json", data_files=str(path), split="train", cache_dir=str(folder / "cache"))


@pytest.mark.parametrize("format", FORMATS)
def test_the_file_loads_with_datasets_and_gives_the_rows_back(tmp_path: Path, format: Any) -> None:
    dataset = loaded(tmp_path, format)
    assert dataset.features == Dataset.from_list([TYPICAL[format]]).features
    assert tuple(dataset.column_names) == COLUMNS[format]
    lines = (tmp_path / "rows.jsonl").read_bytes().split(b"\n")[:-1]
    assert list(dataset) == [json.loads(line) for line in lines]


@pytest.mark.parametrize("format", CHAT_FORMATS)
def test_a_system_prompt_does_not_change_the_features(tmp_path: Path, format: Any) -> None:
    with_prompt = loaded(tmp_path, format, system_prompt="Be brief.")
    assert with_prompt.features == Dataset.from_list([TYPICAL[format]]).features


# --- TRL


@pytest.fixture(scope="module")
def trl() -> Any:
    try:
        return importlib.import_module("trl")
    except ImportError:
        skip_or_fail("trl is not installed: it is in the group trl.")


@pytest.fixture(scope="module")
def tokenizer(trl: Any) -> Any:
    """Bytes, an end token and ChatML: enough to see what TRL makes of a row."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    model = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=model, eos_token="<|im_end|>", pad_token="<pad>")
    tokenizer.chat_template = (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    return tokenizer


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_trl_sees_conversations_where_there_are_some(trl: Any, tmp_path: Path, format: Any) -> None:
    from trl.data_utils import is_conversational, is_conversational_from_value

    for row in loaded(tmp_path, format):
        assert is_conversational(row) == (format in CHAT_FORMATS and format != "sharegpt")
        assert is_conversational_from_value(row) == (format == "sharegpt")


@pytest.mark.slow
@pytest.mark.parametrize("format", ["trl-conversational", "openai", "trl-conversational-prompt-completion"])
def test_trl_applies_a_chat_template(trl: Any, tokenizer: Any, tmp_path: Path, format: Any) -> None:
    from trl.data_utils import apply_chat_template

    for row in loaded(tmp_path, format, system_prompt="Be brief."):
        templated = "".join(apply_chat_template(row, tokenizer).values())
        assert templated.startswith("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n")
        assert templated.count("<|im_start|>") == 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # transformers, torch and TRL warn of each other
@pytest.mark.parametrize("format", [name for name in FORMATS if name.startswith("trl-") or name == "openai"])
def test_trl_trains_on_the_file(trl: Any, tokenizer: Any, tmp_path: Path, format: Any) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    dataset = loaded(tmp_path, format)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=1024, n_embd=8, n_layer=1, n_head=1, eos_token_id=tokenizer.eos_token_id
    )
    trainer = trl.SFTTrainer(
        model=GPT2LMHeadModel(config),
        args=trl.SFTConfig(
            output_dir=str(tmp_path / "out"), max_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True,
            save_strategy="no", bf16=False, dataset_num_proc=None, max_length=None, disable_tqdm=True,
        ),
        train_dataset=dataset,
        processing_class=tokenizer,
    )  # fmt: skip
    assert trainer.train().global_step == 1
    if format in PROMPT_COMPLETION:
        _check_that_completions_alone_are_trained_on(trainer, dataset, tokenizer)


def _check_that_completions_alone_are_trained_on(trainer: Any, dataset: Dataset, tokenizer: Any) -> None:
    """As in the paper, where the prompt has no part in the loss."""
    for row, tokens in zip(dataset, trainer.train_dataset, strict=True):
        labels = trainer.data_collator([tokens])["labels"][0].tolist()
        trained = [label for label in labels if label != -100]  # what torch leaves out of the loss
        completion = row["completion"]
        wanted = completion if isinstance(completion, str) else completion[0]["content"]
        assert tokenizer.decode(trained).removesuffix("\n") == f"{wanted}<|im_end|>"
