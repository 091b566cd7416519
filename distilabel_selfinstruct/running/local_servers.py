"""The servers of a run for models on this machine: one for each model, for all stages that ask it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from threading import Thread

from distilabel_selfinstruct.errors import ModelError, writing
from distilabel_selfinstruct.journal.stop_file import ask_to_abandon, ask_to_stop
from distilabel_selfinstruct.llms import LocalServerLLM
from distilabel_selfinstruct.llms.local.child import SECONDS_TO_LOAD, ChildServer, how_ended
from distilabel_selfinstruct.llms.local.memory import in_gigabytes
from distilabel_selfinstruct.records import RESUME, AnyStage, InFlight
from distilabel_selfinstruct.running.budget import SECONDS_TO_FINISH
from distilabel_selfinstruct.running.needs import Need
from distilabel_selfinstruct.running.plan import PlannedModel

ROOM = 1.25
"""How much longer than the longest prompt that is known one may be: instructions are still to be made."""

STEP = 1024
"""A context is a multiple of so many tokens."""

SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, slots=True)
class _Served:
    server: ChildServer
    slots: int


class LocalServers:
    """The servers that run, by the file of their model."""

    def __init__(
        self, served: Mapping[str, _Served], tell: Callable[[str], None], *, patience: float = SECONDS_TO_FINISH
    ) -> None:
        self._served = served
        self._tell = tell
        self._patience = patience  # for requests that were sent when a server failed for good

    def connect(self, llm: LocalServerLLM, replicas: int = 1) -> InFlight:
        """Have an LLM ask the server of its model. Returns how many requests each replica of a stage has in flight."""
        served = self._served[llm.path]
        llm.connect(served.server.address)
        return llm.requests_at_a_time if llm.engine == "vllm" else max(1, served.slots // replicas)

    def keep(self, logs: Path, state: Path) -> None:
        """Keep what the servers write in a folder, and ask those who work on a state to stop when one fails for good.

        Raises:
            OutputFileError: the folder cannot be written.
        """
        for served in self._served.values():
            name = served.server.title.partition(":")[2].replace("/", "--")  # a name of the Hub has an owner
            log = logs / f"{name}.log"
            with writing(log, "Make room."):
                served.server.log.keep_in(log)
            Thread(target=self._watch, args=(served.server, state), daemon=True).start()

    def raise_if_one_has_ended(self, error: ModelError) -> None:
        """Say of a model that cannot be asked that its server has ended, if it has: nobody mistyped its address.

        Raises:
            ModelError: it has.
        """
        for served in self._served.values():
            if (status := served.server.status) is not None:
                said = f"The server of {served.server.title} {how_ended(status)} when it was asked."
                raise ModelError(f"{said} {served.server.log.cause}") from error

    def _watch(self, server: ChildServer, state: Path) -> None:
        """Start a server that ends by itself again, once."""
        status = server.wait()
        if server.is_stopping:
            return
        self._tell(f"The server of {server.title} {how_ended(status)}. It is started again, once.")
        try:
            server.start_again()
        except (ModelError, OSError) as error:
            said = f"The server of {server.title} {how_ended(status)} and could not be started again. {error}"
        else:
            status = server.wait()
            said = f"The server of {server.title} {how_ended(status)}, for the second time. {server.log.ending}"
        if not server.is_stopping:
            ask_to_stop(state, f"{said} {RESUME}")
            self._abandon(server, state)

    def _abandon(self, server: ChildServer, state: Path) -> None:
        """Have nobody wait for requests that a program holds which took the port. Other servers may answer theirs."""
        until = time.monotonic() + self._patience
        while time.monotonic() < until:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            if server.is_stopping:
                return
        ask_to_abandon(state)


@contextmanager
def local_servers(
    models: Sequence[PlannedModel], needed: Mapping[AnyStage, Need], tell: Callable[[str], None]
) -> Iterator[LocalServers]:
    """Serve those of the models that are on this machine, until the end of the block.

    Args:
        models: what is to be asked. They are connected.
        needed: what each stage needs for its longest prompt.
        tell: is told what is loaded, and what happens to it.

    Raises:
        ModelError: a model cannot be served, does not fit into memory, or takes too short prompts.
    """
    with ExitStack() as stack:
        served: dict[str, _Served] = {}
        servers = LocalServers(served, tell)
        for llm in _asked(models, needed).values():
            settings = llm.settings()
            server = llm.new_server(settings)
            needed_bytes = llm.needed_bytes(settings)
            memory = "" if needed_bytes is None else f"{in_gigabytes(needed_bytes)} of memory, "
            tell(
                f"Loading {llm.title}: {memory}{llm.context:,} tokens of context, "
                f"{_count(settings.slots, 'request')} at a time, {_count(settings.threads, 'thread')}."
            )
            stack.callback(server.stop)
            server.start(seconds_to_load(models))
            served[llm.path] = _Served(server, settings.slots)
        for model in models:
            if isinstance(model.llm, LocalServerLLM):
                servers.connect(model.llm)
        try:
            yield servers
        except ModelError as error:
            servers.raise_if_one_has_ended(error)
            raise


def seconds_to_load(models: Sequence[PlannedModel]) -> float:
    """How long a server may take to load its model: an hour, or as long as the whole run may take."""
    limits = [60 * model.config.max_minutes for model in models if model.config.max_minutes is not None]
    return min([SECONDS_TO_LOAD, *limits])


def _asked(models: Sequence[PlannedModel], needed: Mapping[AnyStage, Need]) -> dict[str, LocalServerLLM]:
    """Each model on this machine once, with what it needs for all stages that ask it."""
    stages: dict[str, list[AnyStage]] = {}
    llms: dict[str, LocalServerLLM] = {}
    for model in models:
        if isinstance(model.llm, LocalServerLLM):
            stages.setdefault(model.llm.path, []).extend(model.stages)
            before = llms.setdefault(model.llm.path, model.llm)
            slots = max(model.llm.slots or 0, before.slots or 0)
            llms[model.llm.path] = before.model_copy(update={"slots": slots or None})
    return {
        path: llm.model_copy(update={"context": context_for(llm, {stage: needed[stage] for stage in stages[path]})})
        for path, llm in llms.items()
    }


def context_for(llm: LocalServerLLM, needed: Mapping[AnyStage, Need]) -> int:
    """How many tokens of context a model gets: enough for the longest prompts and answers of its stages.

    Raises:
        ModelError: the model takes fewer tokens than these have at the very least.
    """
    stage = max(needed, key=lambda stage: needed[stage].tokens)
    need = needed[stage]
    tokens = ceil(need.prompt_tokens * ROOM) + need.answer_tokens
    wanted = max(llm.context, ceil(tokens / STEP) * STEP)
    most = llm.longest_context()
    if most is not None and need.fewest_tokens > most:
        raise ModelError(
            f"Prompts of {stage.value} need about {need.prompt_tokens:,} tokens, and up to {need.answer_tokens:,} for "
            f"the answer; {llm.title} was made for {most:,} together. Choose another model."
        )
    return wanted if most is None else min(wanted, most)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
