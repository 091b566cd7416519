"""A run from configuration to finished output folder."""

from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.progress import Progress, ProgressReader
from distilabel_selfinstruct.running.runner import RunResult, run

__all__ = ["Progress", "ProgressReader", "RunFolder", "RunResult", "run"]
