"""What servers say when a prompt is too long for the context of their model, and what remedies that."""

import re

from distilabel_selfinstruct.records import RESUME, AnyStage, LaterStage, Stage

# The words of OpenAI, vLLM, llama.cpp, Ollama, Anthropic, Google and Mistral.
_SHORT_CONTEXT = re.compile(
    r"context[ _-]?(?:length|window|size)|maximum context|exceed\w*[ _](?:the |this |its )?(?:model'?s? )?"
    r"(?:available )?context|(?:prompt|input) is too long|too many (?:input )?tokens|reduce the length"
    r"|input (?:tokens|length) exceed|input token count|too large for model with",
    re.IGNORECASE,
)


def names_short_context(text: str) -> bool:
    """Whether a server's words for a refusal say that its context is too short for the request."""
    return _SHORT_CONTEXT.search(text) is not None


def longer_context(stage: AnyStage) -> str:
    """What to do where the context is too short for the requests of a stage, as a sentence."""
    is_first = stage is Stage.INSTRUCTION_GENERATION
    fewer = "fewer examples in a prompt (`num_prompt_instructions`) or " if is_first else ""
    option = "max_tokens" if isinstance(stage, LaterStage) else f"{stage.value}.max_tokens"
    return (
        f"Start the server with a longer context, or start over (`fresh`) with {fewer}shorter answers "
        f"(`decoding={option}=N`)."
    )


def remedy_of(stage: AnyStage, error: str) -> str:
    """What to do about a stage whose requests fail with this error, as a sentence."""
    return longer_context(stage) if names_short_context(error) else RESUME
