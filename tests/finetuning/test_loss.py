"""The loss on a processor is the mean over the trained tokens, whatever stands before and beside them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct.finetuning.loss import completion_loss, takes_positions
from distilabel_selfinstruct.finetuning.tokenizing import IGNORED

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]

ROWS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=3)
"""Rows with so many tokens of a prompt and of a completion."""


@pytest.fixture(scope="module")
def model(base: Any) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(base)


@settings(max_examples=15)
@given(sizes=ROWS, seed=st.integers(0, 99), in_step=st.integers(1, 3) | st.none())
def test_the_loss_is_that_of_the_trained_tokens_over_their_number(
    model: Any, sizes: list[tuple[int, int]], seed: int, in_step: int | None
) -> None:
    import torch

    torch.manual_seed(seed)
    longest = max(map(sum, sizes))
    tokens = torch.randint(1, 500, (len(sizes), longest))
    places = torch.arange(longest)
    mask = torch.stack([places < sum(size) for size in sizes]).long()
    trained = torch.stack([(places >= prompt) & (places < prompt + completion) for prompt, completion in sizes])
    labels = tokens.masked_fill(~trained, IGNORED)
    inputs = {"input_ids": tokens, "attention_mask": mask, "labels": labels}
    num_trained = int(trained.sum())
    with torch.no_grad():
        given_tokens = None if in_step is None else in_step * num_trained  # a step may have further rows
        found = completion_loss(model, inputs, given_tokens)
        chances = model(input_ids=tokens, attention_mask=mask).logits.log_softmax(-1)[:, :-1]
    each = chances.gather(-1, tokens[:, 1:, None]).squeeze(-1)[trained[:, 1:]]
    assert takes_positions(model)
    assert found.item() == pytest.approx(-each.sum().item() / (in_step or 1) / num_trained, rel=1e-4)
