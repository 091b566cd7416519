"""Kills a run again and again, at random moments, and checks that nothing was lost or paid twice.

    python tests/torture.py [--kills 50] [--seed 0]

Real HTTP between the real client and a server on this machine whose answers depend on the prompts alone. Each attempt
is killed with `kill -9` after a random time; then the same command goes on. At the end the outputs must equal, byte for
byte, those of a run that was never disturbed.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply
from tests.running.cli_runs import Model, Run, answer, asked_again, finished, identity_of, outputs, recorded, work

WHILE_STARTING = 0.1
"""Share of the kills that come at any time from the start; the others come up to 2 s after the first new request."""

OPTIONS = ("-n", 1300, "--sampling-lag", 12, "--batch-size", 20, "--max-in-flight", 4)


def slow_answer(asked: Asked) -> Reply:
    """So that the work lasts for many attempts."""
    reply = answer(asked)
    return replace(reply, seconds=10 * reply.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        undisturbed, folder = Path(name) / "undisturbed", Path(name) / "run"
        with LocalOpenAIServer(Model(answer)) as server:
            finished(undisturbed, server, *OPTIONS)
            needed = len(work(server.asked))
        with LocalOpenAIServer(Model(slow_answer)) as server:
            twice = kills = 0
            while kills < arguments.kills and recorded(folder).total() < needed:
                known, before = recorded(folder), len(server.asked)
                attempt = Run(folder, server, *OPTIONS)
                if rng.random() < WHILE_STARTING:
                    time.sleep(rng.uniform(0.5, 4))
                else:
                    while (
                        len(work(server.asked)) == len(work(server.asked[:before])) and attempt.process.poll() is None
                    ):
                        time.sleep(0.05)
                    time.sleep(rng.uniform(0, 2))
                attempt.kill()
                kills += 1
                twice += len(asked_again(server.asked[before:], known))
                print(f"kill {kills}: {recorded(folder).total()} of {needed} completions recorded", flush=True)
            known, before = recorded(folder), len(server.asked)
            finished(folder, server, *OPTIONS)
            twice += len(asked_again(server.asked[before:], known))
            asked = Counter(identity_of(one) for one in work(server.asked))
        lost = {name for name, content in outputs(undisturbed).items() if outputs(folder).get(name) != content}
        print(f"{kills} kills; {needed} requests needed, {asked.total()} sent: {asked.total() - needed} of them")
        print("were in flight when the run was killed, and sent again.")
        print(f"Asked again though recorded: {twice}. Outputs that differ from the undisturbed run's: {sorted(lost)}")
        if kills < arguments.kills:
            print(f"The work was done after {kills} kills: raise the number of instructions for more.")
        sys.exit(bool(twice or lost))


if __name__ == "__main__":
    main()
