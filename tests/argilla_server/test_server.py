"""The life of the server: start, stop, kill, start again."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import argilla as rg
import httpx
import pytest

from distilabel_selfinstruct.argilla_server import Connection, find_running, start
from distilabel_selfinstruct.argilla_server.home import Home, ServerAddress
from distilabel_selfinstruct.errors import ArgillaServerError, ConfigError
from tests import processes
from tests.live_argilla import server_python

SECRETS = ("OPENAI_API_KEY", "HF_TOKEN", "ARGILLA_API_KEY", "ARGILLA_DATABASE_URL", "ARGILLA_SEARCH_ENGINE")

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="It looks into /proc."),
    pytest.mark.argilla,
]


def quietly(_):
    pass


@pytest.fixture(scope="module", autouse=True)
def _installed():
    server_python()


def until(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def sign_in(url, username, password):
    return httpx.post(f"{url}/api/v1/token", data={"username": username, "password": password}, timeout=60)


def listening_addresses(pid):
    """Local addresses, as the kernel writes them, of the listening sockets of a process."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        target = str(link.readlink())
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    addresses = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                addresses.append(columns[1])
    return addresses


class TestARunningServer:
    def test_it_listens_on_this_machine_only(self, argilla_server):
        port = int(argilla_server.url.rpartition(":")[2])
        assert listening_addresses(argilla_server.pid) == [f"0100007F:{port:04X}"]

    def test_it_is_found_by_its_home(self, argilla_server):
        assert find_running(argilla_server.home) == Connection(argilla_server.url, argilla_server.api_key)

    def test_its_files_are_its_owners(self, argilla_server):
        for path in argilla_server.home.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path

    def test_nothing_secret_is_in_its_arguments_or_its_log(self, argilla_server):
        arguments = Path(f"/proc/{argilla_server.pid}/cmdline").read_bytes().decode()
        log = (argilla_server.home / "server.log").read_text()
        for name in ("owner", "anna"):
            _, password, key = argilla_server.rater(name)
            for secret in (password, key):
                assert secret not in arguments
                assert secret not in log

    def test_a_second_start_in_its_home_names_process_and_address(self, argilla_server):
        with pytest.raises(ArgillaServerError, match=f"process {argilla_server.pid}, {argilla_server.url}"):
            start(argilla_server.home, port=0, on_progress=quietly)
        assert find_running(argilla_server.home) is not None

    def test_its_port_is_taken(self, argilla_server, tmp_path):
        port = int(argilla_server.url.rpartition(":")[2])
        with pytest.raises(ArgillaServerError, match=f"Cannot listen on port {port}: another program uses it"):
            start(tmp_path / "home", port=port, on_progress=quietly)
        assert not (tmp_path / "home").exists()

    def test_its_raters_may_sign_in_and_are_annotators(self, argilla_server):
        username, password, key = argilla_server.rater("anna")
        assert sign_in(argilla_server.url, username, password).status_code == 201
        me = httpx.get(f"{argilla_server.url}/api/v1/me", headers={"X-Argilla-Api-Key": key}, timeout=60).json()
        assert (me["username"], me["role"]) == ("anna", "annotator")

    def test_the_usual_default_accounts_do_not_exist(self, argilla_server):
        for name, password in (("argilla", "12345678"), ("admin", "12345678"), ("owner", "12345678")):
            assert sign_in(argilla_server.url, name, password).status_code == 401
        for key in ("argilla.apikey", "owner.apikey", "admin.apikey"):
            assert (
                httpx.get(f"{argilla_server.url}/api/v1/me", headers={"X-Argilla-Api-Key": key}, timeout=60).status_code
                == 401
            )

    def test_its_workspace_holds_all_accounts(self, argilla_server):
        users = argilla_server.client().workspaces("selfinstruct").users
        assert sorted(user.username for user in users) == ["anna", "ben", "carl", "owner"]


def started_or_refused(home):
    try:
        return start(home, port=0, raters=["anna"], on_progress=quietly)
    except ArgillaServerError as error:
        return error


@pytest.fixture(scope="module")
def restarted(tmp_path_factory):
    """What three lives of a server in one home were like; before the last the file of credentials got lost.

    The first was started twice at once, and stopped twice.
    """
    home = tmp_path_factory.mktemp("restarted") / "home"
    seen = {}
    for name in SECRETS:
        os.environ[name] = "a-secret-of-the-user"
    try:
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(lambda _: started_or_refused(home), range(2)))
    finally:
        for name in SECRETS:
            del os.environ[name]
    [seen["refusal"]] = [outcome for outcome in outcomes if isinstance(outcome, ArgillaServerError)]
    [first] = [outcome for outcome in outcomes if outcome is not seen["refusal"]]
    with first:
        seen["found"] = find_running(home)
        seen["environment"] = Path(f"/proc/{first.pid}/environ").read_text()
        client = rg.Argilla(api_url=first.url, api_key=first.api_key)
        settings = rg.Settings(fields=[rg.TextField("text")], questions=[rg.TextQuestion("why")])
        dataset = rg.Dataset(name="kept", workspace="selfinstruct", client=client, settings=settings).create()
        dataset.records.log([rg.Record(id="1", fields={"text": "x"})])
        client.http_client.close()
        seen["token"] = sign_in(first.url, "anna", first.passwords["anna"]).json()["access_token"]
        seen["temporary"] = list((home / "tmp").iterdir())
    first.stop()
    seen["after"] = sorted(path.name for path in home.iterdir())
    seen["found_after"] = find_running(home)
    with start(home, port=0, raters=["ben"], on_progress=quietly) as second:
        headers = {"Authorization": f"Bearer {seen['token']}"}
        seen["me"] = httpx.get(f"{second.url}/api/v1/me", headers=headers, timeout=60)
        seen["signed_in"] = [sign_in(second.url, name, second.passwords[name]).status_code for name in second.passwords]
        client = rg.Argilla(api_url=second.url, api_key=second.api_key)
        seen["texts"] = [record.fields["text"] for record in client.datasets("kept", "selfinstruct").records()]
        client.http_client.close()
    (home / "credentials.json").unlink()
    with start(home, port=0, raters=["anna"], on_progress=quietly) as third:
        seen["third_signed_in"] = {
            name: sign_in(third.url, name, third.passwords[name]).status_code for name in third.passwords
        }
        seen["old_password"] = sign_in(third.url, "anna", first.passwords["anna"]).status_code
    return first, second, third, seen


