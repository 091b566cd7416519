"""What a language brings to a run, where its options do not say otherwise."""

from pathlib import Path
from typing import Any

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import Pack, find_pack, load_pack, pack_names


def with_language(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with the prompts and the threshold of their language where they name none.

    Raises:
        ConfigError: the language has no prompts, and the options name none.
    """
    language = options.get("language")
    if not isinstance(language, str) or not language or language == "en":
        return options
    pack = find_pack(language)
    given = dict(options)
    if pack is not None and not Path(language).is_absolute() and not _is_packaged(language):
        given["language"] = language = str(pack.folder)
    if given.get("prompts") is None:
        given["prompts"] = _prompts(language, pack)
    if pack is not None and given.get("max_rouge_l") is None and given.get("mode", "default") != "strict":
        from distilabel_selfinstruct.similarity import resolve_tokenizer

        tokenizer = resolve_tokenizer(given.get("tokenizer") or "auto", language)
        threshold = pack.threshold(tokenizer)
        if threshold is not None:
            given["max_rouge_l"] = threshold
    return given


def _prompts(language: str, pack: Pack | None) -> str:
    if pack is None:
        load_pack(language)  # says that there is none, and what to do
    elif not pack.has_prompts:
        ready = ", ".join(name for name in pack_names() if load_pack(name).has_prompts)
        raise ConfigError(
            f"The language pack {pack.language!r} reads responses but has no prompts: write them with selfinstruct "
            f"language new {pack.language}, name a folder or a language with `prompts`, or use one of {ready}."
        )
    return language


def _is_packaged(language: str) -> bool:
    return language.partition("-")[0] in pack_names()
