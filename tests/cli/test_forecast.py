"""What `--dry-run` shows."""

from io import StringIO

from rich.console import Console

from distilabel_selfinstruct.cli.forecast import forecast_view
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.records import MODEL_STAGES
from distilabel_selfinstruct.running.plan import plan_run


def test_stages_and_models_are_named_whole_on_a_narrow_screen() -> None:
    console = Console(width=80, file=StringIO())
    console.print(forecast_view(plan_run(RunConfig(llm="openai:a-model-with-a-long-name"), dry=True)))
    table = console.file.getvalue().partition("Cost:")[0]  # type: ignore[attr-defined]
    assert "…" not in table
    assert [stage.value for stage in MODEL_STAGES if stage.value not in table] == []
