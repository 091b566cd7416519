"""What a card says of outputs that another model rewrote (paper, section 4.5)."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from distilabel_selfinstruct.hub.card import markdown
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.prompts import PromptForm


def who_rewrote(models: Sequence[str], texts: Texts) -> str:
    """A sentence for the top of the card, in Markdown; empty where no output was regenerated."""
    return texts.say("card.who_rewrote", models=_named(models)) if models else ""


def how_regenerated(models: Sequence[str], described: Mapping[str, Any], texts: Texts) -> str:
    """How it was done and what came of it, in Markdown; empty where no output was regenerated.

    Args:
        models: the models that wrote the published outputs.
        described: what the description of the run says of it, which people may have edited; may be empty.
        texts: those of the card.
    """
    if not models:
        return ""
    say = texts.say
    settings = described.get("settings")
    settings = settings if isinstance(settings, Mapping) else {}
    decoding = settings.get("decoding")
    decoding = decoding if isinstance(decoding, Mapping) else {}
    form, (temperature, limit) = settings.get("prompt_form"), map(decoding.get, ("temperature", "max_tokens"))
    asked = [
        say("card.regenerated_form", form=str(form)) if form in get_args(PromptForm) else "",
        say("card.regenerated_temperature", temperature=f"{temperature:g}") if _is_number(temperature) else "",
        say("card.regenerated_limit", limit=f"{limit:,}") if _is_number(limit) else "",
    ]
    sentences = [say("card.regenerated", asked=", ".join([_named(models), *filter(None, asked)]))]
    total, kept, unchanged = (described.get(name) for name in ("num_rows", "num_kept", "num_unchanged"))
    if _is_number(total) and _is_number(kept):
        same = _is_number(unchanged) and bool(unchanged)
        slots = {"total": f"{total:,}", "kept": f"{kept:,}"}
        sentences.append(
            say("card.regenerated_unchanged", unchanged=f"{unchanged:,}", **slots)
            if same
            else say("card.regenerated_kept", **slots)
        )
    reasons = described.get("reasons")
    counts = {str(name): count for name, count in reasons.items()} if isinstance(reasons, Mapping) else {}
    if dropped := [f"{count:,} {markdown.code(name)}" for name, count in counts.items() if _is_number(count)]:
        sentences.append(say("card.regenerated_dropped", reasons=", ".join(dropped)))
    return " ".join(sentences)


def _named(models: Sequence[str]) -> str:
    return ", ".join(map(markdown.code, models))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
