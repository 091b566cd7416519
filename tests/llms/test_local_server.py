"""What is said when a model on this machine cannot be served: with the real engine, or before it is started."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ModelError, SelfInstructError
from distilabel_selfinstruct.llms import LocalServerLLM, make_llm
from distilabel_selfinstruct.llms.local import memory
from distilabel_selfinstruct.llms.local.child import LOOPBACK, ChildServer, ServerProgram, how_ended
from distilabel_selfinstruct.llms.local_server import seed_for
from distilabel_selfinstruct.running.runner import run
from tests.gguf_files import gguf_bytes
from tests.local_models import small_server, smollm2

pytestmark = [pytest.mark.process, pytest.mark.slow]


def copied(model: Path, name: str, old: bytes, new: bytes) -> Path:
    """The model with other bytes in its header."""
    content = model.read_bytes()
    assert content.count(old) >= 1
    assert len(old) == len(new)
    path = model.with_name(name)
    path.write_bytes(content.replace(old, new, 1))
    return path


def refusal(tmp_path: Path, model: Path, **options: object) -> str:
    """What a run says that cannot start, and that it leaves no folder behind."""
    with pytest.raises(SelfInstructError) as caught:
        run(RunConfig(llm=f"gguf:{model}", num_instructions=2, **options), tmp_path / "run")
    assert not (tmp_path / "run" / "run.json").exists()
    return str(caught.value)


def served(model: Path) -> LocalServerLLM:
    llm = make_llm(f"gguf:{model}")
    assert isinstance(llm, LocalServerLLM)
    return llm


def test_a_file_that_the_engine_refuses_is_answered_with_the_end_of_its_log(tmp_path: Path) -> None:
    name = struct.pack("<Q", 5) + b"llama"
    path = copied(smollm2(tmp_path), "odd.gguf", name, name[:-5] + b"odder")
    said = refusal(tmp_path, path)
    assert said.startswith("gguf:odd cannot be served: the server ended with status 1 before it answered. Its log says")
    assert said.endswith(": unknown model architecture: 'odder'.")


def test_a_file_that_is_cut_off_is_refused_before_the_engine_is_started(tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    with smollm2(tmp_path).open("rb") as whole:
        path.write_bytes(whole.read(50_000_000))
    assert "is cut off: it has 50,000,000 bytes, and its tensors end at 98,362,432." in refusal(tmp_path, path)


def test_a_model_that_takes_too_short_prompts_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    name = b"llama.context_length" + struct.pack("<I", 4)
    path = copied(smollm2(tmp_path), "short.gguf", name + struct.pack("<I", 8192), name + struct.pack("<I", 1024))
    said = refusal(tmp_path, path)
    assert said.startswith("Prompts of instance_generation need about 1,")
    assert said.endswith("gguf:short was made for 1,024 together. Choose another model.")


def test_a_model_that_does_not_fit_into_memory_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    smollm2(tmp_path)  # the engine is asked for first
    path = tmp_path / "large.gguf"
    path.write_bytes(gguf_bytes())
    with path.open("r+b") as stream:
        stream.truncate(10**13)  # a file with a hole takes no room
    said = refusal(tmp_path, path, prompt_form="completion")
    assert said.startswith("gguf:large needs 10,000.")
    assert said.endswith("free: end other programs, lower `max_in_flight`, or choose a smaller model.")


def can_be_taken(host: str, port: int) -> bool:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind((host, port))
        except OSError:
            return False
    return True


def nobody_listens(port: int) -> bool:
    """Whether connections are refused, at last: a killed process may hold its port for a moment."""
    for _ in range(300):
        with socket.socket() as probe:
            try:
                probe.connect((LOOPBACK, port))
            except ConnectionRefusedError:
                return True
        time.sleep(0.1)
    return False


def test_the_port_is_ours_from_start_to_stop_also_while_nobody_listens() -> None:
    # Whoever took it would be sent the key and the prompts.
    server = small_server()
    server.start()
    port = int(server.address.url.rpartition(":")[2].removesuffix("/v1"))
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    assert nobody_listens(port)
    assert not any(can_be_taken(host, port) for host in (LOOPBACK, "0.0.0.0"))
    server.start_again()
    assert not any(can_be_taken(host, port) for host in (LOOPBACK, "0.0.0.0"))
    server.stop()
    assert can_be_taken(LOOPBACK, port)


def test_a_server_is_not_started_again_beside_another_program_at_its_port() -> None:
    server = small_server()
    server.start()
    port = int(server.address.url.rpartition(":")[2].removesuffix("/v1"))
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((LOOPBACK, port))
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        other.listen()
        with pytest.raises(ModelError, match=rf"another program of yours listens at 127.0.0.1:{port}. End it."):
            server.start_again()
    server.stop()


def test_an_llm_that_nobody_connected_has_a_server_of_its_own_while_it_is_loaded(tmp_path: Path) -> None:
    llm = served(smollm2(tmp_path))
    llm.load()
    assert llm.base_url is not None
    port = int(llm.base_url.rpartition(":")[2].partition("/")[0])
    llm.event_loop.run_until_complete(llm.aclose())
    llm.unload()
    assert nobody_listens(port)


def test_a_server_that_never_answers_its_key_is_no_server(tmp_path: Path) -> None:
    code = "import sys, time; sys.stderr.write('no such model\\n'); sys.exit(7)"
    program = ServerProgram("a:model", lambda port: [sys.executable, "-c", code, str(port)], "A_KEY")
    with pytest.raises(ModelError, match=r"the server ended with status 7 before it answered.*no such model"):
        ChildServer(program).start()


def test_a_server_that_loads_for_too_long_is_given_up_with_the_end_of_its_log() -> None:
    code = "import sys, time; sys.stderr.write('loading\\n'); sys.stderr.flush(); time.sleep(60)"
    server = ChildServer(ServerProgram("a:model", lambda _: [sys.executable, "-c", code], "A_KEY"))
    with pytest.raises(ModelError, match=r"was not loaded in 0\.05 minutes\. Its log ends with: loading\."):
        server.start(seconds=3)
    assert server.wait() != 0
    server.stop()


def test_the_key_is_cut_out_of_the_log(tmp_path: Path) -> None:
    code = "import os; print('key', os.environ['A_KEY'])"
    program = ServerProgram("a:model", lambda port: [sys.executable, "-c", code, str(port)], "A_KEY")
    server = ChildServer(program)
    with pytest.raises(ModelError, match=r"Its log ends with: key \*\*\*\."):
        server.start()
    server.log.keep_in(tmp_path / "log")
    server.stop()
    assert (tmp_path / "log").read_text() == "key ***\n" * (tmp_path / "log").read_text().count("\n")


@pytest.mark.parametrize(
    ("status", "words"),
    [(1, "ended with status 1"), (137, "was ended by SIGKILL, as when memory is short"), (-11, "was ended by SIGSEGV")],
)
def test_how_a_server_ended_is_said_in_words(status: int, words: str) -> None:
    assert how_ended(status) == words


def test_memory_that_is_not_known_refuses_nothing() -> None:
    memory.check_memory("gguf:m", 10**15, None)


def test_some_memory_and_at_least_one_processor_are_left_here() -> None:
    available = memory.available_bytes()
    assert available is not None
    assert available > 10**7
    assert memory.idle_processors() >= 1


def test_processors_at_work_are_not_idle() -> None:
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        assert memory.idle_processors() == 1
    finally:
        for program in programs:
            program.kill()
            program.wait(timeout=60)


def test_other_prompts_and_other_seeds_have_other_random_numbers() -> None:
    seeds = {seed_for(seed, prompt) for seed in range(5) for prompt in ("a", "b", [{"role": "user", "content": "a"}])}
    assert len(seeds) == 15
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert seed_for(1, "a") == seed_for(1, "a")
