"""`distilabel pipeline run` says in one sentence what its user can put right.

The host's command (`cli/pipeline/app.py:95`) catches what is wrong with the file of a pipeline, but not what `run`
raises: a wrong option or a missing file ends in a traceback of two screens, with the values of local variables.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.host_fixes.failures import PipelineFailedError
from distilabel_selfinstruct.host_fixes.host_fix import HostFix, wrap

FIXES = (
    HostFix(
        "refusals of the command",
        "cli/pipeline/app.py:95",
        "`distilabel pipeline run` ends in a traceback for a wrong option or a missing file",
        "tests/pipelines/test_pipelines.py::test_the_command_of_the_host_refuses_in_one_sentence",
    ),
)

_COMMAND = "distilabel.cli.pipeline.app"


def apply() -> None:
    """Wrap the host's methods; called once."""
    from distilabel.pipeline.local import Pipeline
    from distilabel.pipeline.ray import RayPipeline

    for kind in (Pipeline, RayPipeline):
        wrap(kind, "run", run)


def run(host_run: Callable[..., Any], pipeline: Any, *args: Any, **kwargs: Any) -> Any:
    """As the host does. Where its command called this, end the process with a sentence and the status 1 on a refusal.

    Raises:
        SystemExit: the command cannot do what it was asked.
    """
    from distilabel.errors import DistilabelUserError
    from pydantic import ValidationError

    try:
        return host_run(pipeline, *args, **kwargs)
    except (SelfInstructError, DistilabelUserError, ValidationError) as error:
        if not _is_called_by_command():
            raise
        sys.exit(f"distilabel: {_sentence_of(error)}")


def _is_called_by_command() -> bool:
    frame = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__") != _COMMAND:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


def _sentence_of(error: Exception) -> str:
    if isinstance(error, PipelineFailedError):
        return error.sentence
    if isinstance(error, SelfInstructError):
        return str(error)
    return " ".join(str(error).split())