class TestAStartInAHomeWhereOneRanBefore:
    def test_keeps_the_data(self, restarted):
        assert restarted[3]["texts"] == ["x"]

    def test_keeps_accounts_and_adds_new_ones(self, restarted):
        first, second, _, seen = restarted
        assert [account.username for account in first.new_accounts] == ["owner", "anna"]
        assert [account.username for account in second.new_accounts] == ["ben"]
        assert second.accounts[:2] == first.accounts
        assert seen["signed_in"] == [201, 201, 201]

    def test_keeps_people_signed_in(self, restarted):
        assert restarted[3]["me"].json()["username"] == "anna"

    def test_makes_new_passwords_where_the_file_was_lost(self, restarted):
        first, _, third, seen = restarted
        assert third.passwords["anna"] != first.passwords["anna"]
        assert seen["third_signed_in"] == {"owner": 201, "anna": 201}
        assert seen["old_password"] == 401


def test_of_two_starts_at_once_in_one_home_one_serves(restarted):
    first, _, _, seen = restarted
    assert "starts or stops" in str(seen["refusal"]) or "runs in" in str(seen["refusal"])
    assert seen["found"].url == first.url


def test_a_stopped_server_leaves_its_data_and_nothing_else(restarted):
    seen = restarted[3]
    assert seen["temporary"] != []
    assert seen["found_after"] is None
    assert seen["after"] == ["argilla.db", "credentials.json", "home.json", "lock", "server.log", "server_id.dat"]


def test_nothing_of_the_users_environment_reaches_the_server(restarted):
    environment = restarted[3]["environment"]
    assert "a-secret-of-the-user" not in environment
    assert not [variable for variable in environment.split("\0") if variable.startswith("ARGILLA_")]


def serve(home, *arguments):
    """`selfinstruct review serve` in a process of its own; returns it and its server's process number."""
    command = [
        sys.executable,
        "-m",
        "distilabel_selfinstruct",
        "review",
        "serve",
        "--home",
        home,
        "--port",
        0,
        *arguments,
    ]
    process = processes.popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def serving():  # what was killed leaves its address behind
        address = Home(home).server_address()
        return address is not None and is_alive(address.pid)

    assert until(serving, 60), process.stderr.read()
    return process, Home(home).server_address().pid


def test_a_killed_launcher_leaves_no_server_and_a_home_to_start_in_and_a_server_that_dies_is_one_sentence(tmp_path):
    home = tmp_path / "home"
    process, pid = serve(home)
    process.kill()
    process.communicate(timeout=10)
    assert until(lambda: not is_alive(pid))
    assert find_running(home) is None
    process, pid = serve(home)
    os.kill(pid, signal.SIGKILL)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert stderr.startswith("selfinstruct: The Argilla server ended by itself.")
    assert "Traceback" not in stderr
    assert not (home / "server.json").exists()
    # Its accounts are those of the first, so it has shown no passwords.
    assert f"Accounts: owner. Passwords are in {home / 'credentials.json'}." in " ".join(stdout.split())


def test_a_signal_to_its_group_stops_it_cleanly(tmp_path):
    process, pid = serve(tmp_path / "home", "--raters", "anna,ben")
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, "")
    assert stdout.endswith("Stopped. All ratings are kept. Run the same command again to resume.\n")
    assert not is_alive(pid)
    assert not (tmp_path / "home" / "server.json").exists()
    assert not (tmp_path / "home" / "tmp").exists()


def test_a_server_that_cannot_start_says_why_and_leaves_the_home_free(tmp_path):
    home = Home(tmp_path / "home")
    os.close(home.hold())
    (home.path / "argilla.db").write_text("this is no database " * 100)
    with pytest.raises(ArgillaServerError, match=r"did not start\. Its log ends with: .*file is not a database"):
        start(home.path, port=0, on_progress=quietly)
    assert not home.is_held
    assert not home.temporary.exists()
    assert not home.server_file.exists()


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_refused(tmp_path, port):
    with pytest.raises(ConfigError, match=f"There is no port {port}"):
        start(tmp_path / "home", port=port, on_progress=quietly)


def test_a_name_that_cannot_be_used_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(ConfigError, match="'an na' cannot be the name of a rater"):
        start(tmp_path / "home", port=0, raters=["an na"], on_progress=quietly)
    assert not (tmp_path / "home").exists()


def test_a_key_is_not_sent_to_a_stranger_at_the_address_of_a_killed_server(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        home = Home(tmp_path / "home")
        os.close(home.hold())
        home.credentials()
        home.write_address(ServerAddress(f"http://127.0.0.1:{stranger.getsockname()[1]}", 1))
        assert find_running(home.path) is None
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_without_a_server_none_is_found(tmp_path):
    assert find_running(tmp_path / "nowhere") is None
