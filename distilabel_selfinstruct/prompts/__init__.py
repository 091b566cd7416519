"""The three prompts of Self-Instruct, for base models and for chat models (paper, section 2.2 and appendix A)."""

from distilabel_selfinstruct.prompts.decoding import (
    EVALUATION,
    PARAMETERS,
    THINKING_TOKENS,
    Decoding,
    Thinking,
    apply_overrides,
    check_extra_body,
    default_decoding,
)
from distilabel_selfinstruct.prompts.prompt_set import (
    ChatMessage,
    Prompt,
    PromptForm,
    PromptSet,
    collapse_whitespace,
    load_prompts,
    prompt_text,
    shown_markers,
)

__all__ = [
    "EVALUATION",
    "PARAMETERS",
    "THINKING_TOKENS",
    "ChatMessage",
    "Decoding",
    "Prompt",
    "PromptForm",
    "PromptSet",
    "Thinking",
    "apply_overrides",
    "check_extra_body",
    "collapse_whitespace",
    "default_decoding",
    "load_prompts",
    "prompt_text",
    "shown_markers",
]
