"""A model on this machine: an OpenAI-compatible LLM with a server of ours behind it."""

import hashlib
import json
from pathlib import Path
from typing import Any, ClassVar

from distilabel.typing import FormattedInput
from pydantic import Field, PrivateAttr, SecretStr
from typing_extensions import override

from distilabel_selfinstruct.llms.local.child import ChildServer, ModelAddress
from distilabel_selfinstruct.llms.local.memory import WORKING_BYTES, available_bytes, check_memory, idle_processors
from distilabel_selfinstruct.llms.local.programs import Engine, ServerSettings, program_for
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.model_files import read_gguf
from distilabel_selfinstruct.records import InFlight

CONTEXT = 4096
"""Tokens that the longest prompts of ours and their answers have, unless seeds are very long."""

MOST_PROMPT_CACHE = 1 << 30
SHARE_FOR_PROMPT_CACHE = 8

SCORE_BYTES = 512 * 4
"""What each head needs for a token of the context: a 32-bit number for each token that is read at the same time."""

CORES_PER_SLOT = 8
MOST_SLOTS = 4


class LocalServerLLM(OpenAICompatibleLLM):
    """A model that a child process serves on this machine, for all who are connected to it.

    A run starts the server and connects its stages. Where nobody has connected the LLM, it starts a server of its own
    when it is loaded, and ends it when it is unloaded. The server ends with this process in any case.

    Attributes:
        model: the name of the model, as it is kept with what the model answers.
        engine: what serves it.
        path: its file, its folder, or its name on the Hub.
        seed: what the random numbers of the model are made from, together with the prompt.
        context: tokens that a prompt and its answer may have together.
        slots: requests that are worked on at a time. Left out: few, as processors are.
        threads: threads of the engine. Left out: as many as there are processors with nothing to do.
        gpus: over how many GPUs vLLM splits the model.
    """

    base_url: str | None = None
    engine: Engine
    path: str
    seed: int = 0
    context: int = Field(default=CONTEXT, ge=1)
    slots: int | None = Field(default=None, ge=1)
    threads: int | None = Field(default=None, ge=1)
    gpus: int = Field(default=1, ge=1)

    _is_remote: ClassVar[bool] = False

    _address: ModelAddress | None = PrivateAttr(default=None)
    _own: ChildServer | None = PrivateAttr(default=None)

    def connect(self, address: ModelAddress) -> None:
        """Have the LLM ask a server that runs already."""
        self._address = address

    def new_server(self, settings: ServerSettings) -> ChildServer:
        """A server for this model, which is not started yet.

        Raises:
            ModelError: there is not enough memory.
        """
        if (needed := self.needed_bytes(settings)) is not None:
            check_memory(self.title, needed, available_bytes())
        return ChildServer(program_for(self.engine, self.model, self.path, settings))

    def needed_bytes(self, settings: ServerSettings) -> int | None:
        """About how much memory the server needs; None if it is not known, as for a name of the Hub."""
        if self.engine == "gguf":
            file = read_gguf(self.path)
            per_token = file.cache_bytes_per_token + file.num_heads * SCORE_BYTES
            return file.num_bytes + per_token * settings.context * settings.slots + WORKING_BYTES
        weights = sum(path.stat().st_size for path in Path(self.path).glob("*.safetensors"))
        return weights + WORKING_BYTES if weights and self.engine == "transformers" else None

    def longest_context(self) -> int | None:
        """How many tokens the model was made to take; None if that is only known when it is loaded."""
        return read_gguf(self.path).context if self.engine == "gguf" else None

    def settings(self) -> ServerSettings:
        """How the model is served."""
        processors = idle_processors()
        cache = min(MOST_PROMPT_CACHE, (available_bytes() or 0) // SHARE_FOR_PROMPT_CACHE)
        slots = self.slots or max(1, min(MOST_SLOTS, processors // CORES_PER_SLOT))
        return ServerSettings(self.context, slots, self.threads or processors, cache, self.gpus)

    @property
    def requests_at_a_time(self) -> InFlight:
        """How many requests a stage has in flight. vLLM puts as many together as it can, so that is found out."""
        return "auto" if self.engine == "vllm" and self.slots is None else self.settings().slots

    @property
    def title(self) -> str:
        """The engine and the model, as messages name them."""
        return f"{self.engine}:{self.model}"

    def load(self) -> None:
        """Create the client, and start a server where there is none.

        Raises:
            ModelError: the model cannot be served.
        """
        address = self._address
        if address is None:
            if self._own is None:
                self._own = self.new_server(self.settings())
                self._own.start()
            address = self._own.address
        self.base_url, self.api_key = address.url, SecretStr(address.key)
        super().load()

    def unload(self) -> None:
        """End the server, if it is this LLM's own."""
        super().unload()
        if self._own is not None:
            self._own.stop()
            self._own = None

    @override
    def _fields_of(self, input: FormattedInput) -> dict[str, Any]:
        # The random numbers of an answer depend on the prompt and `seed`, so the same run can be made again.
        return {} if "seed" in self.extra_body else {"seed": seed_for(self.seed, input)}


def seed_for(seed: int, prompt: FormattedInput) -> int:
    """The seed of one request, from 0 to 2^31 - 1: other prompts get other random numbers."""
    text = json.dumps([seed, prompt], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
