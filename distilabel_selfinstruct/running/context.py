"""Whether the models of a run answer and take its prompts: found before the first request is paid."""

from collections.abc import Callable, Mapping, Sequence

from distilabel_selfinstruct.addresses import redact_url
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.llms import LocalServerLLM, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.context import context_of
from distilabel_selfinstruct.records import AnyStage
from distilabel_selfinstruct.running.needs import Need
from distilabel_selfinstruct.running.plan import PlannedModel


def check_models(models: Sequence[PlannedModel], needed: Mapping[AnyStage, Need], tell: Callable[[str], None]) -> None:
    """Ask each model for one token, and compare its context with the longest prompt that it will get.

    Args:
        models: what is to be asked.
        needed: what each stage needs for its longest prompt.
        tell: is told what is waited for, and what may go wrong.

    Raises:
        ModelError: a server cannot be reached, refuses, has no batches though they are wanted, or its model cannot take
            the prompts.
    """
    for model in models:
        if isinstance(model.llm, OpenAICompatibleLLM):
            # What asks servers is imported where there is one: the client of the API takes a second.
            from distilabel_selfinstruct.llms.batch.check import check_batches
            from distilabel_selfinstruct.llms.probe import probe

            where = "" if isinstance(model.llm, LocalServerLLM) else f" at {redact_url(str(model.llm.base_url))}"
            tell(f"Waiting for a first answer from {model.config.llm}{where}.")
            busy = probe(model.llm, model.config.effective_prompt_form)
            if busy is not None:
                tell(f"{model.config.llm} gives no answer yet: {busy}. The run begins, and asks it again.")
            _check_context(model, model.llm, needed, tell)
            if model.config.batch:
                check_batches(model.llm)


def _check_context(
    model: PlannedModel, llm: OpenAICompatibleLLM, needed: Mapping[AnyStage, Need], tell: Callable[[str], None]
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
        remedy = "" if isinstance(llm, LocalServerLLM) else ": start the server with a longer context"
        tell(f"{sentence} Long ones may be refused{remedy}.")
