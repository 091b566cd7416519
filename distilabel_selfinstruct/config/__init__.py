"""All that can be chosen about a run, declared once, and the files that it is read from."""

from distilabel_selfinstruct.config.description import described_run
from distilabel_selfinstruct.config.loading import load_config, read_yaml
from distilabel_selfinstruct.config.pricing import Price, Tokens
from distilabel_selfinstruct.config.run_config import ASKING_OPTIONS, RunConfig
from distilabel_selfinstruct.config.trust import refuse_foreign, warning_of

__all__ = [
    "ASKING_OPTIONS",
    "Price",
    "RunConfig",
    "Tokens",
    "described_run",
    "load_config",
    "read_yaml",
    "refuse_foreign",
    "warning_of",
]
