"""The stages of a run work at the same time."""

import hashlib
import random
import sys
from pathlib import Path

from tests import processes
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply, slow, text

SLOTS = 8
WORDS = [f"{first}{second}" for first in "bcdfglmnprst" for second in ("ala", "emo", "ibu", "onke", "urzi", "ydra")]


def answer(asked: Asked) -> Reply:
    """An answer to the prompt of any stage, after a time that depends on the prompt alone."""
    rng = random.Random(hashlib.sha256(asked.prompt.encode()).digest())
    reply = text(f"Example 1\nInput: {' '.join(rng.choices(WORDS, k=4))}\nOutput: {rng.random()}")
    if asked.prompt.endswith("9."):
        tasks = [" ".join(rng.choices(WORDS, k=9)).capitalize() for _ in range(6)]
        reply = text("\n".join(f"{number}. {task}." for number, task in enumerate(tasks, 9)).removeprefix("9."))
    elif asked.prompt.endswith("?"):
        reply = text(" No")
    return slow(reply, rng.choice([0.02, 0.03, 0.2]))


def test_the_stages_keep_the_model_busy_at_the_same_time(tmp_path: Path) -> None:
    with LocalOpenAIServer(answer) as server:
        arguments = (
            f"run --output {tmp_path / 'run'} --llm openai:m --base-url {server.url} --prompt-form completion "
            f"--num-instructions 120 --max-in-flight {SLOTS} --batch-size 10"
        )
        processes.run(
            [sys.executable, "-m", "distilabel_selfinstruct", *arguments.split()], check=True, timeout=120, cwd=tmp_path
        )
    assert len((tmp_path / "run" / "instances.jsonl").read_text().splitlines()) == 120
    # Each stage has at most `SLOTS` requests in flight.
    assert server.most_at_a_time > SLOTS
