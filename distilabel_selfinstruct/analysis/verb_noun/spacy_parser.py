"""Verb and noun of an instruction by a spaCy model, after the paper's method: the tree of a parser (section 2.3)."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from distilabel_selfinstruct.errors import ConfigError, MissingExtraError

PREFERRED = ("en_core_web_trf", "en_core_web_lg", "en_core_web_md", "en_core_web_sm")
"""English models, best first. Other models whose names begin with `en_core_web` come after them."""


def installed_model() -> str | None:
    """The best installed English model of spaCy; None if there is none, or no spaCy."""
    try:
        from spacy.util import get_installed_models
    except ImportError:
        return None
    names = sorted(name for name in get_installed_models() if name.startswith("en_core_web"))
    return next((name for name in PREFERRED if name in names), names[0] if names else None)


def spacy_pairs(instructions: Iterable[str]) -> Iterator[tuple[str, str] | None]:
    """The verb nearest to the root of the first sentence with a verb, and its direct object, in dictionary form.

    Raises:
        MissingExtraError: spaCy is not installed.
        ConfigError: no English model is installed.
    """
    try:
        import spacy  # noqa: F401 - it is installed
    except ImportError as error:
        raise MissingExtraError("Verbs and nouns by spaCy", "spacy") from error
    model = installed_model()
    if model is None:
        raise ConfigError("spaCy has no English model: run `python -m spacy download en_core_web_sm`, or choose rules.")
    for document in _loaded(model).pipe(instructions, batch_size=256):
        verbs = (_nearest_verb(sentence.root) for sentence in document.sents)
        verb = next((verb for verb in verbs if verb is not None), None)
        yield None if verb is None else _pair(verb)


@cache
def _loaded(model: str) -> Any:
    """The model, which takes a second to load."""
    import spacy

    return spacy.load(model, disable=["ner", "senter"])


def _nearest_verb(root: Any) -> Any | None:
    """The verb nearest to the root of a sentence, the root itself included."""
    level = [root]
    while level:
        for token in level:
            if token.pos_ == "VERB":
                return token
        level = [child for token in level for child in token.children]
    return None


def _pair(verb: Any) -> tuple[str, str] | None:
    for child in verb.children:
        if child.dep_ in {"dobj", "obj"} and child.pos_ == "NOUN":
            return verb.lemma_.lower(), child.lemma_.lower()
    return None
