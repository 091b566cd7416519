"""A model of the library `transformers` behind the requests of OpenAI's API that this package sends: a program.

`transformers serve` takes no key, ignores the presence penalty, turns the frequency penalty into one on the prompt, and
leaves stop sequences in the text. Here sampling is what a request asks for and nothing else.

Its one argument is a JSON object; see `main` for what it holds. The key is in the environment.
"""

import hmac
import json
import os
import queue
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

KEY_VARIABLE = "SELFINSTRUCT_SERVER_KEY"

MOST_BYTES = 64_000_000
"""No request that a model can answer is longer."""


class RefusedError(Exception):
    """A request that the model cannot answer."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What requests of one batch have in common."""

    limit: int
    temperature: float
    top_p: float
    presence: float
    frequency: float
    stop: tuple[str, ...]


@dataclass(slots=True)
class Job:
    """A request that waits for its answer."""

    tokens: list[int]
    sampling: Sampling
    seed: int
    done: threading.Event = field(default_factory=threading.Event)
    text: str = ""
    finish_reason: str = "length"
    num_tokens: int = 0
    error: str = ""


class Model:
    """The model, and a thread that works on the requests that wait: as many at a time as have the same sampling.

    Args:
        path: a folder, or a name of the Hub.
        batch: the most requests at a time.
    """

    def __init__(self, path: str, batch: int) -> None:
        import torch

        transformers: Any = import_module("transformers")

        self._torch = torch
        self._batch = batch
        self._waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(path, padding_side="left")
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        self._model: Any = transformers.AutoModelForCausalLM.from_pretrained(path, dtype="auto").to(device).eval()
        ends = self._model.generation_config.eos_token_id or self.tokenizer.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends]) - {None}
        self._pad = (
            self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else min(self._ends, default=0)
        )
        # What the maker of the model would add to the sampling is not asked for.
        self._model.generation_config = transformers.GenerationConfig(eos_token_id=sorted(self._ends) or None)
        self.context: int | None = getattr(self._model.config, "max_position_embeddings", None)

    def tokens(self, body: dict[str, Any]) -> list[int]:
        """The tokens of a completion prompt, or of messages by the model's own template."""
        if "messages" not in body:
            return list(self.tokenizer(str(body["prompt"]))["input_ids"])
        if self.tokenizer.chat_template is None:
            raise RefusedError("the model has no chat template")
        text = self.tokenizer.apply_chat_template(
            body["messages"], tokenize=False, add_generation_prompt=True, **(body.get("chat_template_kwargs") or {})
        )
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def answer(self, job: Job) -> None:
        """Wait until a request is answered.

        Raises:
            RefusedError: it is too long, or the model failed at it.
        """
        needed = len(job.tokens) + job.sampling.limit
        if self.context is not None and needed > self.context:
            raise RefusedError(
                f"This model's maximum context length is {self.context} tokens, and the request needs {needed}."
            )
        self._waiting.put(job)
        job.done.wait()
        if job.error:
            raise RefusedError(job.error)

    def work(self) -> None:
        """Answer requests, for ever."""
        put_back: list[Job] = []
        while True:
            first = put_back.pop(0) if put_back else self._waiting.get()
            while not self._waiting.empty():
                put_back.append(self._waiting.get())
            same = [job for job in put_back if job.sampling == first.sampling][: self._batch - 1]
            put_back = [job for job in put_back if job not in same]
            jobs = [first, *same]
            try:
                self._generate(jobs)
            except Exception as error:  # whatever a model raises, its requests are answered
                for job in jobs:
                    job.error = f"{type(error).__name__}: {error}"
            for job in jobs:
                job.done.set()

    def _generate(self, jobs: list[Job]) -> None:
        torch, sampling = self._torch, jobs[0].sampling
        longest = max(len(job.tokens) for job in jobs)
        ids = [[self._pad] * (longest - len(job.tokens)) + job.tokens for job in jobs]
        mask = [[0] * (longest - len(job.tokens)) + [1] * len(job.tokens) for job in jobs]
        options: dict[str, Any] = {"do_sample": sampling.temperature > 0, "repetition_penalty": 1.0}
        if sampling.temperature > 0:
            options |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        if sampling.stop:
            options["stopping_criteria"] = [self._stops(longest, sampling.stop)]
        torch.manual_seed(jobs[0].seed)
        with torch.inference_mode():
            made = self._model.generate(
                input_ids=torch.tensor(ids, device=self._model.device),
                attention_mask=torch.tensor(mask, device=self._model.device),
                max_new_tokens=sampling.limit,
                pad_token_id=self._pad,
                logits_processor=[self._penalties(longest, sampling)],
                **options,
            )
        for job, row in zip(jobs, made[:, longest:].tolist(), strict=True):
            self._read(job, row)

    def _read(self, job: Job, row: list[int]) -> None:
        """Take the answer out of a row of new tokens, which is filled up where others of its batch are longer."""
        end = next((number for number, token in enumerate(row) if token in self._ends), None)
        text = self.tokenizer.decode(row[:end], skip_special_tokens=True)
        stops = [position for stop in job.sampling.stop if (position := text.find(stop)) >= 0]
        job.text = text[: min(stops)] if stops else text
        is_whole = end is not None or bool(stops) or len(row) < job.sampling.limit
        job.finish_reason = "stop" if is_whole else "length"
        job.num_tokens = len(row) if end is None else end + 1

    def _stops(self, num_prompt_tokens: int, stop: tuple[str, ...]) -> Any:
        """Which answers have reached a stop sequence.

        The library's own criterion also finds one that begins in the prompt, which no server of OpenAI's API does.
        """
        longest = max(len(sequence.encode()) for sequence in stop) + 1  # a token has at least one byte

        def stops(ids: Any, _: Any, **_options: Any) -> Any:
            ends = [self.tokenizer.decode(row) for row in ids[:, num_prompt_tokens:][:, -longest:].tolist()]
            found = [any(sequence in text for sequence in stop) for text in ends]
            return self._torch.tensor(found, device=ids.device)

        return stops

    def _penalties(self, num_prompt_tokens: int, sampling: Sampling) -> Any:
        """The penalties of OpenAI's API, which concern the tokens of the answer and not those of the prompt."""
        torch = self._torch

        def penalize(ids: Any, scores: Any) -> Any:
            if not (sampling.presence or sampling.frequency):
                return scores
            new = ids[:, num_prompt_tokens:]
            counts = torch.zeros_like(scores).scatter_add_(1, new, torch.ones_like(new, dtype=scores.dtype))
            return scores - sampling.presence * (counts > 0) - sampling.frequency * counts

        return penalize


