"""What a run does when a server of its own ends for good."""

import os
import signal
import socket
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ModelError
from distilabel_selfinstruct.journal.stop_file import is_abandoned, stop_reason
from distilabel_selfinstruct.llms import RecordedLLM
from distilabel_selfinstruct.llms.local.child import LOOPBACK
from distilabel_selfinstruct.running.local_servers import LocalServers, _Served, seconds_to_load
from distilabel_selfinstruct.running.plan import PlannedModel
from tests.local_models import small_server, wait_for


@pytest.mark.parametrize(("max_minutes", "seconds"), [(None, 3600), (0.5, 30), (600, 3600)])
def test_a_model_may_load_as_long_as_the_run_may_take(max_minutes: float | None, seconds: float) -> None:
    config = RunConfig(llm="recorded:demo", max_minutes=max_minutes)
    assert seconds_to_load([PlannedModel((), config, RecordedLLM())]) == seconds


@pytest.mark.process
@pytest.mark.slow
def test_a_server_that_crashes_at_a_first_request_is_named_and_not_its_address() -> None:
    server = small_server()
    server.start()
    servers = LocalServers({"": _Served(server, 1)}, lambda _: None)
    no_server = ModelError("No server can be reached.")
    servers.raise_if_one_has_ended(no_server)  # it runs
    os.killpg(server.pid, signal.SIGSEGV)
    with pytest.raises(ModelError, match=r"^The server of a:model was ended by SIGSEGV when it was asked. Its log "):
        servers.raise_if_one_has_ended(no_server)
    server.stop()


@pytest.mark.process
@pytest.mark.slow
def test_requests_are_not_waited_for_that_a_program_holds_which_took_the_port_of_a_server(tmp_path: Path) -> None:
    server = small_server()
    server.start()
    said: list[str] = []
    LocalServers({"": _Served(server, 1)}, said.append, patience=0.3).keep(tmp_path / "logs", tmp_path)
    port = int(server.address.url.rpartition(":")[2].removesuffix("/v1"))
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((LOOPBACK, port))
        other.listen()  # it takes connections, and answers none
        os.killpg(server.pid, signal.SIGKILL)
        wait_for(lambda: is_abandoned(tmp_path), 60)
    server.stop()
    assert f"another program of yours listens at {LOOPBACK}:{port}." in stop_reason(tmp_path)
    assert len(said) == 1
