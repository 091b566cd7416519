"""A whole review with two simulated raters: `make demo-review`.

    python pipelines/review_demo.py [FOLDER]

The demo generates a dataset from the packaged recording, starts an Argilla server, and pushes a sample. Two simulated
raters answer over the server's HTTP API, as its page does. Then the demo pulls their ratings and decides on each row.
"""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from distilabel_selfinstruct.argilla_server import RunningServer, start
from distilabel_selfinstruct.errors import SelfInstructError
from distilabel_selfinstruct.ratings.answers import INPUT_APPROPRIATE, NO, OUTPUT_CORRECT, OVERALL, VALID_TASK, YES

RATERS = ("anna", "ben")
SAMPLE = 60
SHARE_CORRECT = 0.75
SHARE_OF_SLIPS = 0.1


def selfinstruct(*arguments: object) -> None:
    """Show a command and run it."""
    words = [str(argument) for argument in arguments]
    print(f"\n$ selfinstruct {' '.join(words)}\n", flush=True)
    subprocess.run([sys.executable, "-m", "distilabel_selfinstruct", *words], check=True)  # noqa: S603 - our own


def simulated_answers(record: str, rater: str) -> dict[str, Any]:
    """The answers of a simulated rater. Raters do not read the texts; they only agree most of the time."""
    correct = random.Random(record).random() < SHARE_CORRECT
    if random.Random(f"{record} {rater}").random() < SHARE_OF_SLIPS:
        correct = not correct
    overall = random.Random(f"{record} overall").choice("AAB" if correct else "CCD")
    answers = {VALID_TASK: YES, INPUT_APPROPRIATE: YES, OUTPUT_CORRECT: YES if correct else NO, OVERALL: overall}
    return {question: {"value": value} for question, value in answers.items()}


def rate(server: RunningServer, dataset: str, rater: str) -> int:
    """Rate every record of a dataset as this rater. Returns the number of records."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as http:
        token = http.post("/token", data={"username": rater, "password": server.passwords[rater]})
        http.headers["Authorization"] = f"Bearer {token.raise_for_status().json()['access_token']}"
        datasets = http.get("/me/datasets").raise_for_status().json()["items"]
        dataset_id = next(item["id"] for item in datasets if item["name"] == dataset)
        page = http.post(f"/me/datasets/{dataset_id}/records/search", params={"limit": 1000}, json={})
        records = [item["record"] for item in page.raise_for_status().json()["items"]]
        answers = [
            {
                "record_id": record["id"],
                "status": "submitted",
                "values": simulated_answers(record["external_id"], rater),
            }
            for record in records
        ]
        http.post("/me/responses/bulk", json={"items": answers}).raise_for_status()
        return len(records)


def main(folder: Path) -> None:
    """Run all steps, in the order in which a user would run them."""
    run, home = folder / "run", folder / "argilla"
    selfinstruct("run", "--num-instructions", 100, "--output", run)
    with start(home, port=0, raters=RATERS) as server:
        print(f"\nArgilla runs at {server.url}.")
        dataset = "review-demo"
        selfinstruct(
            "review", "push", run, "--sample", SAMPLE, "--min-submitted", 2, "--dataset", dataset, "--home", home
        )
        for rater in RATERS:
            print(f"{rater} (simulated) rates {rate(server, dataset, rater)} records.")
        selfinstruct("review", "pull", run, "--min-raters", 2, "--home", home)
        selfinstruct("review", "status", run, "--home", home)
    print("\nThe ratings were simulated: nobody has looked at this data. To rate it yourself, as anna or ben:")
    print(f"    selfinstruct review serve --home {home}     # passwords: {home / 'credentials.json'}")
    print("Real ratings can guide the next run:")
    print(f"    selfinstruct run --human-feedback {run} --output {folder / 'next'} --llm PROVIDER:MODEL")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/demo-review"))
    except SelfInstructError as error:
        sys.exit(f"review_demo: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
