"""The rendered prompts, pinned. After a wanted change: UPDATE_GOLDEN=1 pytest tests/prompts."""

import json
import os
from pathlib import Path

import pytest

from distilabel_selfinstruct.prompts import load_prompts

GOLDEN = Path(__file__).parent / "golden"
PROMPTS = load_prompts("en")
SHOWN = [f"In-context instruction number {number}{':' if number == 3 else '.'}" for number in range(1, 9)]
ASKED = "Decide whether the\n  review is positive or negative."


def render(name: str, form: str):
    if name == "instruction_generation":
        return PROMPTS.instruction_generation(SHOWN, form=form)
    if name == "instruction_generation_classification":
        return PROMPTS.instruction_generation(SHOWN, form=form, classification_only=True)
    if name == "classification":
        return PROMPTS.classification(ASKED, form=form)
    return PROMPTS.instances(ASKED, is_classification=name == "output_first", form=form)


@pytest.mark.parametrize("form", ["completion", "chat"])
@pytest.mark.parametrize(
    "name",
    [
        "instruction_generation",
        "instruction_generation_classification",
        "classification",
        "input_first",
        "output_first",
    ],
)
def test_the_prompt_is_as_pinned(name, form):
    prompt = render(name, form)
    if form == "completion":
        path, text = GOLDEN / f"{name}.completion.txt", prompt
    else:
        path = GOLDEN / f"{name}.chat.txt"
        text = "\n".join(f"[{message['role']}]\n{message['content']}\n" for message in prompt)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), json.dumps(prompt)[:200]
