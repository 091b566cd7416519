"""Whether a language pack works: its files, its words, and above all that what it writes is read back exactly."""

from distilabel_selfinstruct.language_checks.check import check_pack
from distilabel_selfinstruct.language_checks.finding import PackFinding

__all__ = ["PackFinding", "check_pack"]
