"""Why a part of a report could not be made."""

from dataclasses import dataclass, field

from distilabel_selfinstruct.languages import Texts, texts_of


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a part of a report could not be made. As a text it is an English sentence.

    Attributes:
        reason: the key of the sentence under `report.left_out`.
        slots: what the sentence names.
        named: slots that are texts of a language too, by their keys under `report.left_out`.
    """

    reason: str
    slots: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    def say(self, texts: Texts) -> str:
        """The sentence in a language."""
        named = {slot: texts.say(f"report.left_out.{key}") for slot, key in self.named.items()}
        return texts.say(f"report.left_out.{self.reason}", **self.slots, **named)

    def __str__(self) -> str:
        return self.say(texts_of("en"))


NO_RUN = Missing("no_run")
NO_INSTRUCTIONS = Missing("no_instructions")
