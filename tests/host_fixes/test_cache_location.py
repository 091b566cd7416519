import sys

from tests import processes

SCRIPT = """
import sys
from distilabel.pipeline import Pipeline
from distilabel.pipeline.base import BasePipeline
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.steps import InstructionGeneration

built = []
host_signature = BasePipeline.signature.fget
BasePipeline.signature = property(lambda pipeline: built.append(1) or host_signature(pipeline))
for batch_size in (12, 1):
    with Pipeline(name="cache", cache_dir=sys.argv[1]) as pipeline:
        step = InstructionGeneration(llm=RecordedLLM(), num_instructions=12, batch_size=batch_size)
    built.clear()
    rows = pipeline.run(use_cache=False)["default"]["train"]
    print("made", len(rows), len(built))
before = pipeline._cache_location
step.num_instructions = 11
print("made", pipeline.run(use_cache=False)["default"]["train"].num_rows, pipeline._cache_location != before)
"""


def test_more_batches_need_no_more_signatures(tmp_path):
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = processes.run(command, capture_output=True, text=True, timeout=180, check=True)
    one, twelve, other = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("made ")]
    assert one == ["12", one[1]]
    assert twelve == one
    assert other == ["11", "True"]
