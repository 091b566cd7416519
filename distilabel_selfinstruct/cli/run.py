"""`selfinstruct run`: all stages, from seed tasks to filtered instances."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml

from distilabel_selfinstruct.errors import ConfigError

HELP = "Generate instructions and instances with a model, and write them to a folder."

MODEL = "Model"
DATA = "Data"
FILTERS = "Sampling and filters"
LIMITS = "Limits"


def run(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for what is made.")],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML with any of these options; options here go first."),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace a run that lies in the folder.")] = False,
    llm: Annotated[
        str | None,
        typer.Option(
            metavar="PROVIDER:MODEL",
            help="openai, ollama, hf, transformers, vllm, llamacpp, litellm or recorded. Default: recorded:demo.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An OpenAI-compatible server, up to /v1.", rich_help_panel=MODEL),
    ] = None,
    prompt_form: Annotated[
        Literal["completion", "chat"] | None,
        typer.Option(help="completion for base models. Default: chat, except for recordings.", rich_help_panel=MODEL),
    ] = None,
    prompts: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE|DIR", help="Packaged prompts, or a folder of them.", rich_help_panel=MODEL),
    ] = None,
    decoding: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STAGE.NAME=VALUE",
            help="Override the paper's sampling, as in instruction_generation.temperature=1. Repeatable.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    max_in_flight: Annotated[
        int | None, typer.Option(help="Requests under way at a time. Default: 5.", rich_help_panel=MODEL)
    ] = None,
    seed_tasks: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Seed tasks. Default: the 175 packaged ones.", rich_help_panel=DATA),
    ] = None,
    num_instructions: Annotated[
        int | None, typer.Option("--num-instructions", "-n", help="Default: 100.", rich_help_panel=DATA)
    ] = None,
    classification_only: Annotated[
        bool | None,
        typer.Option("--classification-only", help="Only classification tasks.", rich_help_panel=DATA),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="BCP-47 tag of the instructions. Default: en.", rich_help_panel=DATA)
    ] = None,
    max_instances: Annotated[
        int | None, typer.Option(help="The most instances per instruction. Default: 5.", rich_help_panel=DATA)
    ] = None,
    random_seed: Annotated[
        int | None, typer.Option(help="Fixes all sampling on our side. Default: 42.", rich_help_panel=FILTERS)
    ] = None,
    mode: Annotated[
        Literal["default", "strict"] | None,
        typer.Option(help="strict: what the reference implementation does.", rich_help_panel=FILTERS),
    ] = None,
    max_rouge_l: Annotated[
        float | None,
        typer.Option(help="The highest ROUGE-L that counts as new. Default: 0.7.", rich_help_panel=FILTERS),
    ] = None,
    tokenizer: Annotated[
        Literal["auto", "rouge_score", "unicode"] | None,
        typer.Option(help="auto: rouge_score for English, else unicode.", rich_help_panel=FILTERS),
    ] = None,
    num_prompt_instructions: Annotated[
        int | None, typer.Option(help="Instructions in a prompt. Default: 8.", rich_help_panel=FILTERS)
    ] = None,
    num_prompt_generated: Annotated[
        int | None,
        typer.Option(help="How many of these are generated ones. Default: 2.", rich_help_panel=FILTERS),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Requests in a row that admit nothing before it stops. Default: 50.", rich_help_panel=LIMITS),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(help="The most requests for instructions. Default: no limit.", rich_help_panel=LIMITS),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(help="Rows that steps hand on at a time. Default: 50.", rich_help_panel=LIMITS),
    ] = None,
) -> None:
    """Run all stages."""
    options = {
        "llm": llm,
        "base_url": base_url,
        "prompt_form": prompt_form,
        "prompts": prompts,
        "decoding": _decoding(decoding) if decoding else None,
        "max_in_flight": max_in_flight,
        "seed_tasks": seed_tasks,
        "num_instructions": num_instructions,
        "classification_only": classification_only,
        "language": language,
        "max_instances": max_instances,
        "random_seed": random_seed,
        "mode": mode,
        "max_rouge_l": max_rouge_l,
        "tokenizer": tokenizer,
        "num_prompt_instructions": num_prompt_instructions,
        "num_prompt_generated": num_prompt_generated,
        "patience": patience,
        "max_requests": max_requests,
        "batch_size": batch_size,
    }
    # distilabel takes seconds to import, reads its log level then, and would show local variables in tracebacks.
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
    from distilabel_selfinstruct import host_fixes
    from distilabel_selfinstruct.cli.display import RunDisplay
    from distilabel_selfinstruct.config import load_config
    from distilabel_selfinstruct.running import run as run_pipeline

    host_fixes.restore_plain_tracebacks()
    settings = load_config(config, {name: value for name, value in options.items() if value is not None})
    display = RunDisplay(settings)
    with display:
        result = run_pipeline(settings, output, fresh=fresh, watch=display.update)
    display.show_result(result)


def _decoding(assignments: list[str]) -> dict[str, dict[str, Any]]:
    overrides: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        stage, dot, name = target.partition(".")
        if not (equals and dot and name):
            raise ConfigError(f"--decoding {assignment!r} is not STAGE.NAME=VALUE.")
        overrides.setdefault(stage, {})[name] = yaml.safe_load(value)
    return overrides
