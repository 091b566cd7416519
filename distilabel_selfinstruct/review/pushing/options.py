"""The options of a push. This module imports nothing heavy, so that the command can show its help fast."""

from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.arguments import check_fields
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.review.argilla.datasets import WORKSPACE


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What to push, and how.

    Attributes:
        workspace: the workspace. It is made if it does not exist and the user may make one.
        settings: what raters see and answer: `instances`, `comparison`, or a YAML file.
        min_submitted: how many answers complete a record. None for as many as there are raters in the workspace, but no
            fewer than in the settings; for the number in the settings if there are `raters`, each with a dataset; for
            the present number if the dataset exists.
        sample: how many instructions, with one instance each; None for all instances of all instructions.
        random_seed: fixes the sample and the assignment.
        raters: the raters to split the records between; empty for one dataset that everybody in the workspace rates.
        shared: if there are raters, how many records all of them rate.

    Raises:
        ConfigError: a value cannot work.
    """

    workspace: str = WORKSPACE
    settings: str = "instances"
    min_submitted: int | None = None
    sample: int | None = None
    random_seed: int = 42
    raters: Sequence[str] = ()
    shared: int = 0

    def __post_init__(self) -> None:
        check_fields(self)
        for name, value, least in (("min_submitted", self.min_submitted, 1), ("sample", self.sample, 1)):
            if value is not None and value < least:
                raise ConfigError(f"{name} is {value}: it must be {least} or more.")
        if isinstance(self.raters, str):
            raise ConfigError(f"raters is {self.raters!r}: give a list of names.")
        twice = sorted({rater for rater in self.raters if list(self.raters).count(rater) > 1})
        if twice:
            raise ConfigError(f"raters names {twice[0]!r} twice: name each rater once.")
        if self.shared < 0 or (self.shared and not self.raters):
            raise ConfigError(f"shared is {self.shared}: it must be 0 or more, and 0 if there are no raters.")
