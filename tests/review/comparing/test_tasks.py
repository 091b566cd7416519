"""The tasks of a comparison come from their own file, as it was published, or from a file of predictions."""

from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.evaluation import answers_of
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.review.comparing.tasks import only, references_of

TASK = ("Shorten the sentence.", "It is a sentence that is long.")


def test_the_papers_tasks_predictions_and_its_answers_are_read_as_they_are(tmp_path: Path) -> None:
    instruction, given = TASK
    tasks = {
        "id": "user_oriented_task_0", "motivation_app": "Grammarly", "instruction": instruction,
        "instances": [{"input": given, "output": "It is long."}],
    }  # fmt: skip
    predicted = {
        "id": "user_oriented_task_0", "task": "", "category": "", "instruction": instruction, "input": given,
        "references": ["It is long."], "prompt": f"{instruction}\n\nInput: {given}\nOutput:", "output": " Long.",
        "finish_reason": "stop", "output_tokens": 3, "model": "small",
    }  # fmt: skip
    published = {
        "prompt": f"{instruction}\n\nInput: {given}\nOutput:", "instruction": f"{instruction}\n", "input": given,
        "response": " A long sentence.", "target": "It is long.",
    }  # fmt: skip
    for name, row in (("tasks", tasks), ("predicted", predicted), ("published", published)):
        jsonl.write(tmp_path / f"{name}.jsonl", [row])
    assert references_of(tmp_path / "tasks.jsonl")[0] == {TASK: "It is long."}
    assert references_of(tmp_path / "predicted.jsonl")[0] == {TASK: "It is long."}
    assert answers_of(tmp_path / "predicted.jsonl")[0] == {TASK: "Long."}
    assert answers_of(tmp_path / "published.jsonl")[0] == {TASK: "A long sentence."}


def test_answers_to_other_tasks_are_left_out_and_a_model_that_answers_none_is_named() -> None:
    answers = {("Another task.", ""): "no", TASK: "Long."}
    assert only(answers, {TASK: "It is long."}, "small") == {TASK: "Long."}
    with pytest.raises(InputFileError, match="small answers none of the 1 tasks"):
        only({("Another task.", ""): "no"}, {TASK: "It is long."}, "small")
