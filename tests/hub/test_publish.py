"""A run goes to the Hub and comes back: the real command, a Hub of our own, the real `datasets`."""

import pytest

from distilabel_selfinstruct.files import jsonl
from tests.hub.builders import instance, rating, review, run_folder
from tests.hub.conftest import READ_TOKEN, TOKEN
from tests.local_hub_server import Fault

# The client's own, when it sends a large file.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"),
]

NAME = "acme/tasks"
TO_HUB = ("--repo-id", NAME, "--license", "cc-by-4.0")
AS_IT_IS = (*TO_HUB, "--unreviewed")


def texts(rows):
    return [(row["instruction"], row["input"], row["output"]) for row in rows]


def outputs_of(done):
    return done.stdout + done.stderr


def test_published_rows_come_back_equal(hub, publish_process, load, run):
    done = publish_process(run, *AS_IT_IS, "--include-rejections")
    assert done.returncode == 0, done.stderr
    loaded = load(NAME, "-", "instances", "instructions", "sft", "rejections")
    source = list(jsonl.read(run / "instances.jsonl"))
    assert loaded["-"] == loaded["instances"]
    assert [{name: row[name] for name in source[0]} for row in loaded["instances"]["rows"]] == source
    assert [row["instruction"] for row in loaded["instructions"]["rows"]] == [
        row["instruction"] for row in jsonl.read(run / "instructions.jsonl")
    ]
    assert [row["messages"][1]["content"] for row in loaded["sft"]["rows"]] == [row["output"] for row in source]
    assert [row["reason"] for row in loaded["rejections"]["rows"]] == ["near_duplicate"]


def test_published_rows_can_be_streamed(hub, publish, load, run):
    publish(run, *AS_IT_IS)
    assert load(NAME, "instances", "sft", streaming=True) == load(NAME, "instances", "sft")


def test_a_dry_run_writes_what_is_uploaded_byte_for_byte_and_sends_nothing(hub, publish, load, run, tmp_path):
    done = publish(run, *AS_IT_IS, "--dry-run", tmp_path / "dry", token=None)
    assert done.returncode == 0, done.stderr
    assert hub.requests == []
    written = {
        path.relative_to(tmp_path / "dry").as_posix(): path.read_bytes()
        for path in (tmp_path / "dry").rglob("*")
        if path.is_file()
    }
    publish(run, *AS_IT_IS)
    uploaded = {path: content for path, content in hub.repositories[NAME].files.items() if path != ".gitattributes"}
    assert written == uploaded
    assert load(tmp_path / "dry", "-", "sft") == load(NAME, "-", "sft")


def test_everything_is_one_commit(hub, publish, run):
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 0, done.stderr
    assert hub.repositories[NAME].titles == ["initial commit", "Publish with distilabel-selfinstruct"]


def test_publishing_again_makes_no_commit(hub, publish, run):
    publish(run, *AS_IT_IS)
    hub.requests.clear()
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 0
    assert "no commit was made" in done.stdout
    assert len(hub.repositories[NAME].commits) == 2
    assert not [request for request in hub.requests if request.method in ("POST", "PUT")]


def test_publishing_a_changed_run_sends_what_changed_and_deletes_what_is_gone(hub, publish, run):
    publish(run, *AS_IT_IS, "--include-rejections")
    hub.requests.clear()
    done = publish(run, *AS_IT_IS)
    assert "2 files sent, 1 deleted" in done.stdout, done.stderr
    assert not [path for path in hub.repositories[NAME].files if path.startswith("rejections")]
    assert hub.sent("PUT", "/lfs/") == []


def test_files_that_people_added_stay(hub, publish, run):
    publish(run, *AS_IT_IS)
    repository = hub.repositories[NAME]
    files = repository.commits[-1][2]
    repository.commit("by hand", {**files, "LICENSE": files["README.md"]})
    assert publish(run, *AS_IT_IS, "--include-rejections").returncode == 0
    assert "LICENSE" in repository.files


def test_a_card_that_people_edited_is_not_overwritten_unless_told(hub, publish, run):
    publish(run, *AS_IT_IS)
    repository = hub.repositories[NAME]
    files = repository.commits[-1][2]
    repository.commit("by hand", {**files, "README.md": files["run.yaml"]})
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 1
    assert "Someone has edited README.md" in done.stderr
    assert publish(run, *AS_IT_IS, "--overwrite").returncode == 0
    assert repository.files["README.md"].startswith(b"---\nlicense")


