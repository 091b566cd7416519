"""What a run will take, before anything is asked."""

from dataclasses import dataclass, replace
from math import ceil

from distilabel_selfinstruct.bootstrap.loop import EXPECTED_PER_REQUEST
from distilabel_selfinstruct.config import RunConfig, Tokens
from distilabel_selfinstruct.languages import find_pack
from distilabel_selfinstruct.prompts import Prompt, prompt_text
from distilabel_selfinstruct.records import MODEL_STAGES, Stage
from distilabel_selfinstruct.running.needs import BYTES_PER_TOKEN, size_of
from distilabel_selfinstruct.running.plan import RunPlan

# Tokens that a completion has on average, in recorded runs of GPT-3 and Llama 3 with the paper's prompts.
OUTPUT_TOKENS = {Stage.INSTRUCTION_GENERATION: 150, Stage.CLASSIFICATION: 2, Stage.INSTANCE_GENERATION: 110}

# Seconds that a completion takes: a round trip, and 50 tokens a second.
USUAL_IN_FLIGHT = 16
"""Of a hosted model, where the number is found as the run goes."""

ROUND_TRIP = 0.5
TOKENS_PER_SECOND = 50


@dataclass(frozen=True, slots=True)
class StageForecast:
    """What one stage will take. Tokens are totals; `prompt` is one as it will be sent, to the model `llm`."""

    stage: Stage
    llm: str
    requests: int
    input_tokens: int
    output_tokens: int
    seconds: float
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run will take. `cost` is in US dollars, None where a price is not known.

    `seconds` lets the stages overlap. `feedback` says in a sentence what becomes of human feedback; it is empty without
    any.
    """

    stages: tuple[StageForecast, ...]
    cost: float | None
    seconds: float
    feedback: str


def forecast(plan: RunPlan) -> Forecast:
    """An estimate from the length of the prompts and from what completions took in recorded runs."""
    config, prompts = plan.config, plan.prompts
    first, task = plan.bootstrap.next_requests()[0], plan.bootstrap.human_instructions[0]
    forms = {stage: config.for_stage(stage).effective_prompt_form for stage in MODEL_STAGES}
    rendered = {
        Stage.INSTRUCTION_GENERATION: first.prompt,
        Stage.CLASSIFICATION: prompts.classification(task, form=forms[Stage.CLASSIFICATION]),
        Stage.INSTANCE_GENERATION: prompts.instances(
            task, is_classification=config.classification_only, form=forms[Stage.INSTANCE_GENERATION]
        ),
    }
    stages = tuple(_stage(stage, prompt, config.for_stage(stage)) for stage, prompt in rendered.items())
    return Forecast(
        stages,
        config.cost({stage.stage: _tokens(stage, in_batches=config.batch) for stage in stages}),
        max(stage.seconds for stage in stages),
        plan.feedback.summary(classification_only=config.classification_only),
    )


def _tokens(stage: StageForecast, *, in_batches: bool) -> Tokens:
    used = Tokens(stage.input_tokens, stage.output_tokens)
    return replace(used, batch_input=used.input, batch_output=used.output) if in_batches else used


def _tokens_of(prompt: Prompt, language: str) -> int:
    """About how many tokens a prompt has: by the bytes in English, else by what the language's pack has measured."""
    pack = find_pack(language)
    if pack is None or pack.language == "en":
        return ceil(size_of(prompt) / BYTES_PER_TOKEN)
    return ceil(len(prompt_text(prompt)) / pack.characters_per_token)


def _stage(stage: Stage, prompt: Prompt, config: RunConfig) -> StageForecast:
    requests = config.num_instructions
    if stage is Stage.INSTRUCTION_GENERATION:
        requests = ceil(config.num_instructions / EXPECTED_PER_REQUEST)
    seconds_each = ROUND_TRIP + OUTPUT_TOKENS[stage] / TOKENS_PER_SECOND
    return StageForecast(
        stage=stage,
        llm=config.llm,
        requests=requests,
        input_tokens=requests * _tokens_of(prompt, config.language),
        output_tokens=requests * OUTPUT_TOKENS[stage],
        seconds=seconds_each * requests / (USUAL_IN_FLIGHT if config.max_in_flight == "auto" else config.max_in_flight),
        prompt=prompt,
    )
