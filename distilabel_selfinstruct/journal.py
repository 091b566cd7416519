"""The record of a run: every completion and every rejection of a step, append-only, on disk before it is used.

Each step writes to a folder of its own, `STATE_DIR/STEP`, so that parallel steps never share a file.
"""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.jsonl import Appender
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request

COMPLETIONS = "completions.jsonl"
REJECTIONS = "rejections.jsonl"
RESULTS = "results.jsonl"
END = "end.jsonl"


class StepJournal:
    """What one step received, kept and dropped.

    Args:
        state_dir: the run's folder. Empty: nothing is written, rejections are counted all the same.
        step: the step's name, which names its folder.
    """

    def __init__(self, state_dir: str | os.PathLike[str], step: str) -> None:
        self._folder = Path(state_dir) / step if os.fspath(state_dir) else None
        self._appenders: dict[str, Appender] = {}
        self.rejections: Counter[Reason] = Counter()

    def record_completions(self, requests: Iterable[Request], completions: Iterable[Completion]) -> None:
        """Write completions with the requests that they answer: the format that a `RecordedLLM` replays."""
        self._append(
            COMPLETIONS,
            [completion_row(request, completion) for request, completion in zip(requests, completions, strict=True)],
        )

    def record_rejections(
        self, rejections: Iterable[Rejection], *, stage: str, request: int, instruction: str = ""
    ) -> None:
        """Write what was dropped, why, and where it came from."""
        rows = []
        for rejection in rejections:
            self.rejections[rejection.reason] += 1
            rows.append(
                {
                    "stage": stage,
                    "reason": rejection.reason.value,
                    "detail": rejection.detail,
                    "text": rejection.text,
                    "instruction": instruction,
                    "request": request,
                }
            )
        self._append(REJECTIONS, rows)

    def record_results(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write what was kept."""
        self._append(RESULTS, rows)

    def record_end(self, reason: str) -> None:
        """Write why the step is over, as a sentence."""
        self._append(END, [{"reason": reason}])

    @property
    def summary(self) -> str:
        """How much was dropped for which reason, in one line; empty when nothing was."""
        return ", ".join(f"{reason.value} {count}" for reason, count in self.rejections.most_common())

    def close(self) -> None:
        """Close the files."""
        for appender in self._appenders.values():
            appender.close()
        self._appenders.clear()

    def _append(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        if self._folder is None:
            return
        if name not in self._appenders:
            self._appenders[name] = Appender(self._folder / name)
        self._appenders[name].append(rows)


def completion_row(request: Request, completion: Completion) -> dict[str, Any]:
    """A completion as a line of a recording."""
    return {
        "stage": request.stage.value,
        "request": request.number,
        "instruction": request.instruction,
        "is_classification": request.is_classification,
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "input_tokens": completion.input_tokens,
        "output_tokens": completion.output_tokens,
        "model": completion.model,
        "error": completion.error,
    }
