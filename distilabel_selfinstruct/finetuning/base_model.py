"""The model to fine-tune: a folder, a name on the Hub, or a GGUF file, whose weights are made whole again."""

import hashlib
from contextlib import redirect_stderr
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from distilabel_selfinstruct.config.providers import gguf_file
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError
from distilabel_selfinstruct.exporting.recipe import Method
from distilabel_selfinstruct.files.hub_names import require_hub_model
from distilabel_selfinstruct.finetuning.memory import explained
from distilabel_selfinstruct.model_files import digest_of, loading_fault

Device = Literal["auto", "cpu", "cuda"]

_FEATURE, _EXTRA = "Fine-tuning", "finetune"
_NEEDED = ("torch", "transformers", "trl", "peft", "accelerate")
_WEIGHTS = ("*.safetensors", "*.bin", "tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "config.json")
_GGUF = "gguf:"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a base model is. `digest` is the SHA-256 of its files; empty for a name on the Hub."""

    name: str
    folder: str
    gguf: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A base model in memory. `revision` is its commit on the Hub, if it came from there."""

    model: Any
    tokenizer: Any
    max_tokens: int | None
    revision: str | None


def require_extra() -> None:
    """Refuse to start without the packages that train.

    Raises:
        MissingExtraError: one of them is not installed.
    """
    if any(find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError(_FEATURE, _EXTRA)


def find_model(text: str) -> ModelSource:
    """The model that a text names.

    Args:
        text: the path of a folder or of a GGUF file, `gguf:` and the path or the name of a model (see `find_gguf`), or
            a name on the Hub.

    Raises:
        ConfigError: there is no such file or model, or its package is not installed.
        InputFileError: the files cannot be read.
    """
    if text.startswith(_GGUF) or text.endswith(".gguf"):
        path = gguf_file(text.removeprefix(_GGUF)).path
        if find_spec("gguf") is None:
            raise MissingExtraError(f"{_FEATURE} a GGUF file", _EXTRA)
        return ModelSource(text, str(path.parent), path.name, digest_of(path))
    folder = Path(text).expanduser()
    if folder.is_dir():
        files = sorted({file for pattern in _WEIGHTS for file in folder.glob(pattern)})
        if not (folder / "config.json").is_file():
            raise ConfigError(f"{text} holds no model: config.json is missing.")
        return ModelSource(text, str(folder.absolute()), None, _digest_of_all(files))
    if folder.exists() or text.startswith((".", "/", "~")):
        raise ConfigError(f"There is no model in {text!r}: give its folder, a GGUF file, or a name on the Hub.")
    require_hub_model(text)
    return ModelSource(text, text, None, "")


def load_model(source: ModelSource, method: Method, *, on_gpu: bool) -> LoadedModel:
    """Load a model and its tokenizer.

    Weights are in 32 bits; those that LoRA does not change are in 16 bits on a GPU.

    Raises:
        ConfigError: they cannot be loaded, the memory does not suffice, or the tokenizer names no end token.
    """
    torch, transformers = import_module("torch"), import_module("transformers")
    gguf = {"gguf_file": source.gguf} if source.gguf else {}
    dtype = torch.bfloat16 if on_gpu and method == "lora" else torch.float32
    try:
        with (
            explained(f"to load {source.name}", "use a smaller model, or end other programs"),
            redirect_stderr(StringIO()),  # the library shows a bar for GGUF files that it cannot be told to leave out
        ):
            tokenizer = transformers.AutoTokenizer.from_pretrained(source.folder, **gguf)
            model = transformers.AutoModelForCausalLM.from_pretrained(source.folder, dtype=dtype, **gguf)
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        raise ConfigError(
            f"Cannot load {source.name}: {loading_fault(error)}. Give the folder of a language model, a GGUF file, or "
            "a name on the Hub."
        ) from error
    if source.gguf:  # or it refuses to be saved, as if its weights still were those of the file
        model.hf_quantizer = None
        model.is_quantized = False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
    if tokenizer.eos_token_id is None:
        raise ConfigError(f"The tokenizer of {source.name} names no end token, so a model cannot learn to stop.")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    longest = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return LoadedModel(model, tokenizer, longest, getattr(model.config, "_commit_hash", None))


def chat_note(source: ModelSource, loaded: LoadedModel) -> str:
    """A sentence where the model may have been tuned to follow instructions before; else empty."""
    if not loaded.tokenizer.chat_template:
        return ""
    return (
        f"{source.name} has a chat template: if it was tuned to follow instructions before, it stops by itself "
        "already, and training shows little; give a base model to see what the data does."
    )


def runs_on_gpu(device: Device) -> bool:
    """Whether to train on a GPU.

    Raises:
        ConfigError: a GPU is asked for and none is found.
    """
    found = import_module("torch").cuda.is_available()
    if device == "cuda" and not found:
        raise ConfigError("No GPU is found for `device=cuda`: install a torch that fits it, or use `device=cpu`.")
    return bool(found) and device != "cpu"


def device_name(*, on_gpu: bool) -> str:
    """What trains, in words."""
    torch = import_module("torch")
    if on_gpu:
        return str(torch.cuda.get_device_name())
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' * (threads != 1)}"


def _digest_of_all(files: list[Path]) -> str:
    lines = "".join(f"{file.name} {digest_of(file)}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()
