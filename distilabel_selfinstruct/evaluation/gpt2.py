"""The tokens of GPT-2: what the x-lingual track of Super-NaturalInstructions compares, and what limits its prompts."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, InputFileError, MissingExtraError
from distilabel_selfinstruct.similarity import Tokenizer

_FILES = ("vocab.json", "merges.txt")


@dataclass(frozen=True, slots=True)
class Encoding:
    """From a text to the numbers of its tokens, and back."""

    encode: Callable[[str], list[int]]
    decode: Callable[[list[int]], str]


def gpt2_tokenizer(folder: str | os.PathLike[str] | None) -> Tokenizer:
    """The tokenizer in a folder with the files `vocab.json` and `merges.txt` of GPT-2. Nothing is downloaded.

    The sign for a blank is stripped from the front of each token, as the reference does. So a lone blank becomes an
    empty token, and stays one.

    Raises:
        ConfigError: no folder is given.
        InputFileError: a file is missing, or is not what its name says.
        MissingExtraError: the package `tokenizers` is not installed.
    """
    tokenizer = _loaded(folder, "The track xlingual")

    def tokens(text: str) -> list[str]:
        return [token.lstrip("Ġ") for token in tokenizer.encode(text).tokens]

    return tokens


def gpt2_encoding(folder: str | os.PathLike[str]) -> Encoding:
    """The same tokenizer as numbers and back; decoding leaves out the sign for the end of a text.

    Raises:
        InputFileError: a file is missing, or is not what its name says.
        MissingExtraError: the package `tokenizers` is not installed.
    """
    tokenizer = _loaded(folder, "Counting the tokens of GPT-2")
    return Encoding(lambda text: list(tokenizer.encode(text).ids), lambda ids: str(tokenizer.decode(ids)))


def _loaded(folder: str | os.PathLike[str] | None, feature: str) -> Any:
    if folder is None:
        raise ConfigError(
            f"{feature} needs the files vocab.json and merges.txt of GPT-2: name their folder with `tokenizer_path`."
        )
    paths = [Path(folder) / name for name in _FILES]
    for path in paths:
        if not path.is_file():
            raise InputFileError(f"There is no file {path}: download {path.name} of GPT-2 to this folder.", path)
    try:
        from tokenizers import AddedToken, ByteLevelBPETokenizer
    except ImportError:
        raise MissingExtraError(feature, "transformers") from None
    try:
        tokenizer = ByteLevelBPETokenizer.from_file(*map(str, paths))
    except Exception as error:  # the package raises its base class for files of another form
        raise InputFileError(
            f"{folder} does not hold the tokenizer of GPT-2 ({error}): download vocab.json and merges.txt again.",
            folder,
        ) from None
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])
    return tokenizer
