"""`selfinstruct review serve` as its user meets it."""

import os
import re
import signal
import subprocess
import sys

import pytest

from distilabel_selfinstruct.argilla_server.home import Home
from tests import processes
from tests.live_argilla import server_python

pytestmark = pytest.mark.usefixtures("_installed")


@pytest.fixture(scope="module")
def _installed():
    server_python()


def serve_once(home, *arguments, number=signal.SIGINT):
    """Start, wait for the last line that it says before it serves, stop it by a signal; what it printed."""
    command = [
        sys.executable,
        "-m",
        "distilabel_selfinstruct",
        "review",
        "serve",
        "--home",
        home,
        "--port",
        "0",
        *arguments,
    ]
    process = processes.popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "40"},
    )  # fmt: skip
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Ctrl-C stops"):
            process.send_signal(number)
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), error) == (0, "")
    return lines


@pytest.fixture(scope="module")
def two_starts(tmp_path_factory):
    home = tmp_path_factory.mktemp("serve") / "home"
    first = serve_once(home, "--raters", "anna, ben")
    return home, first, serve_once(home, "--raters", "ben,carl", number=signal.SIGTERM)


def test_it_says_where_it_runs_and_how_to_resume(two_starts):
    home, first, _ = two_starts
    assert first[0] == "Starting the Argilla server."
    assert re.fullmatch(
        rf"Argilla runs at http://127\.0\.0\.1:\d+, on this machine only\. Its data is in {home}\.", first[1]
    )
    assert "Send a run to it: selfinstruct review push DIR" in first
    assert first[-2:] == [
        "Ctrl-C stops the server.",
        "Stopped. All ratings are kept. Run the same command again to resume.",
    ]


def test_passwords_are_shown_when_accounts_are_made_and_never_again(two_starts):
    home, first, second = two_starts
    passwords = {account.username: account.password for account in Home(home).saved_credentials().accounts}
    assert [name for name in passwords if any(passwords[name] in line for line in first)] == ["owner", "anna", "ben"]
    assert [name for name in passwords if any(passwords[name] in line for line in second)] == ["carl"]
    assert f"Passwords are shown only now. They are also in {home / 'credentials.json'}." in second
    assert second[-1] == first[-1]  # it was stopped as kindly by SIGTERM


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "70000"], "There is no port 70000"),
        (["--raters", "anna,o'neill"], "cannot be the name of a rater"),
        (["--raters", "owner"], "it is the owner's, so choose another"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path, arguments, message):
    command = [sys.executable, "-m", "distilabel_selfinstruct", "review", "serve", "--home", str(tmp_path / "home")]
    done = processes.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, message in done.stderr, len(done.stderr.splitlines())) == (1, True, 1)
    assert not (tmp_path / "home").exists()


def test_help_needs_no_import_of_the_host():
    command = [sys.executable, "-X", "importtime", "-m", "distilabel_selfinstruct", "review", "serve", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--raters" in done.stdout
    assert not re.search(r" (distilabel|argilla)\n", done.stderr)
