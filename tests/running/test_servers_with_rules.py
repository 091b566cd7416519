"""Whole runs of the real command against servers of today: nothing is lost, and the run says what it did."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from distilabel_selfinstruct.hub import Contents, build, find_license, run_source
from distilabel_selfinstruct.records import Stage
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply, refused, text
from tests.running.cli_runs import OPTIONS, Model, description, finished, journals, outputs, run

ANSWERS = Model()


def in_old_terms(asked: Asked) -> Asked:
    """A request to a server that has its own name for the limit, as `cli_runs` knows requests."""
    limit = asked.body["max_completion_tokens"]
    return replace(asked, body={**asked.body, "max_tokens": limit - 4096 if limit > 4096 else limit})


def gpt_5(asked: Asked) -> Reply:
    """Refuses what GPT-5 refuses, and answers after hidden thoughts unless effort is `minimal`."""
    for name in ("max_tokens", "temperature", "top_p", "presence_penalty", "stop", "reasoning"):
        if name in asked.body:
            return refused(f"Unsupported parameter: '{name}' is not supported with this model.", name)
    if asked.body.get("reasoning_effort", "minimal") != "minimal":
        return refused("Unsupported value: 'reasoning_effort' does not support it.", "reasoning_effort")
    reply = ANSWERS(in_old_terms(asked))
    if "reasoning_effort" in asked.body:
        return reply
    return replace(reply, choices=(("", "length"),), usage=(7, 400), counts=counts(7, 400, thoughts=400))


def vllm(asked: Asked) -> Reply:
    """Shows its thoughts, which nothing switches off."""
    limit = asked.body["max_tokens"]
    thoughts = {"reasoning": "The user wants more tasks. 9. Paint a fence. Input: none"}
    reply = ANSWERS(replace(asked, body={**asked.body, "max_tokens": limit - 4096 if limit > 4096 else limit}))
    if limit > 4096 or limit == 1:
        return replace(reply, message=thoughts, usage=(7, 403), counts=counts(7, 403, thoughts=400))
    return replace(
        reply, choices=((None, "length"),), message=thoughts, usage=(7, limit), counts=counts(7, limit, limit)
    )


def counts(prompt: int, completion: int, thoughts: int) -> dict[str, object]:
    details = {"reasoning_tokens": thoughts}
    return {"prompt_tokens": prompt, "completion_tokens": completion, "completion_tokens_details": details}


def thinking_in_the_text(asked: Asked) -> Reply:
    """Has its thoughts before the answer, in the text itself, where it does not say what they are."""
    reply = ANSWERS(asked)
    ((content, finish_reason),) = reply.choices
    return replace(reply, choices=((f"<think>\nI could list 9. Paint a fence.\n</think>\n\n{content}", finish_reason),))


GPT_5, VLLM = (gpt_5, (7, 400)), (vllm, (7, 403))
"""Servers with rules, and the tokens that they serve to a first look at them."""


@dataclass(frozen=True)
class Ran:
    """A run on a server: its folder, and the tokens that the server served after the first look at it."""

    folder: Path
    said: str
    tokens_served: tuple[int, ...]


@pytest.fixture(scope="module", params=[GPT_5, VLLM], ids=["GPT-5", "vLLM"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    answer, probed = request.param
    folder = tmp_path_factory.mktemp("rules") / "run"
    with LocalOpenAIServer(answer) as server:
        said = finished(folder, server, *OPTIONS).said
    return Ran(folder, said, tuple(served - probe for served, probe in zip(server.tokens_served, probed, strict=True)))


def test_a_run_makes_what_it_makes_on_a_server_without_rules(undisturbed: Path, ran: Ran) -> None:
    assert outputs(ran.folder) == outputs(undisturbed)


def test_every_token_that_was_served_is_reported(ran: Ran) -> None:
    rows = journals(ran.folder)
    assert tuple(sum(row[name] for row in rows) for name in ("input_tokens", "output_tokens")) == ran.tokens_served


@pytest.mark.parametrize("ran", [GPT_5], ids=["GPT-5"], indirect=True)
def test_the_rules_of_a_server_are_in_the_description_of_the_run_and_in_its_card(ran: Ran, tmp_path: Path) -> None:
    notes = description(ran.folder)["notes"]
    assert {note["stage"] for note in notes} == {stage.value for stage in Stage if stage.asks_a_model}
    for stage, refused_fields in (
        (Stage.INSTRUCTION_GENERATION, {"max_tokens", "temperature", "top_p", "presence_penalty", "stop", "thinking"}),
        (Stage.CLASSIFICATION, {"max_tokens", "temperature", "top_p", "thinking"}),
        (Stage.INSTANCE_GENERATION, {"max_tokens", "temperature", "top_p", "presence_penalty", "stop", "thinking"}),
    ):
        assert {note["subject"] for note in notes if note["stage"] == stage.value} == refused_fields
    contents = Contents("acme/tasks", find_license("cc-by-4.0"), unreviewed=True)
    build(run_source(ran.folder), contents, tmp_path / "card")
    card = (tmp_path / "card" / "README.md").read_text()
    assert "\n- Sampling differs from the paper's, or is asked for in another way:\n" in card
    plain = card.replace("\\", "")
    all_stages = "(instruction generation, classification, instance generation)."
    assert f"refuses temperature: its own value is in force {all_stages}" in plain
    assert f"by reasoning_effort minimal {all_stages}" in plain


@pytest.mark.parametrize("ran", [GPT_5], ids=["GPT-5"], indirect=True)
def test_each_parameter_that_is_refused_is_said_once_with_the_stages(ran: Ran) -> None:
    stages = "instruction_generation, classification, instance_generation"
    for name in ("temperature", "top_p", "presence_penalty"):
        assert ran.said.count(f"The server refuses {name}: its own value is in force.") == 1
    (line,) = [line for line in ran.said.splitlines() if "refuses temperature" in line]
    assert sorted(line.partition(":")[0].split(", ")) == sorted(stages.split(", "))


@pytest.mark.parametrize("ran", [GPT_5], ids=["GPT-5"], indirect=True)
def test_a_run_given_again_says_what_it_said(ran: Ran) -> None:
    before = description(ran.folder)["notes"]
    with LocalOpenAIServer(gpt_5) as server:
        finished(ran.folder, server, *OPTIONS)
    assert description(ran.folder)["notes"] == before


def test_thoughts_in_the_text_itself_change_nothing_in_the_dataset(undisturbed: Path, tmp_path: Path) -> None:
    with LocalOpenAIServer(thinking_in_the_text) as server:
        finished(tmp_path / "run", server, *OPTIONS, "--thinking-tokens", 0)
    assert outputs(tmp_path / "run") == outputs(undisturbed)
    assert {row["reasoning"] for row in journals(tmp_path / "run")} == {"I could list 9. Paint a fence."}


def test_a_run_whose_answers_are_all_thoughts_says_so_and_names_what_gives_them_room(tmp_path: Path) -> None:
    def thinks(asked: Asked) -> Reply:
        return replace(
            text(None, "length", (7, 400)),
            message={"reasoning": "Let me see."},
            counts=counts(7, 400, thoughts=400),
        )

    with LocalOpenAIServer(thinks) as server:
        done = run(tmp_path / "run", server, "-n", 8, "--patience", 3)
    assert done.status == 3, done
    last = next(line for line in done.said.splitlines() if line.startswith("Stopped: "))
    assert "answers of instruction_generation ended inside the model's thoughts" in last
    assert "--thinking-tokens" in last
    assert "--thinking off" in last
    assert "patience" not in last
