"""What the host and the client of a server would log in between, and a run keeps off the screen."""

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from distilabel_selfinstruct.host_fixes.logging_after_run import setup_logging, stop_logging
from distilabel_selfinstruct.llms import OpenAICompatibleLLM
from distilabel_selfinstruct.running.runner import _quiet_host
from tests.local_openai_server import KEY, LocalOpenAIServer, text


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    names = ("httpx", "httpcore", "httpx2", "httpcore2")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    yield caplog
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def ask(server: LocalOpenAIServer) -> None:
    llm = OpenAICompatibleLLM(model="small", base_url=server.url, api_key=KEY)
    llm.load()

    async def once() -> None:
        await llm.agenerate(input="Sort.", max_new_tokens=4)
        await llm.aclose()

    asyncio.run(once())


class FullDisk(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            Path("/dev/full").write_text(record.getMessage())
        except OSError:
            self.handleError(record)


def test_a_log_on_a_full_disk_puts_nothing_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    logger, handler = logging.getLogger("a.full.disk"), FullDisk()
    logger.addHandler(handler)
    with _quiet_host():
        logger.warning("A step failed.")
    assert "Logging error" not in capsys.readouterr().err
    logger.warning("Another one.")
    assert "Logging error" in capsys.readouterr().err
    logger.removeHandler(handler)


def test_the_client_of_models_logs_nothing(said: pytest.LogCaptureFixture) -> None:
    with LocalOpenAIServer(lambda _: text("Sorted.")) as server:
        ask(server)
    assert {record.name for record in said.records} <= {"asyncio"}


@pytest.mark.parametrize("client", ["httpx2", "httpcore2"])
def test_a_client_of_another_package_logs_no_request_of_a_run(client: str, said: pytest.LogCaptureFixture) -> None:
    logging.getLogger(client).info("HTTP Request: POST")
    assert said.text
    said.clear()
    setup_logging(lambda: None)
    try:
        logging.getLogger(client).info("HTTP Request: POST")
    finally:
        stop_logging(lambda: None)
    assert said.text == ""


@pytest.mark.parametrize("level", [None, "DEBUG"])
def test_the_host_logs_at_the_level_that_its_user_asked_for(level: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "DISTILABEL_LOG_LEVEL"
    monkeypatch.delenv(name, raising=False)
    if level:
        monkeypatch.setenv(name, level)
    with _quiet_host():
        assert os.environ[name] == (level or "WARNING")
    assert os.environ.get(name) == level
