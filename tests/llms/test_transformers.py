"""A model of transformers in a server of ours: GPT-2, tiny and random, made here and never downloaded."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from distilabel_selfinstruct.errors import ConfigError, ModelError
from distilabel_selfinstruct.llms import LocalServerLLM, make_llm
from distilabel_selfinstruct.llms.context import context_of
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import MODEL_STAGES, Completion
from tests.llms.builders import a_request, asked, requests_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,  # it imports torch
    pytest.mark.skipif(
        # In CI they must be there: a failing import is better than a skip that nobody sees.
        "CI" not in os.environ and any(find_spec(module) is None for module in ("torch", "transformers")),
        reason="torch or transformers is not installed: the extra 'transformers' is not tested",
    ),
    # They warn about generation flags and deprecations of their own, a different set with each release.
    pytest.mark.filterwarnings("ignore"),
]

END = "<|endoftext|>"
SHORT = Decoding(0.7, 0.5, 2.0, 0.0, 8, ("\n\n",))
GREEDY = Decoding(0.0, 0.0, 0.0, 0.0, 8, ())


def save_tiny_gpt2(folder: Path) -> str:
    """A model with one layer and a token for each byte, in the folder. Its path."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from torch import manual_seed
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {END: 0} | {letter: number for number, letter in enumerate(alphabet, 1)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, bos_token=END).save_pretrained(folder)
    manual_seed(0)
    config = GPT2Config(
        vocab_size=len(vocabulary),
        n_positions=512,
        n_embd=16,
        n_layer=1,
        n_head=2,
        bos_token_id=0,
        eos_token_id=0,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServerLLM]:
    """The model in a server of ours, which loads it once for all tests."""
    made = make_llm(f"transformers:{save_tiny_gpt2(tmp_path_factory.mktemp('gpt2'))}", prompt_form="completion")
    assert isinstance(made, LocalServerLLM)
    made.slots, made.threads, made.context = 3, 1, 512
    made.load()
    yield made
    made.event_loop.run_until_complete(made.aclose())
    made.event_loop.close()
    made.unload()


def answers(
    llm: LocalServerLLM, *prompts: object, decoding: Decoding, warnings: list[str] | None = None
) -> list[Completion]:
    return asked(llm, requests_for(*prompts), decoding=decoding, warnings=warnings)


def test_completion_prompts_are_answered(llm: LocalServerLLM) -> None:
    completions = answers(llm, "1. Name", "1. Write", decoding=SHORT)
    assert [(isinstance(one.text, str), one.error) for one in completions] == [(True, ""), (True, "")]


def test_the_prompt_is_no_part_of_the_answer(llm: LocalServerLLM) -> None:
    (completion,) = answers(llm, "1. Name a river", decoding=SHORT)
    assert "Name a river" not in (completion.text or "")


def test_an_answer_is_the_same_again_and_the_same_in_a_batch(llm: LocalServerLLM) -> None:
    alone = [answers(llm, prompt, decoding=GREEDY)[0].text for prompt in ("1. Name", "1. Name a river in Spain")]
    together = answers(llm, "1. Name", "1. Name a river in Spain", decoding=GREEDY)
    assert [one.text for one in together] == alone
    assert alone[0] != alone[1]


def test_a_sampled_answer_is_the_same_again(llm: LocalServerLLM) -> None:
    first, second = (answers(llm, "1. Name", decoding=SHORT)[0].text for _ in range(2))
    assert first == second


def test_an_answer_at_the_token_limit_counts_as_cut_off(llm: LocalServerLLM) -> None:
    # A random model does not find its end token in eight steps of greedy decoding from this seed.
    (completion,) = answers(llm, "1. Name", decoding=GREEDY)
    assert completion.truncated
    assert completion.output_tokens == 8


