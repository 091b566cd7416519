"""What callers hand over, checked before it is used."""

from collections.abc import Iterable, Iterator, Mapping
from numbers import Real

from distilabel_selfinstruct.errors import ConfigError


def check_threshold(max_rouge_l: float) -> None:
    """Refuse what is no ROUGE-L.

    Raises:
        ConfigError: it is not a number from 0 to 1.
    """
    if not isinstance(max_rouge_l, Real) or not 0 <= max_rouge_l <= 1:
        raise ConfigError(f"`max_rouge_l` is {max_rouge_l!r}: use a number from 0 to 1.")


def checked_text(text: str, name: str = "text") -> str:
    """The text.

    Raises:
        ConfigError: it is none; the message calls it by the name.
    """
    if not isinstance(text, str):
        raise ConfigError(f"{name} is {text!r:.80}: give a text.")
    return text


def checked_texts(texts: Iterable[str], name: str) -> Iterator[str]:
    """The texts, each checked when it is read. A column of a data frame or of a dataset is a list of texts.

    Raises:
        ConfigError: they are no list of texts, or a whole table; for one that is none, when it is read.
    """
    if hasattr(type(texts), "columns") or hasattr(type(texts), "column_names"):
        raise ConfigError(f"{name} is a {type(texts).__name__}, which has several columns: give one of them.")
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        raise ConfigError(f"{name} is {texts!r:.80}: give a list of texts.")
    return (checked_text(text, f"{name}[{number}]") for number, text in enumerate(texts))
