"""The servers that models on this machine are served by, and how each is started."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from distilabel_selfinstruct.llms.engines.llama_cpp import KEY_VARIABLE
from distilabel_selfinstruct.llms.local.child import LOOPBACK, ServerProgram

_ENGINES = Path(__file__).parents[1] / "engines"


Engine = Literal["gguf", "transformers", "vllm"]
"""What serves a model, by the name of the provider: llama.cpp's own server, a program of ours, or `vllm serve`."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How a model is served.

    Attributes:
        context: tokens of a prompt and its answer together.
        slots: requests that are worked on at a time.
        threads: threads of the engine.
        prompt_cache_bytes: memory for the beginnings of prompts that are not in a slot at the moment.
        gpus: over how many GPUs vLLM splits the model.
    """

    context: int
    slots: int
    threads: int
    prompt_cache_bytes: int
    gpus: int = 1


def program_for(engine: Engine, model: str, path: str, settings: ServerSettings) -> ServerProgram:
    """How the server of a model is started.

    Args:
        engine: what serves it.
        model: the name under which it is served.
        path: the file of the model, its folder, or its name on the Hub.
        settings: how it is served.
    """
    title = f"{engine}:{model}"
    if engine == "vllm":
        options = ["--served-model-name", model, "--max-model-len", str(settings.context), "--host", LOOPBACK]
        # Else it samples as the maker of the model likes where a request says nothing.
        options += ["--generation-config", "vllm"]
        if settings.gpus > 1:
            options += ["--tensor-parallel-size", str(settings.gpus)]

        def serve(port: int) -> list[str]:
            return [sys.executable, "-m", "vllm.entrypoints.cli.main", "serve", path, *options, "--port", str(port)]

        return ServerProgram(title, serve, "VLLM_API_KEY", {"VLLM_NO_USAGE_STATS": "1"})
    given = {
        "path": path,
        "model": model,
        "context": settings.context,
        "slots": settings.slots,
        "threads": settings.threads,
        "prompt_cache_mib": settings.prompt_cache_bytes >> 20,
    }
    file = {"gguf": "llama_cpp.py", "transformers": "transformers_server.py"}[engine]

    def command(port: int) -> list[str]:
        return [sys.executable, str(_ENGINES / file), json.dumps({**given, "port": port})]

    return ServerProgram(title, command, KEY_VARIABLE)
