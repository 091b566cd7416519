"""Models: `provider:model` to a distilabel LLM, a recorded one, and how to ask any of them."""

from distilabel_selfinstruct.host_fixes.quiet_import import silence

silence()  # before a module of this room imports the host

from distilabel_selfinstruct.llms.completion_client import CompletionClient
from distilabel_selfinstruct.llms.local_server import LocalServerLLM
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.llms.providers import PROVIDERS, make_llm
from distilabel_selfinstruct.llms.recorded import RecordedLLM

__all__ = [
    "PROVIDERS",
    "CompletionClient",
    "LocalServerLLM",
    "OpenAICompatibleLLM",
    "RecordedLLM",
    "make_llm",
]
