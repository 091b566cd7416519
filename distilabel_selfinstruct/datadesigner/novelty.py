"""The novelty rule of Self-Instruct as a processor of Data Designer."""

import logging
from typing import Any

from data_designer.engine.processing.processors.base import Processor

from distilabel_selfinstruct.datadesigner.configs import RougeLNoveltyProcessorConfig
from distilabel_selfinstruct.similarity import Neighbor, NoveltyIndex, TokenizerChoice

logger = logging.getLogger(__name__)


class RougeLNoveltyProcessor(Processor[RougeLNoveltyProcessorConfig]):
    """Drops rows whose text is too similar to that of a row before, by exact ROUGE-L. Rows without a text stay."""

    def process_after_generation(self, data: Any) -> Any:
        """The rows of the whole dataset, a pandas `DataFrame`, that are new, in their order.

        Raises:
            ConfigError: the tokenizer needs a package that is not installed.
        """
        texts = data[self.config.column].tolist()
        choice = TokenizerChoice(self.config.tokenizer)
        for text in texts:
            if isinstance(text, str):
                choice.see(text)
        index = NoveltyIndex(self.config.max_rouge_l, choice.tokenizer)
        admitted, nearest = [], []
        for text in texts:
            result = index.admit(text, with_nearest=True) if isinstance(text, str) else None
            admitted.append(result is None or result.admitted)
            nearest.append((result.nearest if result else None) or Neighbor("", 0.0))
        judged = data.assign(
            **{
                "nearest_rouge_l": [one.rouge_l for one in nearest],
                f"nearest_{self.config.column}": [one.text for one in nearest],
            }
        )
        dropped = judged[[not one for one in admitted]].reset_index(drop=True)
        logger.info(f"{self.config.name}: {len(dropped):,} of {len(judged):,} rows are dropped as near-duplicates.")
        if self.base_dataset_path.is_dir():  # a preview keeps nothing on disk
            folder = self.artifact_storage.mkdir_if_needed(self.artifact_storage.processors_outputs_path)
            dropped.to_parquet(folder / f"{self.config.name}.parquet", index=False)
        return judged[admitted].reset_index(drop=True)
