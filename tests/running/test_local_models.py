"""Whole runs with a real model on this machine: SmolLM2 by llama.cpp's server."""

import json
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from distilabel_selfinstruct import records
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, LocalServerLLM, OpenAICompatibleLLM, make_llm
from distilabel_selfinstruct.llms.local.child import ChildServer
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import Decoding, PromptSet, load_prompts
from tests.local_models import Place, place_in, servers_of

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return place_in(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def whole(place: Place) -> Place:
    """A run in completion form, called so."""
    done = place.run("completion", "--prompt-form", "completion")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[ChildServer]:
    """The same model in a server of its own, under a path of its own: servers are told apart by that."""
    llm = make_llm(f"gguf:{place.moved('served')}", prompt_form="completion")
    assert isinstance(llm, LocalServerLLM)
    server = llm.new_server(llm.settings())
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_run_in_completion_form_gets_answers_in_every_stage(whole: Place) -> None:
    whole.has_answers_in_every_stage("completion")


def test_the_model_is_loaded_once_for_all_stages(whole: Place) -> None:
    (log,) = (whole.folder / "completion" / "state" / "servers").iterdir()
    assert log.name == "SmolLM2.log"
    assert log.read_text().count("load_model: loading model") == 1


def test_a_recording_of_the_run_gives_the_same_rows(whole: Place) -> None:
    done = whole.run("replayed", "--prompt-form", "completion", llm=f"recorded:{whole.folder / 'completion'}")
    assert done.returncode in (0, 3), done.stderr
    assert whole.rows("replayed") == whole.rows("completion")


def prompt_of(row: dict[str, Any], prompts: PromptSet) -> Any:
    """The prompt of a recorded answer. Only the first stage keeps it: others follow from the instruction."""
    stage, instruction = records.Stage(row["stage"]), row["instruction"]
    if stage is records.Stage.INSTRUCTION_GENERATION:
        return row["prompt"]
    if stage is records.Stage.CLASSIFICATION:
        return prompts.classification(instruction, form="completion")
    return prompts.instances(instruction, is_classification=row["is_classification"], form="completion")


def test_the_same_server_asked_as_any_other_gives_the_same_answers(
    whole: Place, server: ChildServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", server.address.key)
    llm = make_llm("openai:SmolLM2", base_url=server.address.url, prompt_form="completion")
    assert isinstance(llm, OpenAICompatibleLLM)
    rows = whole.answers("completion")[::-1]  # in another order, so with other prompts in the cache
    prompts = load_prompts(whole.folder / "prompts")
    requests = [
        records.Request(records.Stage(row["stage"]), number, prompt_of(row, prompts), row["instruction"])
        for number, row in enumerate(rows)
    ]
    decodings = [Decoding(**{**row["decoding"], "stop": tuple(row["decoding"]["stop"])}) for row in rows]
    llm.load()
    client = CompletionClient(
        llm,
        lambda request: decodings[request.number],
        journal=StepJournal("", ""),
        warn=pytest.fail,
        pace=Pace(max_in_flight=1),
    )
    answers = client.ask(requests)
    client.close()
    assert [(one.text, one.finish_reason) for one in answers] == [(row["text"], row["finish_reason"]) for row in rows]


def test_the_key_is_on_no_command_line(place: Place, server: ChildServer) -> None:
    lines = " ".join(servers_of(place.folder / "served").values())
    assert "llama_cpp.py" in lines
    assert server.address.key not in lines
    assert server.address.key not in repr(server.address)


def test_another_key_is_refused(server: ChildServer) -> None:
    asked = Request(f"{server.address.url}/models", headers={"Authorization": "Bearer another"})
    with pytest.raises(HTTPError) as refused, build_opener(ProxyHandler({})).open(asked, timeout=60):
        pass
    refused.value.close()
    assert refused.value.code == 401


def answer_of(server: ChildServer, prompt: str, **fields: object) -> tuple[list[float], int]:
    """The probabilities of the tokens of an answer, and how many tokens of the prompt came from the cache."""
    body = {"prompt": prompt, "max_tokens": 4, "temperature": 0, "logprobs": 1, **fields}
    headers = {"Authorization": f"Bearer {server.address.key}", "Content-Type": "application/json"}
    asked = Request(f"{server.address.url}/completions", json.dumps(body).encode(), headers)
    with build_opener(ProxyHandler({})).open(asked, timeout=60) as response:
        answer = json.load(response)
    tokens = answer["choices"][0]["logprobs"]["content"]
    return [token["logprob"] for token in tokens], answer["usage"]["prompt_tokens_details"]["cached_tokens"]


def test_an_answer_does_not_depend_on_what_is_in_the_cache(server: ChildServer) -> None:
    shared = " ".join(f"Town {number} lies at a river." for number in range(12))
    prompt, other = f"{shared} Name the longest river of all.", f"{shared} Say where the rivers end, and why."
    alone, _ = answer_of(server, prompt, cache_prompt=False)
    answer_of(server, other)
    after, cached = answer_of(server, prompt)
    assert cached > 50
    assert after == alone


def test_a_run_is_not_resumed_with_another_file(whole: Place) -> None:
    other = whole.moved("other")
    content = whole.model.read_bytes() + b"\0"
    other.unlink()
    other.write_bytes(content)
    done = whole.run("completion", "--prompt-form", "completion", llm=f"gguf:{other}")
    assert "the file of gguf:SmolLM2.gguf changed" in done.stderr
