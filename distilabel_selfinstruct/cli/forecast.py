"""What `selfinstruct run --dry-run` shows."""

from rich.console import Group, RenderableType
from rich.panel import Panel

from distilabel_selfinstruct.cli.progress_view import shown_time
from distilabel_selfinstruct.cli.screen import cell
from distilabel_selfinstruct.cli.tables import PlainTable
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.languages import find_pack, texts_of
from distilabel_selfinstruct.prompts import Prompt
from distilabel_selfinstruct.running.forecast import Forecast, forecast
from distilabel_selfinstruct.running.plan import RunPlan

SHOWN_LINES = 24


def forecast_view(plan: RunPlan) -> RenderableType:
    """A table of what each stage will take, and a prompt of each."""
    expected = forecast(plan)
    prompts = [
        Panel(_shortened(stage.prompt), title=f"a prompt of {stage.stage.value}", title_align="left")
        for stage in expected.stages
    ]
    feedback = [cell(expected.feedback)] if expected.feedback else []
    pack = find_pack(plan.config.language)
    size = f"{pack.characters_per_token:g}" if pack else ""
    if hint := texts_of(plan.config.language).find("hints.tokens", characters_per_token=size):
        feedback.append(cell(hint))
    return Group(_table(expected), cell(_cost(plan.config, expected)), *feedback, "", *prompts)


def _table(expected: Forecast) -> PlainTable:
    table = PlainTable(title="What the run is expected to take", title_justify="left")
    table.add_column("stage", no_wrap=True)
    table.add_column("model", overflow="fold")
    for name in ("requests", "tokens in", "tokens out", "time"):
        table.add_column(name, justify="right")
    for stage in expected.stages:
        table.add_row(
            stage.stage.value,
            stage.llm,
            f"{stage.requests:,}",
            f"{stage.input_tokens:,}",
            f"{stage.output_tokens:,}",
            shown_time(stage.seconds),
        )
    table.add_section()
    table.add_row(
        "all, at the same time",
        "",
        f"{sum(stage.requests for stage in expected.stages):,}",
        f"{sum(stage.input_tokens for stage in expected.stages):,}",
        f"{sum(stage.output_tokens for stage in expected.stages):,}",
        shown_time(expected.seconds),
    )
    return table


def _cost(config: RunConfig, expected: Forecast) -> str:
    pack = find_pack(config.language)
    size = f"{pack.characters_per_token:g}" if pack else "4"
    assumed = (
        f"Assumed: {size} characters a token, 5 instructions a request, 0.5 s and 50 tokens a second for a response."
    )
    if all(llm.startswith("recorded:") for llm in config.llms.values()):
        return f"Cost: nothing, since a recording is replayed. {assumed}"
    if expected.cost is None:
        missing = ", ".join(sorted({model for model in config.models.values() if model not in config.prices}))
        return f"Cost: not known, since there is no price for {missing}: give it with --prices. {assumed}"
    sources = {price.source or "--prices" for model, price in config.prices.items() if model in config.models.values()}
    return f"Cost: {in_dollars(expected.cost)}, by {'; '.join(sorted(sources))}. {assumed}"


def _shortened(prompt: Prompt) -> RenderableType:
    text = prompt if isinstance(prompt, str) else "\n".join(f"[{m['role']}]\n{m['content']}" for m in prompt)
    lines = text.split("\n")
    if len(lines) > SHOWN_LINES:
        half = SHOWN_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} lines …", *lines[-half:]]
    return cell("\n".join(lines))
