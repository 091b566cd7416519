"""What servers say when a prompt is too long for the context of their model, and what remedies that."""

import re

from distilabel_selfinstruct.records import RESUME, Stage

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


def longer_context(stage: Stage) -> str:
    """What to do where the context is too short for the requests of a stage, as a sentence."""
    is_first = stage is Stage.INSTRUCTION_GENERATION
    fewer = "fewer examples in a prompt (`num_prompt_instructions`) or " if is_first else ""
    return (
        f"Start the server with a longer context, or start over (`fresh`) with {fewer}shorter answers "
        f"(`decoding={stage.value}.max_tokens=N`)."
    )


def remedy_of(stage: Stage, error: str) -> str:
    """What to do about a stage whose requests fail with this error, as a sentence."""
    return longer_context(stage) if names_short_context(error) else RESUME
