"""Fine-tuning a model on instruction data with TRL, as the paper did with GPT-3 (section 2.3)."""

from distilabel_selfinstruct.finetuning.finetune import finetune
from distilabel_selfinstruct.finetuning.progress import TrainingProgress
from distilabel_selfinstruct.finetuning.result import FinetuneResult

__all__ = ["FinetuneResult", "TrainingProgress", "finetune"]
