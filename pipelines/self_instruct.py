"""Self-Instruct as the paper tells it, in four steps, and a fifth that writes the rows to `instances.jsonl`.

Runs without a key: the model is a recording.

To use a model of yours, put any distilabel LLM in its place, for example
`OpenAICompatibleLLM(model="…", base_url="http://localhost:8000/v1")` from `distilabel_selfinstruct.llms`.
"""

from distilabel.pipeline import Pipeline

from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
    RowsToJsonLines,
)

with Pipeline(name="self-instruct") as pipeline:
    # 2.2, instruction generation: 8 in-context tasks, 6 human-written and 2 generated; ROUGE-L below 0.7 to enter.
    instructions = InstructionGeneration(
        name="instruction_generation",
        llm=RecordedLLM(recording="demo"),
        num_instructions=150,
        num_prompt_instructions=8,
        num_prompt_generated=2,
        max_rouge_l=0.7,
        random_seed=42,
    )
    # 2.2, classification task identification: 12 yes and 19 no examples.
    task_types = ClassificationTaskIdentification(name="classification", llm=RecordedLLM(recording="demo"))
    # 2.2, instance generation: output-first for classification tasks, else input-first.
    raw_instances = InstanceGeneration(name="instance_generation", llm=RecordedLLM(recording="demo"))
    # 2.2, filtering: no invalid, repeated or contradictory instances, at most five for each instruction.
    instances = InstanceFiltering(name="instance_filtering", max_instances=5, random_seed=42)
    # The rows, as they come, in the folder in which this is started.
    rows = RowsToJsonLines(name="rows_to_json_lines", path="instances.jsonl")

    instructions >> task_types >> raw_instances >> instances >> rows

if __name__ == "__main__":
    # distilabel's own cache can lose rows after a crash; see distilabel_selfinstruct.host_fixes.
    distiset = pipeline.run(use_cache=False)
    print(distiset["default"]["train"].to_pandas().head(20).to_string(max_colwidth=40))
