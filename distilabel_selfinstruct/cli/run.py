"""`selfinstruct run`: all stages, from seed tasks to filtered instances."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml

from distilabel_selfinstruct.config import RunConfig, load_config, read_yaml
from distilabel_selfinstruct.errors import ConfigError

HELP = "Generate instructions and instances with a model, and write them to a folder."

MODEL = "Model"
DATA = "Data"
FILTERS = "Sampling and filters"
LIMITS = "Limits"

STOPPED_STATUS = 3
"""Exit status of a run that stopped at a limit or was interrupted, and can go on."""


def run(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder for what is made.")],
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML with any of these options; options here go first."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start over: replace the run in the folder, if nobody has rated it.")
    ] = False,
    extend: Annotated[
        bool, typer.Option("--extend", help="Let the run in the folder go on to more instructions.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what the run would take, and show its prompts; ask nothing.")
    ] = False,
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
    human_feedback: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Ratings of an earlier run, or its folder: sample what people rated A, never what they rated D.",
            rich_help_panel=DATA,
        ),
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
    min_acceptance: Annotated[
        float | None,
        typer.Option(help="Share of candidates admitted lately below which it stops.", rich_help_panel=LIMITS),
    ] = None,
    max_requests: Annotated[
        int | None, typer.Option(help="The most requests, of all stages.", rich_help_panel=LIMITS)
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="The most tokens, in and out.", rich_help_panel=LIMITS)] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="The most to pay; needs --prices.", rich_help_panel=LIMITS)
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="YAML: MODEL: {input: PRICE, output: PRICE}, for a million tokens.",
            rich_help_panel=LIMITS,
        ),
    ] = None,
    max_minutes: Annotated[float | None, typer.Option(help="The longest time.", rich_help_panel=LIMITS)] = None,
    max_failures: Annotated[int | None, typer.Option(help="The most failed requests.", rich_help_panel=LIMITS)] = None,
    request_timeout: Annotated[
        int | None, typer.Option(help="Seconds to wait for a response. Default: 120.", rich_help_panel=MODEL)
    ] = None,
    request_retries: Annotated[
        int | None, typer.Option(help="How often a request is retried. Default: 6.", rich_help_panel=MODEL)
    ] = None,
    sampling_lag: Annotated[
        int | None,
        typer.Option(
            help="How many requests earlier a prompt sees the pool. Default: by the sizes.", rich_help_panel=FILTERS
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(help="Rows that steps hand on at a time. Default: 50.", rich_help_panel=LIMITS),
    ] = None,
) -> None:
    """Run all stages."""
    given = {name: value for name, value in locals().items() if name in RunConfig.model_fields and value is not None}
    if decoding:
        given["decoding"] = _decoding(decoding)
    if prices:
        given["prices"] = read_yaml(prices, "the prices")
    settings = load_config(config, given)
    # distilabel takes seconds to import, reads its log level then, and would show local variables in tracebacks.
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")
    if dry_run:
        _show_forecast(settings)
        return
    from distilabel_selfinstruct import host_fixes
    from distilabel_selfinstruct.cli.display import RunDisplay
    from distilabel_selfinstruct.running import run as run_pipeline

    host_fixes.restore_plain_tracebacks()
    display = RunDisplay(settings)
    with display:
        result = run_pipeline(settings, output, fresh=fresh, extend=extend, watch=display.update)
    display.show_result(result)
    if result.stopped:
        raise typer.Exit(STOPPED_STATUS)


def _show_forecast(settings: RunConfig) -> None:
    from rich import get_console

    from distilabel_selfinstruct.cli.forecast import forecast_view
    from distilabel_selfinstruct.running.runner import check

    check(settings)
    get_console().print(forecast_view(settings))


def _decoding(assignments: list[str]) -> dict[str, dict[str, Any]]:
    overrides: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        target, equals, value = assignment.partition("=")
        stage, dot, name = target.partition(".")
        if not (equals and dot and name):
            raise ConfigError(f"--decoding {assignment!r} is not STAGE.NAME=VALUE.")
        overrides.setdefault(stage, {})[name] = yaml.safe_load(value)
    return overrides
