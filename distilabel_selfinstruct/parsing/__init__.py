"""From what a model answered to typed results. Total: no text makes these functions raise."""

from distilabel_selfinstruct.parsing.classification import Classification, parse_classification
from distilabel_selfinstruct.parsing.instances import parse_instances
from distilabel_selfinstruct.parsing.instructions import parse_instructions

__all__ = ["Classification", "parse_classification", "parse_instances", "parse_instructions"]
