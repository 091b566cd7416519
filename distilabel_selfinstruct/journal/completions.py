"""The records of `completions.jsonl`: what was asked, and what was answered."""

import hashlib
import json
from dataclasses import fields
from typing import Any

from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Completion, Request, Stage

_FIELDS = tuple(field.name for field in fields(Completion) if field.name != "status")
"""Of a completion: a record is an answer, or it has no text and is a failure."""

_encoded = json.JSONEncoder(sort_keys=True).encode


def request_key(request: Request, decoding: Decoding) -> str:
    """What makes two requests the same: the stage, the prompt, the sampling; in instruction generation the number."""
    number = request.number if request.stage is Stage.INSTRUCTION_GENERATION else None
    identity = [request.stage.value, number, request.prompt, request.is_classification, decoding.as_row()]
    return hashlib.sha256(_encoded(identity).encode()).hexdigest()[:32]


def completion_row(request: Request, decoding: Decoding, completion: Completion) -> dict[str, Any]:
    """A completion as a record of the journal.

    Only answers and failures are recorded: a record without a text is a failure. The prompts of the later stages are
    their instruction in a text that never changes within a run: only their key is kept. That of instruction generation
    is kept whole.
    """
    first_stage = request.stage is Stage.INSTRUCTION_GENERATION
    return {
        "key": request_key(request, decoding),
        "stage": request.stage.value,
        "request": request.number,
        "instruction": request.instruction,
        "is_classification": request.is_classification,
        "prompt": request.prompt if first_stage else None,
        "decoding": decoding.as_row(),
        **{
            name: value
            for name in _FIELDS
            if (value := getattr(completion, name)) or name != "batch"  # most are asked directly
        },
    }


def completion_of(row: dict[str, Any]) -> Completion:
    """The completion in a record."""
    return Completion(
        text=row["text"],
        finish_reason=row.get("finish_reason"),
        input_tokens=row.get("input_tokens") or 0,
        output_tokens=row.get("output_tokens") or 0,
        model=row.get("model") or "",
        error=row.get("error") or "",
        retries=row.get("retries") or 0,
        seconds=row.get("seconds") or 0.0,
        reasoning=row.get("reasoning") or "",
        reasoning_tokens=row.get("reasoning_tokens") or 0,
        cached_tokens=row.get("cached_tokens") or 0,
        batch=row.get("batch") or "",
    )
