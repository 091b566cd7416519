"""No key and no password is in anything that a command prints or writes, and none goes to a host it is not for."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from distilabel_selfinstruct.config.api_keys import clean_key
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.llms import make_llm
from distilabel_selfinstruct.llms.openai_compatible import OpenAICompatibleLLM
from distilabel_selfinstruct.review.argilla.connection import _space_headers
from tests import processes
from tests.local_openai_server import KEY, Asked, LocalOpenAIServer, Reply, refused
from tests.running.cli_runs import answer

USER, PASSWORD, QUERY = "ann", "pa55-w0rd-of-ann", "s1gnature-of-ann"
SECRETS = (KEY, PASSWORD, QUERY, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())


def selfinstruct(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("OPENAI_BASE_URL", "HF_TOKEN")}
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**kept, "COLUMNS": "200", "OPENAI_API_KEY": KEY, **environment},
    )


def leaks(*texts: str) -> list[str]:
    return [secret for secret in SECRETS for text in texts if secret in text]


def leaks_in(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    return [f"{secret} in {path}" for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]


def private(url: str) -> str:
    """The address of a server with a user, a password and a secret query."""
    return url.replace("http://", f"http://{USER}:{PASSWORD}@")


def telling(asked: Asked) -> Reply:
    """A server that repeats all that it was sent, as some do."""
    return refused(f"cannot serve {private('http://host/v1')} with Bearer {KEY} and {SECRETS[3]}", status=401)


@pytest.fixture
def server() -> Iterator[LocalOpenAIServer]:
    with LocalOpenAIServer(answer) as server:
        yield server


@pytest.mark.parametrize("around", ["{}\n", "{}\r\n", " {}\t", "\n{}"])
def test_blanks_and_line_ends_around_a_key_are_no_part_of_it(around):
    assert clean_key(around.format(KEY), "a file") == KEY


def test_a_key_with_blanks_and_line_ends_around_it_is_sent_without_them_and_never_shown(tmp_path, server):
    options = ("--llm", "openai:small", "--base-url", server.url, "-n", 2)
    done = selfinstruct("run", "-o", tmp_path / "run", *options, OPENAI_API_KEY=f"\n {KEY}\t\r\n")
    assert done.returncode == 0, done.stderr
    assert {asked.key for asked in server.asked} == {KEY}
    assert not leaks(done.stdout, done.stderr)
    assert not leaks_in(tmp_path)


@pytest.mark.parametrize("inside", ["{}\n{}", "{}é", "{}\x01{}"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(inside):
    with pytest.raises(ConfigError, match="The API key in a file holds") as caught:
        clean_key(inside.format(KEY, KEY), "a file")
    assert not leaks(str(caught.value))


def test_a_command_with_a_key_that_cannot_be_sent_does_not_show_it(tmp_path, server):
    options = ("--llm", "openai:small", "--base-url", server.url, "-n", 2)
    done = selfinstruct("run", "-o", tmp_path / "run", *options, OPENAI_API_KEY=f"{KEY}\n{KEY}")
    assert done.returncode == 1
    assert "The API key in OPENAI_API_KEY holds" in done.stderr
    assert not leaks(done.stdout, done.stderr)


@pytest.mark.parametrize("batch", [(), ("--batch",)])
def test_a_server_that_repeats_key_and_password_tells_nobody(tmp_path, batch):
    with LocalOpenAIServer(telling) as server:
        url = f"{private(server.url)}"
        done = selfinstruct("run", "-o", tmp_path / "run", "--llm", "openai:small", "--base-url", url, "-n", 2, *batch)
    assert done.returncode != 0
    assert not leaks(done.stdout, done.stderr)
    assert not leaks_in(tmp_path)


def test_no_output_and_no_file_of_any_command_holds_a_key_or_a_password(tmp_path, server):
    """A whole day of a user: each command that takes the run, with what goes wrong and what goes right."""
    run, url = tmp_path / "run", private(server.url)
    model = ("--llm", "openai:small", "--base-url", url)
    publish = ("publish", run, "--repo-id", "acme/tasks", "--license", "mit", "--unreviewed")
    commands: list[tuple[object, ...]] = [
        ("run", "-o", run, *model, "-n", 3, "--dry-run"),
        ("run", "-o", run, *model, "-n", 3),
        ("run", "-o", run, *model, "-n", 3),
        ("run", "-o", run, *model, "-n", 4),
        ("run", "-o", run, *model, "-n", 4, "--extend"),
        ("run", "-o", run, "--llm", "recorded:demo", "--base-url", url),
        ("run", "-o", run, "--llm", "hf:org/model", "--base-url", url),
        ("status", run),
        ("rejections", run),
        ("report", run, "-o", tmp_path / "report.html"),
        ("export", run, "-o", tmp_path / "train.jsonl"),
        (*publish, "--to", tmp_path / "repository"),
        ("review", "push", run, "--api-url", private("http://127.0.0.1:1"), "--api-key", KEY),
        ("review", "pull", run, "--api-url", private("http://127.0.0.1:1"), "--api-key", KEY),
        ("review", "status", run, "--api-url", private("ftp://127.0.0.1:1"), "--api-key", KEY),
    ]
    for command in commands:
        done = selfinstruct(*command, HF_TOKEN=f"hf_{PASSWORD}")
        assert not leaks(done.stdout, done.stderr), command[0]
    assert (run / "run.json").exists()
    assert (tmp_path / "repository" / "README.md").exists()
    assert not leaks_in(tmp_path)


# --- hosts


def test_a_configuration_that_names_a_server_needs_the_trust_of_its_user(tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text(yaml.safe_dump({"llm": "openai:small", "base_url": private("http://models.evil.invalid/v1")}))
    done = selfinstruct("run", "-o", tmp_path / "run", "--config", config, "-n", 2)
    assert done.returncode == 1
    said = f"{config} sends your prompts, and your API key if one is set, to http://models.evil.invalid/v1."
    assert f"{said} If you trust that server, add --trust-base-url." in done.stderr
    assert not (tmp_path / "run").exists()
    assert not leaks(done.stdout, done.stderr)


def test_the_server_of_a_single_stage_needs_trust_too(tmp_path):
    config = tmp_path / "run.yaml"
    stage = {"llm": "openai:small", "base_url": "http://models.evil.invalid/v1"}
    config.write_text(yaml.safe_dump({"llm": "recorded:demo", "stages": {"classification": stage}}))
    done = selfinstruct("run", "-o", tmp_path / "run", "--config", config, "-n", 2)
    assert "to http://models.evil.invalid/v1. If you trust" in done.stderr


@pytest.mark.parametrize("trust", [("--trust-base-url",), "the address on the command line"])
def test_a_server_that_its_user_trusts_is_asked(tmp_path, server, trust):
    # The same machine under a name that is not known to be it.
    url = server.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")
    config = tmp_path / "run.yaml"
    config.write_text(yaml.safe_dump({"llm": "openai:small", "base_url": url}))
    options = trust if isinstance(trust, tuple) else ("--base-url", url)
    done = selfinstruct("run", "-o", tmp_path / "run", "--config", config, "-n", 2, *options)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.invalid/v1",
        "https://evil-huggingface.co/v1",
        "https://huggingface.co.evil.invalid/v1",
        "https://huggingface.co@evil.invalid/v1",
        "https://acme.hf.space/v1",
        "http://router.huggingface.co/v1",
        "http://localhost:8000/v1",
    ],
)
def test_the_token_of_the_hub_goes_to_the_hub_only(monkeypatch, url):
    monkeypatch.setenv("HF_TOKEN", KEY)
    with pytest.raises(ConfigError, match=r"HF_TOKEN is for huggingface\.co and is not sent to") as caught:
        make_llm("hf:org/model", base_url=url, prompt_form="chat")
    assert not leaks(str(caught.value))
    with pytest.raises(ConfigError, match="HF_TOKEN is for"):
        OpenAICompatibleLLM(model="m", base_url=url, api_key_variable="HF_TOKEN").load()


@pytest.mark.parametrize("url", ["https://router.huggingface.co/v1", "https://huggingface.co/api/v1"])
def test_the_token_of_the_hub_goes_to_the_hub(monkeypatch, url):
    monkeypatch.setenv("HF_TOKEN", KEY)
    make_llm("hf:org/model", base_url=url, prompt_form="chat").load()


def test_a_space_gets_the_token_that_is_meant_for_it_and_never_that_of_the_hub(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", KEY)
    assert _space_headers("https://acme-argilla.hf.space") == {}
    monkeypatch.setenv("ARGILLA_SPACE_TOKEN", "hf_reads_one_space\n")
    assert _space_headers("https://acme-argilla.hf.space") == {"Authorization": "Bearer hf_reads_one_space"}
    for url in ("https://hf.space.evil.invalid", "https://evilhf.space", "http://acme.hf.space"):
        assert _space_headers(url) == {}
