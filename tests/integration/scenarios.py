"""Pipelines to be run, each a function that returns what came of it. Run one in a process of its own:

python scenarios.py NAME FOLDER [ARGUMENT]

The last line of the output is `RESULT` and JSON.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.running.runner import run
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
    RougeLNoveltyFilter,
)
from distilabel_selfinstruct.testing import ScriptedLLM

SCENARIOS: dict[str, Callable[..., Any]] = {}

RAW = "Example 1\nInput: cold\nOutput: hot\nExample 2\nInput: dry\nOutput: wet"


def scenario(function: Callable[..., Any]) -> Callable[..., Any]:
    SCENARIOS[function.__name__] = function
    return function


def rows_of(*steps: Any, folder: Path) -> list[dict[str, Any]]:
    """Make the steps, connect them in a row, run them; the rows of the last one."""
    from distilabel.pipeline import Pipeline

    with Pipeline(name="scenario", cache_dir=folder / "cache") as pipeline:
        first, *others = [make() for make in steps]
        for step in others:
            first >> step
            first = step
    distiset = pipeline.run(use_cache=False)
    # A run without any row has an empty Distiset.
    return list(distiset["default"]["train"].to_list()) if distiset else []


def given(*rows: dict[str, Any], batch_size: int = 50) -> Callable[[], Any]:
    from distilabel.steps import LoadDataFromDicts

    return lambda: LoadDataFromDicts(data=list(rows), batch_size=batch_size)


def keeping(*columns: str) -> Callable[[], Any]:
    from distilabel.steps import KeepColumns

    return lambda: KeepColumns(columns=list(columns))


def a_generation(**options: Any) -> Callable[[], Any]:
    return lambda: InstructionGeneration(llm=RecordedLLM(), **options)


def raw(text: str, instruction: str = "Name the opposite.") -> dict[str, Any]:
    return {"instruction": instruction, "is_classification": False, "raw_instances": text}


# --- each component alone, between steps of the host


@scenario
def instruction_generation(folder: Path) -> Any:
    return rows_of(
        a_generation(num_instructions=12, batch_size=5),
        keeping("instruction", "request"),
        folder=folder,
    )


@scenario
def instruction_generation_that_admits_nothing(folder: Path) -> Any:
    return rows_of(
        lambda: InstructionGeneration(llm=ScriptedLLM(responses=[""]), patience=2),
        keeping("instruction"),
        folder=folder,
    )


@scenario
def classification(folder: Path) -> Any:
    rows = [{"instruction": text, "id": number} for number, text in enumerate(["One.", None, "Three."])]
    return rows_of(
        given(*rows),
        lambda: ClassificationTaskIdentification(llm=ScriptedLLM(responses=[" Yes", None])),
        keeping("id", "instruction", "is_classification"),
        folder=folder,
    )


@scenario
def instance_generation(folder: Path) -> Any:
    """As the last step, with answers that are hard to write to a file."""
    answers = [None, "\ud800 lone", "\x00 control", "", "Output: hot"]
    recorded = [
        {"stage": "instance_generation", "instruction": f"Task {number}.", "text": text, "finish_reason": "stop"}
        for number, text in enumerate(answers)
    ]
    recording = folder / "recording.jsonl"
    recording.write_text("".join(json.dumps(row) + "\n" for row in recorded), encoding="utf-8")
    return rows_of(
        given(*({"instruction": row["instruction"]} for row in recorded), batch_size=2),
        lambda: InstanceGeneration(llm=RecordedLLM(recording=str(recording)), input_batch_size=5),
        folder=folder,
    )


@scenario
def instance_filtering(folder: Path) -> Any:
    return rows_of(given(raw(RAW), raw(""), raw(RAW, "Another.")), InstanceFiltering, folder=folder)


@scenario
def instance_filtering_in_the_middle_without_rows(folder: Path) -> Any:
    return rows_of(
        given(*(raw("") for _ in range(6)), batch_size=3), InstanceFiltering, keeping("output"), folder=folder
    )


@scenario
def instance_filtering_in_the_middle(folder: Path) -> Any:
    rows = [raw(RAW, "First."), raw("", "Second."), raw(RAW, "Third."), raw("", "Fourth.")]
    return rows_of(
        given(*rows, batch_size=2),
        lambda: InstanceFiltering(input_batch_size=1),
        keeping("instruction", "output"),
        folder=folder,
    )


@scenario
def novelty_filter_in_the_middle_with_an_empty_last_batch(folder: Path) -> Any:
    texts = ["Name a river.", "Sort the list of numbers.", "Name a river.", "Sort the list of numbers."]
    return rows_of(
        given(*({"text": text} for text in texts), batch_size=2),
        lambda: RougeLNoveltyFilter(column="text", input_batch_size=2),
        keeping("text", "nearest_rouge_l"),
        folder=folder,
    )


# --- the whole


@scenario
def whole_pipeline(folder: Path) -> Any:
    """`pipelines/self_instruct.py` with fewer instructions, saved before it runs."""
    from distilabel.pipeline import Pipeline

    with Pipeline(name="whole", cache_dir=folder / "cache") as pipeline:
        (
            InstructionGeneration(name="instructions", llm=RecordedLLM(), num_instructions=10, batch_size=4)
            >> ClassificationTaskIdentification(name="task_types", llm=RecordedLLM())
            >> InstanceGeneration(name="raw_instances", llm=RecordedLLM())
            >> InstanceFiltering(name="instances")
        )
    pipeline.save(folder / "pipeline.yaml", format="yaml")
    return list(pipeline.run(use_cache=False)["default"]["train"].to_list())


@scenario
def demo_run(folder: Path) -> Any:
    result = run(RunConfig(num_instructions=12, batch_size=5), folder / "out")
    return {"instances": sum(len(task.instances) for task in result.tasks), "stop_reason": result.stop_reason}


@scenario
def run_against_a_server(folder: Path, base_url: str) -> Any:
    config = RunConfig(
        llm="openai:small",
        base_url=base_url,
        num_instructions=6,
        batch_size=4,
        max_in_flight=3,
        patience=5,
        request_retries=0,
    )
    result = run(config, folder / "out")
    return {
        "instructions": [task.instruction for task in result.tasks],
        "is_classification": [task.is_classification for task in result.tasks],
        "instances": [(made.input, made.output) for task in result.tasks for made in task.instances],
        "models": sorted({task.model_name for task in result.tasks}),
        "rejections": sorted({rejection.reason for rejection in result.rejections}),
        "stop_reason": result.stop_reason,
    }


def main() -> None:
    name, folder, *arguments = sys.argv[1:]
    result = SCENARIOS[name](Path(folder), *arguments)
    print("RESULT", json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
