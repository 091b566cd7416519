"""Servers of our day on this machine: what each refuses, how it thinks, and what it says of both.

Each is a function from `Asked` to `Reply`, or a class whose instances are; see `local_openai_server`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.journal.step_journal import StepJournal
from distilabel_selfinstruct.llms import CompletionClient, OpenAICompatibleLLM
from distilabel_selfinstruct.llms.pacing import Pace
from distilabel_selfinstruct.prompts import Decoding, PromptForm, default_decoding
from distilabel_selfinstruct.records import Completion, Request, Stage
from tests.clocks import FastClock
from tests.llms.builders import a_request, chat
from tests.local_openai_server import Asked, LocalOpenAIServer, Reply, refused, text

Answering = Callable[[Asked], Reply]

THOUGHT_TOKENS = 400


@dataclass
class Exchange:
    """What came of requests to a server: bodies that it took, completions, notes, and tokens that it served.

    `recorded` is what a journal keeps, and so what a run counts.
    """

    bodies: list[dict[str, Any]]
    num_refused: int
    completions: list[Completion]
    notes: list[Note]
    tokens_served: tuple[int, int]
    recorded: list[Completion]

    @property
    def texts(self) -> list[str | None]:
        return [completion.text for completion in self.completions]

    @property
    def said(self) -> list[str]:
        return [note.text for note in self.notes]

    @property
    def tokens_reported(self) -> tuple[int, int]:
        return (
            sum(completion.input_tokens for completion in self.recorded),
            sum(completion.output_tokens for completion in self.recorded),
        )


class Watched:
    """An answering function that keeps which bodies it took and how many it refused."""

    def __init__(self, answer: Answering) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.num_refused = 0
        self._answer = answer

    def __call__(self, asked: Asked) -> Reply:
        reply = self._answer(asked)
        if reply.status == 200:
            self.bodies.append(asked.body)
        else:
            self.num_refused += 1
        return reply


class Kept(StepJournal):
    """A journal that keeps completions and notes in this process."""

    def __init__(self, notes: list[Note]) -> None:
        super().__init__("", "step")
        self.kept: list[Completion] = []
        self._told = notes

    def record_note(self, note: Note) -> bool:
        is_new = super().record_note(note)
        if is_new:
            self._told.append(note)
        return is_new

    def record_completion(
        self, request: Request, decoding: Decoding, completion: Completion, *, durable: bool = True
    ) -> None:
        self.kept.append(completion)


def exchange(
    answer: Answering,
    *requests: Request,
    max_in_flight: int = 1,
    form: PromptForm = "chat",
    decoding: Decoding | None = None,
    **options: Any,
) -> Exchange:
    """Ask a server; the requests one after the other unless more may be in flight."""

    def decoding_of(request: Request) -> Decoding:
        return decoding or default_decoding(request.stage, is_classification=request.is_classification, form=form)

    notes: list[Note] = []
    journal = Kept(notes)
    watched = Watched(answer)
    with LocalOpenAIServer(watched) as server:
        llm = OpenAICompatibleLLM(model="small", base_url=server.url, **options)
        llm.on_note(notes.append)
        llm.load()
        client = CompletionClient(
            llm,
            decoding_of,
            pace=Pace(max_in_flight=max_in_flight, max_wait_minutes=2),
            retries=2,
            journal=journal,
            warn=lambda _: None,
            clock=FastClock(100),
        )
        try:
            completions = client.ask(requests)
        finally:
            client.close()
        return Exchange(watched.bodies, watched.num_refused, completions, notes, server.tokens_served, journal.kept)


def requests(count: int = 1, stage: Stage = Stage.INSTRUCTION_GENERATION) -> list[Request]:
    return [
        a_request(chat(f"Prompt {number}"), number=number, stage=stage, instruction=f"Task {number}.")
        for number in range(count)
    ]


def fields(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a body besides those that every request has."""
    return {name: value for name, value in body.items() if name not in ("model", "messages", "prompt")}


# --- servers that refuse


def refusing(*names: str, then: Answering = lambda _: text("A river")) -> Answering:
    """A server that names the first field that it does not know, as OpenAI's does."""

    def answer(asked: Asked) -> Reply:
        for name in names:
            if name in asked.body:
                message = f"Unsupported parameter: '{name}' is not supported with this model."
                return refused(message, name, "unsupported_parameter")
        return then(asked)

    return answer