def test_a_repository_that_holds_something_else_is_left_alone(hub, publish, run):
    hub.create(
        NAME, files={"README.md": b"# Mine", "data/train.csv": b"a,b\n", "x.parquet": b"PAR1", "y": b"", "z": b""}
    )
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 1
    assert "holds something else (README.md, data/train.csv, x.parquet and 2 more)" in done.stderr
    assert len(hub.repositories[NAME].commits) == 1


def test_a_repository_that_holds_something_else_is_replaced_when_told(hub, publish, load, run):
    hub.create(NAME, files={"README.md": b"# Mine", "data/train.csv": b"a,b\n"})
    assert publish(run, *AS_IT_IS, "--overwrite").returncode == 0
    assert "data/train.csv" not in hub.repositories[NAME].files
    assert len(load(NAME, "-")["-"]["rows"]) == 6


def test_an_empty_repository_is_filled(hub, publish, run):
    hub.create(NAME)
    assert publish(run, *AS_IT_IS).returncode == 0


def test_a_private_dataset_is_read_with_the_token_only(hub, publish, load, run):
    done = publish(run, *AS_IT_IS, "--private")
    assert "private" in done.stdout
    assert hub.repositories[NAME].private
    assert len(load(NAME, "-")["-"]["rows"]) == 6
    with pytest.raises(RuntimeError, match="doesn't exist on the Hub or cannot be accessed"):
        load(NAME, "-", HF_TOKEN=None, HF_HOME=str(run / "other"), HF_DATASETS_CACHE=str(run / "other"))


def test_a_public_repository_is_not_made_private(hub, publish, run):
    hub.create(NAME)
    done = publish(run, *AS_IT_IS, "--private")
    assert done.returncode == 1
    assert "is public already" in done.stderr


def test_unicode_comes_back_as_it_was(hub, publish, load, tmp_path):
    rows = [instance(output="日本語 ünï \u202e😀 \x00 ```html\n---\n", instruction="Ça va — «oui»?\u2028Да.")]
    publish(run_folder(tmp_path / "run", rows), *AS_IT_IS)
    assert texts(load(NAME, "-")["-"]["rows"]) == texts(rows)


def test_a_review_with_no_answers_yet_gives_no_ratings_and_no_column_is_null(hub, publish, load, reviewed):
    publish(reviewed, *TO_HUB)
    loaded = load(NAME, "instances", "instructions", "sft")
    assert not any("null" in feature for config in loaded.values() for feature in config["features"].values())
    assert not [path for path in hub.repositories[NAME].files if path.startswith("ratings")]


def test_instances_without_any_text_in_a_column_keep_its_type(hub, publish, load, tmp_path):
    rows = [
        instance(word, nearest_instruction=None, nearest_rouge_l=None, model_name=None) for word in ("sort", "rank")
    ]
    publish(run_folder(tmp_path / "run", rows), *AS_IT_IS)
    features = load(NAME, "-")["-"]["features"]
    assert "'string'" in features["nearest_instruction"]
    assert "'string'" in features["input"]
    assert "'float64'" in features["nearest_rouge_l"]


def test_ratings_come_back_under_other_names(hub, publish, load, run):
    first, second, third, *_ = jsonl.read(run / "instances.jsonl")
    ratings = [
        rating(first, "zdenka.k", "overall", "A"),
        rating(first, "ben", "overall", "B"),
        rating(second, "ben", "comment", "As Zdenka.K said: fine, I saw zdenka.k do it."),
        rating(third, "ben", "output_correct", "no"),
        rating(third, "ben", "comment", "It tells of a customer."),
    ]
    review(run, ["kept", "kept", "dropped"], ratings)
    publish(run, *TO_HUB)
    rows = load(NAME, "ratings")["ratings"]["rows"]
    assert {row["rater"] for row in rows} == {"rater-1", "rater-2"}
    assert len(rows) == 4
    assert {row["date"] for row in rows} == {"2026-11-20"}
    assert [row["instruction"] for row in rows if row["question"] == "output_correct"] == [""]
    published = b"".join(hub.repositories[NAME].files.values()).lower()
    assert b"zdenka" not in published
    assert not any("zdenka" in str(row).lower() for row in rows)


# What goes wrong


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
    assert len(sent) == len(set(sent)) > 3
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
    dry = publish(reviewed, *TO_HUB, "--dry-run", tmp_path / "dry")
    assert (done.returncode == 0) is (fault is None)
    assert TOKEN not in outputs_of(done) + outputs_of(dry)
    assert not any(TOKEN.encode() in request.body for request in hub.requests)
    assert not any(TOKEN in request.path for request in hub.requests)
    for repository in hub.repositories.values():
        assert not any(TOKEN.encode() in content for content in repository.files.values())
    for folder in (reviewed, tmp_path / "dry"):
        assert not any(TOKEN.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
