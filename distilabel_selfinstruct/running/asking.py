"""Ask one model a list of requests after a run, with the journal, the client and the limits of the stages of a run."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread
from types import SimpleNamespace

from distilabel_selfinstruct.analysis.short_context import remedy_of
from distilabel_selfinstruct.config import ASKING_OPTIONS, Price, RunConfig
from distilabel_selfinstruct.config.pricing import Tokens
from distilabel_selfinstruct.config.providers import check_access, check_llm
from distilabel_selfinstruct.errors import ConfigError, writing
from distilabel_selfinstruct.files.run_layout import COMPLETIONS, SERVERS
from distilabel_selfinstruct.journal.completions import completion_of
from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.journal.rows import read_rows
from distilabel_selfinstruct.journal.spending import SpendingLimits, SpentAmount, start_spending
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.journal.stop_file import ask_to_abandon, ask_to_stop, forget_stop, stop_reason
from distilabel_selfinstruct.llms import CompletionClient, LocalServerLLM, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import RESUME, AnyStage, Completion, Request, RequestStatus
from distilabel_selfinstruct.running.batches import refuse_to_pay_twice
from distilabel_selfinstruct.running.budget import SECONDS_TO_FINISH, token_price
from distilabel_selfinstruct.running.context import check_models
from distilabel_selfinstruct.running.interrupts import stopping_gently
from distilabel_selfinstruct.running.local_servers import local_servers
from distilabel_selfinstruct.running.models import configured_llm
from distilabel_selfinstruct.running.needs import Need, size_of
from distilabel_selfinstruct.running.plan import PlannedModel
from distilabel_selfinstruct.running.prices import check_prices, with_known_prices

SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class AskingProgress:
    """How many of the requests are answered or failed for good, and what all attempts used; `cost` in US dollars."""

    done: int
    requests: int
    failed: int
    tokens: Tokens
    cost: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The completions in the order of the requests. `stop_reason` says why some were not sent; empty if all were."""

    completions: tuple[Completion, ...]
    stop_reason: str
    progress: AskingProgress


def check_asking(config: RunConfig) -> RunConfig:
    """The options with the prices that are known, once all is checked that needs no server.

    Raises:
        SelfInstructError: an option has no meaning here, or the model cannot be asked.
    """
    if others := sorted(config.model_fields_set - {*ASKING_OPTIONS, "prompt_form"}):
        raise ConfigError(f"`{others[0]}` belongs to a run and has no effect here: leave it out.")
    check_llm(config.llm, config.base_url)
    check_access(config.llm, config.base_url, config.effective_prompt_form)
    config = with_known_prices(config)
    check_prices(config)
    return config