def gpt_5(asked: Asked) -> Reply:
    """GPT-5: its own name for the limit, no sampling, hidden thoughts that `minimal` effort switches off."""
    body = asked.body
    if "max_tokens" in body:
        return refused(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
            "instead.",
            "max_tokens",
            "unsupported_parameter",
        )
    if body.get("temperature", 1) != 1:
        return refused(
            f"Unsupported value: 'temperature' does not support {body['temperature']} with this model. Only the "
            "default (1) value is supported.",
            "temperature",
            "unsupported_value",
        )
    effort = body.get("reasoning_effort", "medium")
    if effort not in ("minimal", "low", "medium", "high"):
        return refused(
            f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. Supported values are: "
            "'minimal', 'low', 'medium', and 'high'.",
            "reasoning_effort",
            "unsupported_value",
        )
    unknown = body.keys() - {"model", "messages", "max_completion_tokens", "temperature", "reasoning_effort"}
    for name in ("stop", "top_p", "presence_penalty", "frequency_penalty"):
        if name in unknown:
            return refused(
                f"Unsupported parameter: '{name}' is not supported with this model.", name, "unsupported_parameter"
            )
    if unknown:
        return refused(f"Unknown parameter: '{min(unknown)}'.", min(unknown), "unknown_parameter")
    thoughts = {"minimal": 0, "low": 60}.get(effort, THOUGHT_TOKENS)
    return with_hidden_thoughts("9. Name a river.\n10. Name a lake.\n17. Name a sea.", thoughts, asked)


def o_series(asked: Asked) -> Reply:
    """OpenAI's o-series: as GPT-5, but thoughts cannot be switched off, and it refuses when they take all tokens."""
    if asked.body.get("reasoning_effort") == "minimal":
        return refused(
            "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.",
            "reasoning_effort",
            "unsupported_value",
        )
    reply = gpt_5(asked)
    if reply.status == 200 and not reply.choices[0][0]:
        return refused(
            "Could not finish the message because max_tokens or model output limit was reached. Please try again with "
            "higher max_tokens."
        )
    return reply


def limit_of(asked: Asked) -> int:
    return int(asked.body.get("max_tokens") or asked.body.get("max_completion_tokens") or 10_000)


def with_hidden_thoughts(content: str, thoughts: int, asked: Asked, *, counted: bool = True) -> Reply:
    """An answer after thoughts that are not shown, cut off where both do not fit in the limit."""
    limit, size = limit_of(asked), len(content.split())
    fits = thoughts + size <= limit
    kept = content if fits else " ".join(content.split()[: max(0, limit - thoughts)])
    spent = min(limit, thoughts + size)
    counts: dict[str, Any] = {"prompt_tokens": 50, "completion_tokens": spent, "total_tokens": 50 + spent}
    if counted:
        counts["completion_tokens_details"] = {"reasoning_tokens": min(limit, thoughts)}
    return replace(text(kept, "stop" if fits else "length"), usage=(50, spent), counts=counts)


def with_shown_thoughts(content: str, thoughts: int, asked: Asked, name: str) -> Reply:
    """An answer whose thoughts stand in a field of their own, or in the text where `name` is "<think>"."""
    limit, size = limit_of(asked), len(content.split())
    spent = min(limit, thoughts + size)
    words = " ".join(["hm"] * min(limit, thoughts))
    fits, finish_reason = thoughts + size <= limit, "stop" if thoughts + size <= limit else "length"
    if not thoughts:
        return text(content, finish_reason, (50, size))
    if name == "<think>":
        closed = f"\n{words}\n</think>\n\n{content}" if thoughts < limit else f"\n{words}"
        return text(f"<think>{closed}", finish_reason, (50, spent))
    kept = content if fits else " ".join(content.split()[: max(0, limit - thoughts)])
    return replace(text(kept or None, finish_reason, (50, spent)), message={name: words})


@dataclass
class Thinker:
    """A model that shows its thoughts under a name, unless a field of the body switches them off.

    `is_off` looks at the body; all other fields are passed over, as open servers do.
    """

    name: str
    is_off: Callable[[dict[str, Any]], bool] = lambda _: False
    content: str = "9. Name a river.\n10. Name a lake.\n17. Name a sea."
    thoughts: int = THOUGHT_TOKENS
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        self.bodies.append(asked.body)
        thoughts = 0 if self.is_off(asked.body) else self.thoughts
        return with_shown_thoughts(self.content, thoughts, asked, self.name)


def template_switch(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: body.get("chat_template_kwargs", {}).get(name) is False
