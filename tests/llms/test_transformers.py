"""A model in this process: GPT-2, tiny and random, made here and never downloaded."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import make_llm
from distilabel_selfinstruct.prompts import Decoding, PromptForm
from distilabel_selfinstruct.records import MODEL_STAGES, Completion
from tests.llms.builders import a_request, asked, requests_for

pytestmark = [
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


def completions_of(folder: Path, *prompts: object, form: PromptForm, decoding: Decoding) -> list[Completion]:
    llm = make_llm(f"transformers:{save_tiny_gpt2(folder)}", prompt_form=form)
    llm.load()
    return asked(llm, requests_for(*prompts), decoding=decoding)


def test_completion_prompts_are_answered(tmp_path: Path) -> None:
    completions = completions_of(tmp_path, "1. Name", "1. Write", form="completion", decoding=SHORT)
    assert [(isinstance(one.text, str), one.error) for one in completions] == [(True, ""), (True, "")]


def test_the_prompt_is_no_part_of_the_answer(tmp_path: Path) -> None:
    (completion,) = completions_of(tmp_path, "1. Name a river", form="completion", decoding=SHORT)
    assert "Name a river" not in (completion.text or "")


def test_greedy_decoding_gives_the_same_text_again(tmp_path: Path) -> None:
    first, second = completions_of(tmp_path, "1. Name", "1. Name", form="completion", decoding=GREEDY)
    assert first.error == ""
    assert first.text == second.text


def test_an_answer_at_the_token_limit_counts_as_cut_off(tmp_path: Path) -> None:
    # A random model does not find its end token in eight steps of greedy decoding from this seed.
    (completion,) = completions_of(tmp_path, "1. Name", form="completion", decoding=GREEDY)
    assert completion.truncated


def test_a_completion_prompt_reaches_the_model_without_a_chat_template(tmp_path: Path) -> None:
    (completion,) = completions_of(tmp_path, "abc", form="completion", decoding=GREEDY)
    assert completion.input_tokens == 3


def test_a_model_without_a_chat_template_is_refused_for_chat_prompts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no chat template.*: use `prompt_form=completion`"):
        make_llm(f"transformers:{save_tiny_gpt2(tmp_path)}", prompt_form="chat")


def test_different_tasks_get_different_answers(tmp_path: Path) -> None:
    first, second = completions_of(tmp_path, "abc", "Name a river", form="completion", decoding=GREEDY)
    assert first.text != second.text


def test_every_stage_can_be_asked_with_the_decoding_of_the_paper(tmp_path: Path) -> None:
    llm = make_llm(
        f"transformers:{save_tiny_gpt2(tmp_path)}",
        prompt_form="completion",
        generation_kwargs={"max_new_tokens": 4},
    )
    llm.load()
    completions = asked(llm, [a_request("Task", stage=stage, instruction="Sort it.") for stage in MODEL_STAGES])
    assert [one.error for one in completions] == ["", "", ""]


def test_what_the_model_cannot_be_told_is_said(tmp_path: Path) -> None:
    llm = make_llm(f"transformers:{save_tiny_gpt2(tmp_path)}", prompt_form="completion")
    llm.load()
    warnings: list[str] = []
    asked(llm, requests_for("1. Name"), decoding=SHORT, warnings=warnings)
    assert warnings == ["TransformersLLM takes no presence_penalty: sampling differs from the paper's."]
