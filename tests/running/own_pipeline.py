"""A pipeline of a user's own, of the components of this package with a `state_dir`.

python own_pipeline.py FOLDER BASE_URL
"""

import sys
import time
from pathlib import Path
from typing import Any

from distilabel.pipeline import Pipeline, base

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceGeneration,
    InstructionGeneration,
)


def main() -> None:
    # The host looks every 2.5 s whether the steps are loaded; the tests need not wait so long.
    real_sleep = time.sleep
    base.time.sleep = lambda seconds: real_sleep(min(seconds, 0.2))  # type: ignore[attr-defined]
    folder, url = Path(sys.argv[1]), sys.argv[2]
    asking: dict[str, Any] = {"state_dir": str(folder / "state"), "prompt_form": "chat", "max_in_flight": 3}

    def llm() -> OpenAICompatibleLLM:
        return OpenAICompatibleLLM(model="small", base_url=url)

    with Pipeline(name="own", cache_dir=folder / "cache") as pipeline:
        (
            InstructionGeneration(name="instructions", llm=llm(), num_instructions=12, batch_size=4, **asking)
            >> ClassificationTaskIdentification(name="types", llm=llm(), input_batch_size=4, **asking)
            >> InstanceGeneration(name="instances", llm=llm(), input_batch_size=4, **asking)
        )
    distiset = pipeline.run(use_cache=False)
    print("ROWS", len(distiset["default"]["train"]), flush=True)


if __name__ == "__main__":
    main()
