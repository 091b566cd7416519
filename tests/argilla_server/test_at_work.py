"""The server while several people use it, and the jobs that it does in the background."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import argilla as rg
import httpx
import pytest


def new_dataset(client, min_submitted=1):
    settings = rg.Settings(
        fields=[rg.TextField("text")],
        questions=[rg.LabelQuestion("tasty", labels=["yes", "no"])],
        distribution=rg.TaskDistribution(min_submitted=min_submitted),
    )
    name = f"work-{uuid.uuid4().hex[:8]}"
    return rg.Dataset(name=name, workspace="selfinstruct", client=client, settings=settings).create()


def records(count, prefix="r"):
    return [rg.Record(id=f"{prefix}{number}", fields={"text": f"text {number}"}) for number in range(count)]


def server_ids(dataset):
    return {record.id: str(record._server_id) for record in dataset.records()}


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


class Rater:
    def __init__(self, server, name):
        key = server.rater(name)[2]
        self.http = httpx.Client(base_url=server.url, headers={"X-Argilla-Api-Key": key}, timeout=60)

    def submit(self, server_id, value="yes"):
        item = {"record_id": server_id, "status": "submitted", "values": {"tasty": {"value": value}}}
        response = self.http.post("/api/v1/me/responses/bulk", json={"items": [item]})
        return response.status_code, response.json()["items"][0].get("error")

    def search(self, dataset):
        scope = {"entity": "response", "property": "status"}
        body = {"filters": {"and": [{"type": "terms", "scope": scope, "values": ["pending"]}]}}
        response = self.http.post(f"/api/v1/me/datasets/{dataset.id}/records/search?limit=10", json=body)
        return response.status_code


def test_three_raters_work_while_records_are_pushed(argilla_server):
    client = argilla_server.client()
    rated, pushed = new_dataset(client, min_submitted=3), new_dataset(client)
    rated.records.log(records(10))
    ids = list(server_ids(rated).values())
    faults = []

    def rate(name):
        rater = Rater(argilla_server, name)
        for id_ in ids:
            status, error = rater.submit(id_)
            if status != 200 or error or rater.search(rated) != 200:
                faults.append((name, status, error))
        rater.http.close()

    def push():
        for start in range(0, 600, 200):
            pushed.records.log(records(200, prefix=f"p{start}-"), batch_size=200)

    threads = [threading.Thread(target=rate, args=(name,)) for name in ("anna", "ben", "carl")]
    threads.append(threading.Thread(target=push))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    progress = rated.progress(with_users_distribution=True)
    assert (progress["completed"], progress["total"]) == (10, 10)
    assert {name: user["completed"]["submitted"] for name, user in progress["users"].items()} == {
        "anna": 10, "ben": 10, "carl": 10,
    }  # fmt: skip
    assert pushed.progress()["total"] == 600


def test_an_answer_is_refused_for_a_rater_of_no_account(argilla_server):
    response = httpx.get(f"{argilla_server.url}/api/v1/me", headers={"X-Argilla-Api-Key": "guessed"}, timeout=60)
    assert response.status_code == 401


def test_a_changed_number_of_raters_per_record_counts_what_is_there(argilla_server):
    client = argilla_server.client()
    dataset = new_dataset(client, min_submitted=2)
    dataset.records.log(records(3))
    rater = Rater(argilla_server, "anna")
    for id_ in server_ids(dataset).values():
        rater.submit(id_)
    rater.http.close()
    assert dataset.progress()["completed"] == 0
    dataset.settings.distribution = rg.TaskDistribution(min_submitted=1)
    dataset.update()
    assert until(lambda: dataset.progress()["completed"] == 3)


@pytest.fixture
def listener():
    """An address that takes webhooks, and what came there."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", came
    server.shutdown()
    server.server_close()
    thread.join()


def test_webhooks_are_told_of_records_and_responses(argilla_server, listener):
    client = argilla_server.client()
    url, came = listener
    webhook = rg.Webhook(url=url, events=["record.created", "record.completed", "response.created"], _client=client)
    webhook.create()
    try:
        dataset = new_dataset(client)
        dataset.records.log(records(1))
        rater = Rater(argilla_server, "ben")
        rater.submit(server_ids(dataset)["r0"])
        rater.http.close()
        assert until(lambda: {"record.completed", "response.created"} <= {event["type"] for event in came})
        assert "record.created" in {event["type"] for event in came}
    finally:
        webhook.delete()


def test_pushing_the_same_records_again_keeps_their_responses(argilla_server):
    client = argilla_server.client()
    dataset = new_dataset(client)
    dataset.records.log(records(4))
    rater = Rater(argilla_server, "anna")
    rater.submit(server_ids(dataset)["r2"], "no")
    rater.http.close()
    dataset.records.log(records(4))
    values = [record.responses["tasty"][0].value for record in dataset.records() if record.responses["tasty"]]
    assert values == ["no"]
    assert dataset.progress()["total"] == 4
