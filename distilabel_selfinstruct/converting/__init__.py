"""Datasets that the paper compares with (section 4.3), as rows to train on: a sample that covers every task."""

from distilabel_selfinstruct.converting.convert import Converted, convert

__all__ = ["Converted", "convert"]
