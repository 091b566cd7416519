"""Records to and from a real Argilla per second, beside the plain loop of its SDK, all in one run.

    python tests/benchmarks/review.py [--records 10000] [--rounds 3]

The embedded server is started in a new home. Each round pushes the same rows to new datasets, ours and the SDK's in
turn, pushes ours again, lets two raters answer a tenth of the records, and pulls both ways. The rows are made up, as
long as the paper's on average (Table 1: 16, 13 and 19 words). Times are wall time; medians over rounds.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

os.environ.setdefault("TQDM_DISABLE", "1")  # the SDK's own progress bar
sys.path.insert(0, str(Path(__file__).parents[2]))
from distilabel_selfinstruct.argilla_server import start
from distilabel_selfinstruct.ratings.answers import record_id
from distilabel_selfinstruct.records import Row
from distilabel_selfinstruct.review.argilla.connection import connect
from distilabel_selfinstruct.review.argilla.responses import Target
from distilabel_selfinstruct.review.argilla.settings import load_settings
from distilabel_selfinstruct.review.pulling.gather import gather
from distilabel_selfinstruct.review.pushing.rows import push_rows

WORKSPACE = "selfinstruct"
RATERS = ("anna", "ben")
ANSWERS = {"valid_task": "yes", "input_appropriate": "yes", "output_correct": "no", "overall": "C"}
ANSWERS_PER_REQUEST = 100


def make_rows(count: int) -> list[Row]:
    random = Random(0)
    words = [f"word{number}" for number in range(3000)]

    def text(mean: int) -> str:
        return " ".join(random.choices(words, k=max(1, round(random.expovariate(1 / mean)))))

    return [
        {
            "instruction": f"{number} {text(16)}",
            "input": text(13) if number % 2 else "",
            "output": text(19),
            "is_classification": number % 4 == 0,
            "nearest_rouge_l": random.random() * 0.7,
            "model_name": "benchmark",
        }
        for number in range(count)
    ]


def sdk_push(rows: list[Row], client: Any, name: str) -> None:
    """What the manual of the SDK shows: a dataset, records, `log`."""
    import argilla as rg

    settings = load_settings(client=client)
    dataset = rg.Dataset(name=name, workspace=WORKSPACE, settings=settings, client=client).create()
    dataset.records.log(
        [
            rg.Record(
                id=record_id(row["instruction"], row["input"], row["output"]),
                fields={column: row[column] for column in ("instruction", "input", "output")},
                metadata={
                    "is_classification": "yes" if row["is_classification"] else "no",
                    "instruction_words": len(row["instruction"].split()),
                    "input_words": len(row["input"].split()),
                    "output_words": len(row["output"].split()),
                    "nearest_rouge_l": row["nearest_rouge_l"],
                    "model": row["model_name"],
                },
            )
            for row in rows
        ]
    )


def sdk_pull(client: Any, name: str) -> int:
    """What the manual of the SDK shows: a loop over the records and their responses."""
    dataset = client.datasets(name, workspace=WORKSPACE)
    users = {user.id: user.username for user in client.users}
    answers = [
        (record.id, users[response.user_id], response.question_name, response.value)
        for record in dataset.records(with_responses=True)
        for response in record.responses
    ]
    return len(answers)


def our_pull(rows: list[Row], client: Any, name: str) -> int:
    return len(gather(client, rows, [Target(name, WORKSPACE)]).merged.ratings)


def let_people_answer(server: Any, client: Any, name: str, count: int) -> None:
    """Two raters answer the first records."""
    import httpx

    dataset = client.datasets(name, workspace=WORKSPACE)
    page = client.http_client.get(f"/api/v1/datasets/{dataset.id}/records", params={"limit": min(count, 1000)}).json()
    ids = [record["id"] for record in page["items"]]
    keys = {user["username"]: user["api_key"] for user in client.http_client.get("/api/v1/users").json()["items"]}
    values = {question: {"value": value} for question, value in ANSWERS.items()}
    for rater in RATERS:
        for start_at in range(0, len(ids), ANSWERS_PER_REQUEST):
            items = [
                {"record_id": record, "status": "submitted", "values": values}
                for record in ids[start_at : start_at + ANSWERS_PER_REQUEST]
            ]
            httpx.post(
                f"{server.url}/api/v1/me/responses/bulk",
                json={"items": items}, headers={"X-Argilla-Api-Key": keys[rater]}, timeout=120,
            ).raise_for_status()  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = make_rows(arguments.records)
    times: defaultdict[str, list[float]] = defaultdict(list)

    def timed(what: str, action: Callable[[], Any]) -> Any:
        before = time.perf_counter()
        result = action()
        times[what].append(time.perf_counter() - before)
        print(f"{what:12} {len(rows) / times[what][-1]:8,.0f} records/s", flush=True)
        return result

    with tempfile.TemporaryDirectory() as folder:
        before = time.perf_counter()
        with start(Path(folder) / "home", port=0, raters=RATERS, on_progress=lambda _: None) as server:
            print(f"The server answers after {time.perf_counter() - before:.1f} s.")
            client = connect(server.url, server.api_key)
            for number in range(arguments.rounds):
                ours, theirs = f"ours-{number}", f"sdk-{number}"
                pushes = [
                    ("push", lambda ours=ours: push_rows(rows, client, ours)),
                    ("SDK log", lambda theirs=theirs: sdk_push(rows, client, theirs)),
                ]
                for what, action in pushes if number % 2 else reversed(pushes):
                    timed(what, action)
                again = timed("push again", lambda ours=ours: push_rows(rows, client, ours))
                assert (again.created, again.held) == (0, len(rows))
                for name in (ours, theirs):
                    let_people_answer(server, client, name, len(rows) // 10)
                pulled = timed("pull", lambda ours=ours: our_pull(rows, client, ours))
                assert pulled == timed("SDK loop", lambda theirs=theirs: sdk_pull(client, theirs))
            client.http_client.close()
    print(f"\n{len(rows):,} records, {arguments.rounds} rounds, medians:")
    for what, seconds in times.items():
        middle = statistics.median(seconds)
        spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
        print(f"{what:12} {len(rows) / middle:8,.0f} records/s  {middle:6.1f} s ({spread})")


if __name__ == "__main__":
    main()
