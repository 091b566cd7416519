"""What the longest prompts of a run need."""

from dataclasses import dataclass
from math import ceil

from distilabel_selfinstruct.prompts import Prompt, apply_overrides, default_decoding, prompt_text
from distilabel_selfinstruct.records import MODEL_STAGES, AnyStage, Stage
from distilabel_selfinstruct.running.plan import RunPlan

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
    return len(prompt_text(prompt).encode("utf-8", "replace"))


def needs(plan: RunPlan) -> dict[AnyStage, Need]:
    """What each stage that asks a model needs for its longest prompt, as far as the instructions are known."""
    config, prompts = plan.config, plan.prompts
    known = sorted(plan.bootstrap.human_instructions, key=len, reverse=True)
    needed: dict[AnyStage, Need] = {}
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
            apply_overrides(
                default_decoding(stage, is_classification=kind, form=form, markers=prompts.markers),
                config.decoding.get(stage, {}),
            )
            for kind in (True, False)
        ]
        needed[stage] = Need(max(map(size_of, candidates)), max(answer.max_tokens for answer in answers))
    return needed
