"""Publishing from Python: one result, and errors that say what happened."""

import pytest

import distilabel_selfinstruct as si
from distilabel_selfinstruct.errors import ConfigError, HubError, InputFileError, OutputFileError, PublishError
from distilabel_selfinstruct.hub import publish
from tests.hub.builders import run_folder
from tests.hub.conftest import READ_TOKEN
from tests.local_hub_server import Fault

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("without_figures"),
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"),
]

NAME = "acme/tasks"
OPTIONS = {"license": "mit", "unreviewed": True}


def test_a_run_is_published_by_its_folder_from_the_package_itself(run, tmp_path):
    result = si.publish(run, repo_id=NAME, **OPTIONS, to=tmp_path / "dry")
    assert result.num_rows["instances"] == 6


def test_a_dry_run_says_where_the_repository_is(run, tmp_path):
    seen = []
    result = publish(run, NAME, **OPTIONS, to=str(tmp_path / "dry"), on_progress=seen.append)
    assert (result.folder, result.uploaded) == (tmp_path / "dry", None)
    assert result.num_rows == {"instances": 6, "instructions": 7, "sft": 6}
    assert result.num_files == len([path for path in (tmp_path / "dry").rglob("*") if path.is_file()])
    assert seen[:2] == ["choosing the rows", "writing instances"]
    assert seen[-1] == "writing the card"


def test_a_published_run_is_on_the_hub_and_in_no_folder(hub, use_hub, run):
    use_hub()
    result = publish(run, NAME, **OPTIONS)
    assert result.folder is None
    assert result.uploaded is not None
    assert result.uploaded.url == f"{hub.url}/datasets/{NAME}"
    assert "README.md" in result.uploaded.sent
    again = publish(run, NAME, **OPTIONS).uploaded
    assert again is not None
    assert (again.sent, again.deleted, again.commit) == ((), (), result.uploaded.commit)


@pytest.mark.parametrize(
    "wrong",
    [
        {"license": None},
        {"license": "cc-by-9"},
        {"languages": ["English!"]},
        {"include": ["all"]},
        {"include": ["undecided"]},
        {"license_name": "Mine"},
    ],
)
def test_a_wrong_option_is_the_fault_of_the_configuration(run, tmp_path, wrong):
    with pytest.raises(ConfigError):
        publish(run, NAME, **{**OPTIONS, **wrong}, to=tmp_path / "dry")
    assert not (tmp_path / "dry").exists()


@pytest.mark.parametrize("name", ["tasks", "acme/a--b", "acme/x.git", "../tasks", "acme/de mo"])
def test_a_name_that_the_hub_cannot_have_is_the_fault_of_the_configuration(run, tmp_path, name):
    with pytest.raises(ConfigError, match="`repo_id` is"):
        publish(run, name, **OPTIONS, to=tmp_path / "dry")


def test_a_missing_token_is_the_fault_of_the_configuration(hub, use_hub, run):
    use_hub(token=None)
    with pytest.raises(ConfigError, match="There is no Hub token"):
        publish(run, NAME, **OPTIONS)
    assert hub.requests == []


@pytest.mark.parametrize("options", [{"license": "mit"}, {"license": "mit", "unreviewed": True}])
def test_a_run_that_is_not_fit_to_be_published_is_a_publish_error(tmp_path, options):
    folder = run_folder(tmp_path / "run", status="stopped" if "unreviewed" in options else "finished")
    with pytest.raises(PublishError):
        publish(folder, NAME, **options, to=tmp_path / "dry")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/commit/", times=99, status=409),
        Fault("GET", "/api/datasets/", times=99, status=403),
        Fault("PUT", "/lfs/", times=99, status=400),
    ],
    ids=lambda fault: f"{fault.path.strip('/')}-{fault.status}",
)
def test_what_the_hub_does_is_a_hub_error_with_the_address(hub, use_hub, run, fault):
    hub.faults.append(fault)
    use_hub()
    with pytest.raises(HubError) as caught:
        publish(run, NAME, **OPTIONS)
    assert caught.value.url == f"{hub.url}/datasets/{NAME}"


def test_a_hub_that_refuses_the_token_or_cannot_be_reached_is_a_hub_error(hub, use_hub, run):
    hub.create(NAME)
    for where in ({"token": READ_TOKEN}, {"token": "hf_wrong"}, {"endpoint": "http://127.0.0.1:9"}):
        use_hub(**where)
        with pytest.raises(HubError) as caught:
            publish(run, NAME, **OPTIONS)
        assert caught.value.url.endswith(f"/datasets/{NAME}")


def test_a_repository_that_must_not_be_replaced_is_a_hub_error_with_its_address(hub, use_hub, run):
    hub.create(NAME, files={"README.md": b"# Mine"})
    use_hub()
    for options, message in (({}, "holds something else"), ({"private": True}, "is public already")):
        with pytest.raises(HubError, match=message) as caught:
            publish(run, NAME, **OPTIONS, **options)
        assert caught.value.url == f"{hub.url}/datasets/{NAME}"


def test_a_folder_that_holds_something_is_named(run, tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputFileError, match="holds something already") as caught:
        publish(run, NAME, **OPTIONS, to=tmp_path)
    assert caught.value.path == str(tmp_path)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputFileError, match="Cannot write to") as caught:
        publish(run, NAME, **OPTIONS, to=tmp_path / "taken" / "dry")
    assert caught.value.path == str(tmp_path / "taken" / "dry")


@pytest.mark.parametrize("content", [None, "{}\n"])
def test_a_seed_file_that_is_gone_or_has_changed_is_named(tmp_path, content):
    seeds = tmp_path / "seeds.jsonl"
    if content:
        seeds.write_text(content)
    folder = run_folder(tmp_path / "run", seed_tasks=str(seeds))
    with pytest.raises(InputFileError) as caught:
        publish(folder, NAME, **OPTIONS, include_seeds=True, to=tmp_path / "dry")
    assert caught.value.path == str(seeds)
    assert not (tmp_path / "dry").exists()
