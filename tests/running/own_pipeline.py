"""A pipeline of a user's own, of the components of this package with a `state_dir`.

python own_pipeline.py FOLDER BASE_URL
"""

import sys
from pathlib import Path
from typing import Any

from distilabel.pipeline import Pipeline

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceGeneration,
    InstructionGeneration,
)


def main() -> None:
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
