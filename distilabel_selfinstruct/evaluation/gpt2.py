"""The tokens of GPT-2, which the x-lingual track of Super-NaturalInstructions compares."""

import os
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError, InputFileError, MissingExtraError
from distilabel_selfinstruct.similarity import Tokenizer

_FILES = ("vocab.json", "merges.txt")


def gpt2_tokenizer(folder: str | os.PathLike[str] | None) -> Tokenizer:
    """The tokenizer in a folder with the files `vocab.json` and `merges.txt` of GPT-2. Nothing is downloaded.

    The sign for a blank is stripped from the front of each token, as the reference does. So a lone blank becomes an
    empty token, and stays one.

    Raises:
        ConfigError: no folder is given.
        InputFileError: a file is missing, or is not what its name says.
        MissingExtraError: the package `tokenizers` is not installed.
    """
    if folder is None:
        raise ConfigError(
            "The track xlingual needs the files vocab.json and merges.txt of GPT-2: name their folder with "
            "`tokenizer_path`."
        )
    paths = [Path(folder) / name for name in _FILES]
    for path in paths:
        if not path.is_file():
            raise InputFileError(f"There is no file {path}: download {path.name} of GPT-2 to this folder.", path)
    try:
        from tokenizers import AddedToken, ByteLevelBPETokenizer
    except ImportError:
        raise MissingExtraError("The track xlingual", "transformers") from None
    try:
        tokenizer = ByteLevelBPETokenizer.from_file(*map(str, paths))
    except Exception as error:  # the package raises its base class for files of another form
        raise InputFileError(
            f"{folder} does not hold the tokenizer of GPT-2 ({error}): download vocab.json and merges.txt again.",
            folder,
        ) from None
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False)])

    def tokens(text: str) -> list[str]:
        return [token.lstrip("Ġ") for token in tokenizer.encode(text).tokens]

    return tokens
