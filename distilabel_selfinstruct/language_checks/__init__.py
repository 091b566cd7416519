"""Whether a language pack works: its files, its words, and above all that what it writes is read back exactly."""

from distilabel_selfinstruct.language_checks.check import check_pack
from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.language_checks.trial import NUM_REQUESTS, StageTrial, try_pack

__all__ = ["NUM_REQUESTS", "PackFinding", "StageTrial", "check_pack", "try_pack"]
