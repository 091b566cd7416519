"""A task folder for lm-evaluation-harness: the same prompts, references and scores as those of `evaluate`."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from distilabel_selfinstruct.errors import OutputFileError, writing
from distilabel_selfinstruct.evaluation.scored_tasks import ScoredTask
from distilabel_selfinstruct.evaluation.task_prompts import MAX_PROMPT_TOKENS, PromptOptions, TaskPrompt, task_prompts
from distilabel_selfinstruct.files import atomic, jsonl

MAX_TOKENS = 1024
"""The longest answer, as in the paper's evaluations."""

_TASK = """\
# Written by selfinstruct evaluate. In the folder above: lm_eval --include_path . --tasks {name} --model ...
task: {name}
custom_dataset: !function utils.load_rows
test_split: test
output_type: generate_until
doc_to_text: prompt
doc_to_target: "{{{{references[0]}}}}"
process_results: !function utils.process_results
generation_kwargs:
  until: []
  max_gen_toks: {max_tokens}
  do_sample: false
metric_list:
  - metric: rougeL
    aggregation: mean
    higher_is_better: true
  - metric: rouge1
    aggregation: mean
    higher_is_better: true
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""


def write_lm_eval_task(
    folder: str | os.PathLike[str],
    tasks: Sequence[ScoredTask],
    tokenizer_path: str | os.PathLike[str] | None = None,
) -> str:
    """Write a task folder: a YAML file, the tasks in `rows.jsonl`, and `utils.py` with the scores.

    A task is asked with the prompt that its row has, as in a file of `predict`; else as Super-NaturalInstructions asks
    it, if it is one of its tasks, or as the paper asks its 252 tasks. Greedy, no stop, at most 1,024 tokens.

    Args:
        folder: a new or empty folder. Its name is that of the task.
        tasks: the tasks with their references.
        tokenizer_path: the folder with the files of GPT-2, by which long prompts of Super-NaturalInstructions are cut.

    Returns:
        The name of the task.

    Raises:
        OutputFileError: the folder is not empty, or cannot be written.
    """
    path = Path(folder)
    name = re.sub(r"\W+", "_", path.absolute().name) or "selfinstruct"
    if not atomic.is_free(path):
        raise OutputFileError(f"{path} is not empty: give another folder for the task, or empty it.", path)
    rows = [
        {
            "id": task.id,
            "task": task.name,
            "category": task.category,
            "prompt": prompt,
            "references": list(task.references),
        }
        for task, prompt in zip(tasks, _prompts(tasks, tokenizer_path), strict=True)
    ]
    scores = Path(__file__).with_name("lm_eval_scores.py").read_text(encoding="utf-8")
    with writing(path), atomic.new_folder(path) as partial:
        (partial / f"{name}.yaml").write_text(_TASK.format(name=name, max_tokens=MAX_TOKENS), encoding="utf-8")
        (partial / "utils.py").write_text(scores, encoding="utf-8")
        jsonl.write(partial / "rows.jsonl", rows)
    return name


def _prompts(tasks: Sequence[ScoredTask], tokenizer_path: str | os.PathLike[str] | None) -> list[str]:
    superni = PromptOptions(
        TaskPrompt.SUPERNI,
        max_prompt_tokens=MAX_PROMPT_TOKENS if tokenizer_path is not None else 0,
        tokenizer_path=tokenizer_path,
    )
    kinds = {True: superni, False: replace(superni, kind=TaskPrompt.USER_ORIENTED)}
    made: dict[int, str] = {index: task.prompt for index, task in enumerate(tasks) if task.prompt}
    for is_superni, options in kinds.items():
        chosen = [
            (index, task)
            for index, task in enumerate(tasks)
            if not task.prompt and (task.facts is not None) is is_superni
        ]
        prompts = task_prompts([task for _, task in chosen], options)
        made.update({index: prompt for (index, _), prompt in zip(chosen, prompts, strict=True)})
    return [made[index] for index in range(len(tasks))]
