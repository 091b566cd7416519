"""A run with a real model on this machine whose server dies, and which is killed: SmolLM2 by llama.cpp's server."""

import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import pytest

from tests.local_models import SECONDS, Place, kill_servers_of, place_in, servers_of, wait_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return place_in(tmp_path_factory.mktemp("local"))


@dataclass(frozen=True)
class Disturbed:
    """What was seen of a run in chat form: its server was killed twice; the resumed run was killed, and resumed again.

    Attributes:
        screen: what the first attempt said.
        status: how it ended.
        reason: why, by the description of the run.
        keys: the keys of the servers.
        answers: how many answers there were after each attempt.
        orphans: the servers that outlived the killed run.
        last: the screen of the last attempt, which had the file in another folder.
    """

    screen: str
    status: int
    reason: str
    keys: list[str]
    answers: list[int]
    orphans: dict[int, str]
    last: str


@pytest.fixture(scope="module")
def disturbed(place: Place) -> Disturbed:
    # In chat form the model repeats the instructions that it is shown; the file says that prompts take this form.
    options = ("--prompt-form", "instructions=completion")
    state = place.folder / "disturbed" / "state"
    log = state / "servers" / "SmolLM2.log"

    def answers() -> int:
        return len(place.answers("disturbed")) if state.exists() else 0

    first = place.start("disturbed", *options)
    wait_for(answers)
    keys = [place.key_of_the_server()]
    kill_servers_of(place.model)
    wait_for(lambda: log.read_text().count("listening at") == 2)
    before = answers()
    wait_for(lambda: answers() > before)
    kill_servers_of(place.model)
    screen = first.communicate(timeout=SECONDS)[0]
    reason = place.description("disturbed")["stop_reason"]
    counted = [answers()]

    second = place.start("disturbed", *options)
    wait_for(lambda: answers() > counted[0])
    keys.append(place.key_of_the_server())
    second.kill()
    second.communicate()
    with suppress(AssertionError):
        wait_for(lambda: not servers_of(place.model), 10)
    orphans = servers_of(place.model)
    counted.append(answers())

    last = place.run("disturbed", *options, llm=f"gguf:{place.moved('moved')}")
    assert last.returncode in (0, 3), last.stderr
    counted.append(answers())
    return Disturbed(screen, first.returncode, reason, keys, counted, orphans, last.stdout)


def test_a_server_that_dies_is_started_again_once(disturbed: Disturbed) -> None:
    ended = "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short"
    assert f"{ended}. It is started again, once." in disturbed.screen


def test_a_server_that_dies_again_stops_the_run_in_a_sentence(disturbed: Disturbed) -> None:
    ended = "The server of gguf:SmolLM2 was ended by SIGKILL, as when memory is short"
    assert disturbed.status == 3
    assert disturbed.reason.startswith(f"{ended}, for the second time. Its log ends with: ")
    assert re.search(r"Run the same command again to resume\.( Not asked yet: [^.]+\.)?$", disturbed.reason)


def test_a_killed_run_takes_its_server_along(disturbed: Disturbed) -> None:
    assert not disturbed.orphans


def test_a_run_is_resumed_with_the_same_file_in_another_folder(place: Place, disturbed: Disturbed) -> None:
    first, second, last = disturbed.answers
    assert 0 < first < second < last
    answers = place.answers("disturbed")
    assert len({row["key"] for row in answers}) == len(answers)


def test_no_answer_is_lost_where_a_server_or_a_run_dies(place: Place, disturbed: Disturbed) -> None:
    assert not [row for row in place.answers("disturbed") if row["text"] is None]


def test_a_run_in_chat_form_gets_answers_in_every_stage(place: Place, disturbed: Disturbed) -> None:
    place.has_answers_in_every_stage("disturbed")


def test_the_form_is_taken_from_the_file_and_kept(place: Place, disturbed: Disturbed) -> None:
    assert "SmolLM2.gguf has a chat template: prompts take the chat form." in disturbed.screen
    stages = place.description("disturbed")["config"]["stages"]
    assert {name: options["prompt_form"] for name, options in stages.items()} == {
        "instruction_generation": "completion",
        "classification": "chat",
        "instance_generation": "chat",
    }


def test_the_description_of_a_run_names_the_file_by_its_digest_and_no_address(
    place: Place, disturbed: Disturbed
) -> None:
    digest = sha256(place.model.read_bytes()).hexdigest()
    assert place.description("disturbed")["models"] == {"gguf:SmolLM2.gguf": digest}
    for file in (place.folder / "disturbed").rglob("*.*"):
        if file.is_file() and file.suffix in (".json", ".jsonl", ".yaml"):
            assert b"127.0.0.1" not in file.read_bytes(), file


def test_the_keys_of_servers_are_kept_nowhere(place: Place, disturbed: Disturbed) -> None:
    kept = b"".join(file.read_bytes() for file in (place.folder / "disturbed").rglob("*") if file.is_file())
    assert len(set(disturbed.keys)) == 2
    assert not [key for key in disturbed.keys if key.encode() in kept or key in disturbed.screen + disturbed.last]
