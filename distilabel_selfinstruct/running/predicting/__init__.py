"""Answers of a model to tasks, to be scored (paper, sections 4.3 and 4.4)."""

from distilabel_selfinstruct.running.predicting.prediction import Predictions, predict

__all__ = ["Predictions", "predict"]
