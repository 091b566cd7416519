"""Each message of the code, filled in as the code fills it in."""

from distilabel_selfinstruct.languages import english, pack_texts
from distilabel_selfinstruct.languages.messages import GROUP
from distilabel_selfinstruct.languages.texts import SLOT

FILLED = {
    **dict.fromkeys(("number", "second_number"), "12"),
    **dict.fromkeys(("whole", "second_whole"), "1,234"),
    "stage": "classification",
    "second_stage": "instance_generation",
    "step": "classification",
    "option": "max_cost",
    "value": "0.5",
    "example": "'가나 다라. 마바'",
    "share": "2.5%",
    "duration": "2 min 30 s",
    "limit": "`max_wait_minutes` (60)",
    "reasons": "near_duplicate 5, too_short 2",
    "signal": "SIGKILL",
}
"""What stands in slots; in the others `Qwen/Qwen3-0.6B`."""


def every_message() -> dict[str, str]:
    """The messages by key."""
    held = {key: text for key, text in pack_texts(english()).items() if key.startswith(f"{GROUP}.")}
    return {key: SLOT.sub(lambda slot: FILLED.get(slot[1], "Qwen/Qwen3-0.6B"), text) for key, text in held.items()}
