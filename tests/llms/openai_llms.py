"""An `OpenAICompatibleLLM` that asks a server on this machine."""

from typing import Any

from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.records import Completion
from tests.llms.builders import a_request, asked, loaded
from tests.local_openai_server import (
    LocalOpenAIServer,
    Reply,
    text,
)


def an_llm(server: LocalOpenAIServer, **options: Any) -> OpenAICompatibleLLM:
    return OpenAICompatibleLLM(model="small", base_url=server.url, **options)


def one_completion(answer: Reply, prompt: Any = "Prompt", **options: Any) -> Completion:
    with LocalOpenAIServer([answer]) as server, loaded(an_llm(server, **options)) as llm:
        return asked(llm, [a_request(prompt)])[0]


def sent_body(*requests: Any, **options: Any) -> dict[str, Any]:
    with LocalOpenAIServer([text("An answer")]) as server, loaded(an_llm(server)) as llm:
        asked(llm, requests, **options)
        return server.asked[0].body
