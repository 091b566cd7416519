"""The environment of the server is made with stand-ins for the installers: the real ones serve all other tests."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from distilabel_selfinstruct.argilla_server import environment
from distilabel_selfinstruct.argilla_server.environment import REQUIREMENTS, ensure_environment, environment_folder
from distilabel_selfinstruct.errors import ArgillaServerError, OutputFileError

pytestmark = pytest.mark.process

# Makes an "environment" that holds a link to this Python, and writes down each call.
WORKING_UV = f"""\
#!/bin/sh
echo "$1 in" >> "$UV_CALLS"
if [ "$1" = venv ]; then
    for folder; do :; done
    mkdir -p "$folder/bin" && ln -s {sys.executable} "$folder/bin/python"
else
    sleep 1
    echo "Installed 100 packages"
fi
"""

FAILING_UV = """\
#!/bin/sh
env > "$UV_CALLS"
echo "uv says: no index can be reached" >&2
exit 2
"""


@pytest.fixture
def uv(tmp_path, monkeypatch):
    """Put an `uv` before all others, and let caches lie in a new folder."""
    beside_python = Path(sys.executable).parent / "uv"
    if beside_python.exists():
        pytest.skip("A uv beside this Python would go before the stand-in.")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    def install(script):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "uv").write_text(script)
        (tmp_path / "bin" / "uv").chmod(0o755)

    return install


def calls(tmp_path):
    return (tmp_path / "calls").read_text().split("\n")[:-1]


def test_requirements_are_pinned_and_name_no_address():
    lines = REQUIREMENTS.read_text().splitlines()
    assert f"argilla-server=={environment.SERVER_VERSION}" in lines
    for line in lines:
        assert "==" in line
        assert "://" not in line
        assert not line.startswith("-")


def test_the_environment_is_made_once_in_the_users_cache(uv, tmp_path):
    uv(WORKING_UV)
    told = []
    python = ensure_environment(told.append)
    assert python == tmp_path / "cache" / "distilabel-selfinstruct" / environment_folder().name / "bin" / "python"
    assert environment_folder().name.startswith("argilla-server-2.8.0-")
    assert told == [f"Installing the Argilla server 2.8.0, once: about 600 MB in {environment_folder().parent}."]
    assert ensure_environment(told.append) == python
    assert calls(tmp_path) == ["venv in", "pip in"]
    assert len(told) == 1


def test_other_requirements_give_another_folder(monkeypatch, tmp_path):
    before = environment_folder()
    (tmp_path / "requirements.txt").write_text("argilla-server==2.8.0\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path / "requirements.txt")
    assert environment_folder() != before


def test_a_half_made_environment_is_made_again(uv, tmp_path):
    uv(WORKING_UV)
    (environment_folder() / "bin").mkdir(parents=True)
    (environment_folder() / "bin" / "python").write_text("half of it")
    ensure_environment(lambda _: None)
    assert (environment_folder() / "bin" / "python").is_symlink()


def test_an_environment_whose_python_is_gone_is_made_again(uv, tmp_path):
    uv(WORKING_UV)
    python = ensure_environment(lambda _: None)
    python.unlink()
    python.symlink_to(tmp_path / "uninstalled")
    ensure_environment(lambda _: None)
    assert calls(tmp_path) == ["venv in", "pip in"] * 2


def test_two_starts_at_once_make_one_environment(uv, tmp_path):
    uv(WORKING_UV)
    code = """\
    from distilabel_selfinstruct.argilla_server.environment import ensure_environment
    print(ensure_environment())
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    assert {output[-1] for output in outputs} == {str(environment_folder() / "bin" / "python")}
    assert calls(tmp_path) == ["venv in", "pip in"]


def test_without_an_index_it_says_what_is_needed_and_what_the_installer_said_which_got_no_secrets(
    uv, monkeypatch, tmp_path
):
    uv(FAILING_UV)
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "ARGILLA_API_KEY", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ArgillaServerError, match="check the connection to the package index") as caught:
        ensure_environment(lambda _: None)
    message = str(caught.value)
    assert "No matching distribution found for" in message
    assert "\n" not in message
    assert not environment_folder().exists()
    seen = (tmp_path / "calls").read_text()
    assert "secret" not in seen
    assert "HTTPS_PROXY=http://proxy.invalid" in seen


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "cache").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(OutputFileError, match=r"Cannot write to .*argilla-server-2\.8\.0-"):
        ensure_environment(lambda _: None)


SLEEPING_UV = """\
#!/bin/sh
echo "$1 in" >> "$UV_CALLS"
exec sleep 60
"""


def test_a_signal_during_the_installation_ends_it_at_once(uv, tmp_path):
    uv(SLEEPING_UV)
    command = [sys.executable, "-m", "distilabel_selfinstruct", "review", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--home", str(tmp_path / "home")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "calls").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    _, error = process.communicate(timeout=20)
    assert (process.returncode, error) == (0, "")
    assert not (tmp_path / "home").exists()
