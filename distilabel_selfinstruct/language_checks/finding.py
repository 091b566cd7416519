"""What a check finds."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class PackFinding:
    """What is wrong with a pack: an error, or a warning that leaves it usable."""

    severity: Severity
    location: str
    fault: str
    remedy: str