def ask(
    config: RunConfig,
    stage: AnyStage,
    requests: Sequence[Request],
    decoding: Decoding,
    state: Path,
    *,
    on_progress: Callable[[AskingProgress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Asked:
    """Have a model answer requests. What the journal holds is not asked again; what failed before is.

    Args:
        config: the options that `check_asking` gave.
        stage: what is asked; it names the journal.
        requests: what to ask.
        decoding: the sampling parameters of all requests.
        state: the folder of the journal and the limits. It is made where there is none.
        on_progress: is called whenever a request is done.
        tell: is told, in a sentence, what is waited for and what the model cannot be told.

    Raises:
        ModelError: the model cannot be reached, refuses a first request, or cannot take the prompts.
        FolderInUseError: another process works on the same folder.
        JournalError: the journal is damaged.
        OutputFileError: the folder cannot be written.
    """
    with writing(state):
        state.mkdir(parents=True, exist_ok=True)
        if not config.batch:
            refuse_to_pay_twice(state)
        forget_stop(state)
    journal = StepJournal(state, stage.value, max_requests=config.max_requests)
    try:
        tally = _Tally(config, len(requests), state / stage.value)
        with writing(state):
            start_spending(state, _limits(config, stage), tally.spent)
        completions = [journal.replay(request, decoding) for request in requests]
        for completion in completions:
            if completion is not None:
                tally.replayed()
        on_progress(tally.progress)
        missing = [index for index, completion in enumerate(completions) if completion is None]
        if missing:
            left = [requests[index] for index in missing]
            answers = _answers(config, left, decoding, journal, state, tell)
            with _watching(config, state, stage, tally), closing(answers):
                for index, completion in zip(missing, answers, strict=True):
                    completions[index] = completion
                    tally.add(completion)
                    on_progress(tally.progress)
        found = tuple(completion for completion in completions if completion is not None)
        reason = stop_reason(state) if any(one.status is RequestStatus.NOT_SENT for one in found) else ""
        return Asked(found, reason, tally.progress)
    finally:
        journal.close()


def _answers(
    config: RunConfig,
    requests: Sequence[Request],
    decoding: Decoding,
    journal: StepJournal,
    state: Path,
    tell: Callable[[str], None],
) -> Generator[Completion, None, None]:
    stage = requests[0].stage
    llm = configured_llm(config)
    models = (PlannedModel((stage,), config, llm),)
    needed: Mapping[AnyStage, Need] = {
        stage: Need(max(size_of(request.prompt) for request in requests), decoding.max_tokens)
    }

    def tell_note(note: Note) -> None:
        if journal.record_note(note):
            tell(note.text)

    with local_servers(models, needed, tell) as servers:
        servers.keep(state / SERVERS, state)
        check_models(models, needed, tell)
        in_flight = servers.connect(llm) if isinstance(llm, LocalServerLLM) else config.max_in_flight
        if isinstance(llm, OpenAICompatibleLLM):
            llm.on_note(tell_note)
        llm.load()
        client = CompletionClient(
            llm,
            lambda _: decoding,
            journal=journal,
            warn=tell,
            pace=Pace(in_flight, config.requests_per_minute, config.tokens_per_minute, config.max_wait_minutes),
            retries=config.request_retries,
            in_batches=config.batch,
        )
        try:
            with _stopping_gently(state):
                for request in requests:
                    client.submit(request)
                for _ in requests:
                    yield client.wait()[1]
        finally:
            client.close()
            llm.unload()


class _Tally:
    """What was used and what failed, with the attempts before."""

    def __init__(self, config: RunConfig, requests: int, folder: Path) -> None:
        self._config = config
        self._requests = requests
        self._done = 0
        self.failed = 0
        self.last_failure = ""
        self._tokens = Tokens()
        for row in read_rows(folder / COMPLETIONS):
            self._use(completion_of(row))

    def replayed(self) -> None:
        """Count an answer of an attempt before, whose tokens are counted already."""
        self._done += 1

    def add(self, completion: Completion) -> None:
        """Count what came back."""
        if completion.status is RequestStatus.NOT_SENT:
            return
        self._done += 1
        if completion.text is None:
            self.failed += 1
            self.last_failure = completion.error
        self._use(completion)

    @property
    def progress(self) -> AskingProgress:
        """As far as it is now."""
        return AskingProgress(self._done, self._requests, self.failed, self._tokens, self._cost)

    @property
    def spent(self) -> SpentAmount:
        """What all attempts used."""
        return SpentAmount(self._tokens.input + self._tokens.output, self._cost or 0.0)

    @property
    def _cost(self) -> float | None:
        price = self._config.prices.get(self._config.model)
        return None if price is None else price.cost(self._tokens)

    def _use(self, completion: Completion) -> None:
        used = completion.input_tokens, completion.output_tokens, completion.cached_tokens
        before = self._tokens
        direct = Tokens(before.input + used[0], before.output + used[1], before.cached + used[2])
        batched = {name: value for name, value in asdict(before).items() if name.startswith("batch_")}
        self._tokens = Tokens(direct.input, direct.output, direct.cached, **batched)
        if completion.batch:
            self._tokens = self._tokens.with_batched(*used)


def _limits(config: RunConfig, stage: AnyStage) -> SpendingLimits:
    price: Price | None = config.prices.get(config.model)
    direct = {} if price is None else {stage.value: token_price(price)}
    batched = {} if price is None else {stage.value: token_price(price.in_batches)}
    return SpendingLimits(config.max_tokens, config.max_cost, direct, batched)


@contextmanager
def _stopping_gently(state: Path) -> Iterator[None]:
    if current_thread() is not main_thread():  # signals are not ours
        yield
        return
    with stopping_gently(state, SimpleNamespace()):  # there is no pipeline whose own answer is to be kept off
        yield


@contextmanager
def _watching(config: RunConfig, state: Path, stage: AnyStage, tally: _Tally) -> Iterator[None]:
    """Keep the limits on time and failures, which no request looks after itself."""
    over, began = Event(), time.monotonic()

    def look() -> None:
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            seconds = time.monotonic() - began
            if config.max_minutes is not None and seconds >= 60 * config.max_minutes:
                ask_to_stop(state, f"`max_minutes` ({config.max_minutes:g}) was reached. {RESUME}")
                if seconds >= 60 * config.max_minutes + SECONDS_TO_FINISH:
                    ask_to_abandon(state)
            if config.max_failures is not None and tally.failed > config.max_failures:
                last = tally.last_failure
                said = f"`max_failures` ({config.max_failures}) was exceeded. The last failure was: {last.rstrip('.')}."
                ask_to_stop(state, f"{said} {remedy_of(stage, last)}")

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
