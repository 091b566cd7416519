"""What goes wrong with a run that goes to the Hub: it is overcome, or said in one sentence."""

import pytest

from tests.hub.builders import AS_IT_IS, NAME, TO_HUB
from tests.hub.conftest import READ_TOKEN, TOKEN
from tests.local_hub_server import Fault

# The client's own, when it sends a large file.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"),
]


def outputs_of(done):
    return done.stdout + done.stderr


def test_a_bad_token_is_one_sentence(hub, publish, run):
    done = publish(run, *AS_IT_IS, token="hf_wrong")
    assert done.returncode == 1
    assert "does not accept the token (401)" in done.stderr
    assert done.stderr.count("\n") == 1
    assert hub.repositories == {}


def test_without_a_token_nothing_is_asked(hub, publish, run):
    done = publish(run, *AS_IT_IS, token=None)
    assert done.returncode == 1
    assert "There is no Hub token: set the environment variable HF_TOKEN" in done.stderr
    assert hub.requests == []


def test_a_token_that_may_only_read_is_one_sentence(hub, publish, run):
    hub.create(NAME)
    done = publish(run, *AS_IT_IS, token=READ_TOKEN)
    assert done.returncode == 1
    assert f"The token may not write to {NAME} (403)" in done.stderr


def test_an_organisation_that_one_may_not_write_to_is_one_sentence(hub, publish, run):
    done = publish(run, "--repo-id", "forbidden/tasks", "--license", "mit", "--unreviewed")
    assert done.returncode == 1
    assert "The token may not write to forbidden/tasks (403)" in done.stderr


def test_a_hub_that_cannot_be_reached_is_one_sentence(publish, run):
    done = publish(run, *AS_IT_IS, endpoint="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "Cannot reach the Hub at http://127.0.0.1:9" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/lfs/", times=1, drop="before"),
        Fault("PUT", "/lfs/", times=1, status=500),
        Fault("POST", "/preupload/", times=1, status=503),
        Fault("POST", "/commit/", times=1, status=500),
        Fault("POST", "/commit/", times=1, drop="before"),
        Fault("POST", "/commit/", times=1, drop="after"),
        Fault("POST", "/repos/create", times=1, status=429),
        Fault("GET", "/api/datasets/", times=1, status=502),
        Fault("POST", "/commit/", times=1, status=412),
    ],
    ids=lambda fault: f"{fault.path.strip('/')}-{fault.drop or fault.status}",
)
def test_what_goes_wrong_once_is_overcome_with_one_commit(hub, publish, run, fault):
    hub.faults.append(fault)
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 0, done.stderr
    assert fault.times == 0
    assert hub.repositories[NAME].titles == ["initial commit", "Publish with distilabel-selfinstruct"]
    assert "files sent" in done.stdout


def test_after_a_failed_commit_the_same_command_sends_no_large_file_twice(hub, publish, load, run):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    hub.faults.append(Fault("POST", "/commit/", times=99, status=500))
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 1
    assert (
        "has an error of its own (500). The Hub keeps the files that were sent: run the same command again to resume"
        in done.stderr
    )
    assert hub.repositories[NAME].titles == ["initial commit"]
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    sent = [request.path for request in hub.sent("PUT", "/lfs/")]
    assert len(sent) == len(set(sent)) > 1
    hub.faults.clear()
    assert publish(run, *AS_IT_IS).returncode == 0
    assert [request.path for request in hub.sent("PUT", "/lfs/")] == sent
    assert len(load(NAME, "-")["-"]["rows"]) == 6


def test_too_many_requests_is_one_sentence(hub, publish, run):
    hub.faults.append(Fault("POST", "/commit/", times=99, status=429))
    done = publish(run, *AS_IT_IS)
    assert "The Hub had too many requests (429)." in done.stderr


@pytest.mark.parametrize("fault", [None, Fault("POST", "/commit/", times=99, status=400, message=f"bad {TOKEN}")])
def test_the_token_is_nowhere_but_in_headers(hub, publish, publish_process, reviewed, tmp_path, fault):
    if fault:
        hub.faults.append(fault)
    done = publish_process(reviewed, *TO_HUB, "--include-rejections", "--include-seeds")
    dry = publish(reviewed, *TO_HUB, "--to", tmp_path / "dry")
    assert (done.returncode == 0) is (fault is None)
    assert TOKEN not in outputs_of(done) + outputs_of(dry)
    assert not any(TOKEN.encode() in request.body for request in hub.requests)
    assert not any(TOKEN in request.path for request in hub.requests)
    for repository in hub.repositories.values():
        assert not any(TOKEN.encode() in content for content in repository.files.values())
    for folder in (reviewed, tmp_path / "dry"):
        assert not any(TOKEN.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
