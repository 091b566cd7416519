"""Outputs that a stronger model rewrites (paper, section 4.5)."""

from distilabel_selfinstruct.running.regenerating.regeneration import Regenerated, regenerate

__all__ = ["Regenerated", "regenerate"]
