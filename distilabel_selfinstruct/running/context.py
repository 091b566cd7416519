"""What the longest prompts of a run need, and whether the models take them: found before the first request is paid."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, probe
from distilabel_selfinstruct.llms.batch.check import check_batches
from distilabel_selfinstruct.llms.context import context_of
from distilabel_selfinstruct.prompts import Prompt, apply_overrides, default_decoding
from distilabel_selfinstruct.records import MODEL_STAGES, Stage
from distilabel_selfinstruct.running.plan import PlannedModel, RunPlan

BYTES_PER_TOKEN = 4
"""Of English text, with the tokenizers of today's models. A character of other scripts has several bytes."""

MOST_BYTES_PER_TOKEN = 5
"""No tokenizer of today is better on texts like these."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the longest prompt of a stage needs: its size in bytes, and the most tokens of an answer to it."""

    prompt_bytes: int
    answer_tokens: int

    @property
    def prompt_tokens(self) -> int:
        """About how many tokens the prompt has."""
        return ceil(self.prompt_bytes / BYTES_PER_TOKEN)

    @property
    def tokens(self) -> int:
        """About how many tokens prompt and answer have together."""
        return self.prompt_tokens + self.answer_tokens

    @property
    def fewest_tokens(self) -> int:
        """How many tokens they have at the very least."""
        return self.prompt_bytes // MOST_BYTES_PER_TOKEN + self.answer_tokens


def size_of(prompt: Prompt) -> int:
    """The bytes of a prompt."""
    texts = [prompt] if isinstance(prompt, str) else [message["content"] for message in prompt]
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def needs(plan: RunPlan) -> dict[Stage, Need]:
    """What each stage that asks a model needs for its longest prompt, as far as the instructions are known."""
    config, prompts = plan.config, plan.prompts
    known = sorted(plan.bootstrap.human_instructions, key=len, reverse=True)
    needed = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        form = own.effective_prompt_form
        candidates: list[Prompt]
        if stage is Stage.INSTRUCTION_GENERATION:
            shown = known[: config.num_prompt_instructions]
            candidates = [
                prompts.instruction_generation(shown, form=form, classification_only=config.classification_only)
            ]
        elif stage is Stage.CLASSIFICATION:
            candidates = [prompts.classification(known[0], form=form)]
        else:
            candidates = [prompts.instances(known[0], is_classification=kind, form=form) for kind in (True, False)]
        answers = [
            apply_overrides(default_decoding(stage, is_classification=kind, form=form), config.decoding.get(stage, {}))
            for kind in (True, False)
        ]
        needed[stage] = Need(max(map(size_of, candidates)), max(answer.max_tokens for answer in answers))
    return needed


def check_models(plan: RunPlan, tell: Callable[[str], None]) -> None:
    """Ask each model for one token, and compare its context with the longest prompt that it will get.

    Args:
        plan: the run.
        tell: is told what is waited for, and what may go wrong.

    Raises:
        ModelError: a server cannot be reached, refuses, has no batches though they are wanted, or its model cannot take
            the prompts.
    """
    needed = needs(plan)
    for model in plan.models:
        if isinstance(model.llm, OpenAICompatibleLLM):
            tell(f"Waiting for a first answer from {model.config.llm} at {redact_url(str(model.llm.base_url))}.")
            probe(model.llm, model.config.effective_prompt_form)
            _check_context(model, model.llm, needed, tell)
            if model.config.batch:
                check_batches(model.llm)


def _check_context(
    model: PlannedModel, llm: OpenAICompatibleLLM, needed: dict[Stage, Need], tell: Callable[[str], None]
) -> None:
    context = context_of(llm)
    if context is None:
        return
    stage = max(model.stages, key=lambda stage: needed[stage].tokens)
    need = needed[stage]
    sentence = (
        f"Prompts of {stage.value} need about {need.prompt_tokens:,} tokens, and up to {need.answer_tokens:,} for the "
        f"answer; {llm.model!r} at {redact_url(str(llm.base_url))} takes {context:,} together."
    )
    if need.fewest_tokens > context:
        remedy = "Start the server with a longer context, or choose another model."
        raise ModelError(f"{sentence} {remedy}", redact_url(str(llm.base_url)))
    if need.tokens > context:
        tell(f"{sentence} Long ones may be refused: start the server with a longer context.")