def test_an_answer_ends_before_a_stop_sequence_and_then_is_whole(llm: LocalServerLLM) -> None:
    (whole,) = answers(llm, "1. Name", decoding=GREEDY)
    assert whole.text
    stop = whole.text[2:4]
    (cut,) = answers(llm, "1. Name", decoding=replace(GREEDY, stop=(stop,)))
    assert cut.text == whole.text[: whole.text.find(stop)]
    assert (cut.finish_reason, cut.truncated) == ("stop", False)
    assert cut.output_tokens < whole.output_tokens


def test_a_stop_sequence_that_begins_in_the_prompt_stops_nothing(llm: LocalServerLLM) -> None:
    (whole,) = answers(llm, "1. Name", decoding=GREEDY)
    assert whole.text
    (same,) = answers(llm, "1. Name", decoding=replace(GREEDY, stop=("me" + whole.text[0],)))
    assert same.text == whole.text


def test_a_completion_prompt_reaches_the_model_without_a_chat_template(llm: LocalServerLLM) -> None:
    (completion,) = answers(llm, "abc", decoding=GREEDY)
    assert completion.input_tokens == 3


def test_the_penalties_concern_the_answer_alone(llm: LocalServerLLM) -> None:
    (plain,) = answers(llm, "aaaa", decoding=GREEDY)
    (penalized,) = answers(llm, "aaaa", decoding=replace(GREEDY, presence_penalty=2.0, frequency_penalty=2.0))
    assert plain.text
    assert penalized.text
    # The first token of an answer has none before it that could be penalized.
    assert plain.text[0] == penalized.text[0]
    assert len(set(penalized.text)) >= len(set(plain.text))


def test_a_model_without_a_chat_template_is_refused_for_chat_prompts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no chat template.*: use `prompt_form=completion`"):
        make_llm(f"transformers:{save_tiny_gpt2(tmp_path)}", prompt_form="chat")


def test_a_prompt_that_is_too_long_fails_alone(llm: LocalServerLLM) -> None:
    short, long = answers(llm, "abc", "abc" * 300, decoding=GREEDY)
    assert short.error == ""
    assert "maximum context length is 512 tokens, and the request needs 908" in long.error


def test_every_stage_can_be_asked_with_the_decoding_of_the_paper(llm: LocalServerLLM) -> None:
    llm.generation_kwargs = {"max_new_tokens": 4}
    warnings: list[str] = []
    requests = [a_request("Task", stage=stage, instruction="Sort it.") for stage in MODEL_STAGES]
    completions = asked(llm, requests, warnings=warnings)
    llm.generation_kwargs = {}
    assert [one.error for one in completions] == ["", "", ""]
    assert warnings == []


def test_the_server_says_how_much_the_model_takes(llm: LocalServerLLM) -> None:
    assert context_of(llm) == 512


def test_a_stranger_is_refused_before_anything_is_read_or_worked_on(llm: LocalServerLLM) -> None:
    with socket.create_connection(("127.0.0.1", int(str(llm.base_url).rpartition(":")[2].removesuffix("/v1")))) as line:
        line.settimeout(60)
        line.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000000\r\n\r\n{")
        assert b"401" in line.recv(1000)
        while line.recv(1000):  # and the connection is closed
            pass


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"{", b"{}", b'{"prompt": "a", "max_tokens": "many"}', b'{"messages": 1}']
)
def test_a_request_that_is_none_is_refused_and_the_next_one_answered(llm: LocalServerLLM, body: bytes) -> None:
    assert llm.api_key is not None
    headers = {"Authorization": f"Bearer {llm.api_key.get_secret_value()}"}
    answer = httpx.post(f"{llm.base_url}/completions", content=body, headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert answers(llm, "abc", decoding=GREEDY)[0].error == ""


def test_a_damaged_model_is_answered_with_the_end_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    empty = make_llm(f"transformers:{tmp_path / 'model'}", prompt_form="completion")
    with pytest.raises(ModelError, match=r"transformers:model cannot be served: the server ended with status 1 before"):
        empty.load()