def sampling_of(body: dict[str, Any]) -> Sampling:
    """The sampling that a request asks for."""
    stop = body.get("stop") or ()
    return Sampling(
        limit=int(body.get("max_tokens") or body.get("max_completion_tokens") or 16),
        temperature=float(body.get("temperature", 1.0)),
        top_p=float(body.get("top_p", 1.0)),
        presence=float(body.get("presence_penalty") or 0.0),
        frequency=float(body.get("frequency_penalty") or 0.0),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
    )


class KeyedHandler(BaseHTTPRequestHandler):
    """Answers in JSON whoever has the key. Of the requests of others nothing but the head is read."""

    protocol_version = "HTTP/1.1"

    def has_key(self, key: str) -> bool:
        """Whether the request has the key; if not, it is refused."""
        given = self.headers.get("Authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
            return True
        self.close_connection = True  # what follows is a body that nobody reads
        self.refuse(401, "Invalid API key", "authentication_error")
        return False

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. `RefusedError` or `ValueError`: it is something else, or too long."""
        length = int(self.headers.get("Content-Length", 0))
        if not 0 < length <= MOST_BYTES:
            self.close_connection = True
            raise RefusedError(f"a request has from 1 to {MOST_BYTES} bytes")
        body = json.loads(self.rfile.read(length))
        if not isinstance(body, dict):
            raise RefusedError("the request is no JSON object")
        return body

    def refuse(self, status: int, message: str, kind: str) -> None:
        """Answer with an error as OpenAI's API has it."""
        self.send(status, {"error": {"message": message, "type": kind}})

    def send(self, status: int, content: dict[str, Any]) -> None:
        """Answer with a JSON object."""
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def handler_for(model: Model, name: str, key: str) -> type[BaseHTTPRequestHandler]:
    """What answers the requests for a model."""

    class Handler(KeyedHandler):
        def do_GET(self) -> None:
            if not self.has_key(key):
                return
            entry = {"id": name, "object": "model", "max_model_len": model.context}
            self.send(200, {"object": "list", "data": [entry]})

        def do_POST(self) -> None:
            if not self.has_key(key):
                return
            try:
                body = self.body()
                job = Job(model.tokens(body), sampling_of(body), int(body.get("seed") or 0))
                model.answer(job)
            except Exception as error:  # whatever a request holds, it is answered
                fault = str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}"
                self.refuse(400, fault, "invalid_request_error")
                return
            said = {"message": {"role": "assistant", "content": job.text}} if "messages" in body else {"text": job.text}
            usage = {"prompt_tokens": len(job.tokens), "completion_tokens": job.num_tokens}
            usage["total_tokens"] = sum(usage.values())
            choice = {"index": 0, "finish_reason": job.finish_reason, **said}
            self.send(200, {"id": "0", "created": 0, "model": name, "choices": [choice], "usage": usage})

    return Handler


class Server(ThreadingHTTPServer):
    """A server at the port that the process holds which started it."""

    daemon_threads = True

    def server_bind(self) -> None:
        """Share the port."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


def main() -> int:
    """Serve the model until a signal ends this process."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    key = os.environ.pop(KEY_VARIABLE)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported; waiting in circles stops others
    import torch

    torch.set_num_threads(settings["threads"])
    model = Model(settings["path"], settings["slots"])
    threading.Thread(target=model.work, daemon=True).start()
    Server(("127.0.0.1", settings["port"]), handler_for(model, settings["model"], key)).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
