"""A run goes to the Hub and comes back: the real command, a Hub of our own, the real `datasets`."""

import pytest

from distilabel_selfinstruct.files import jsonl
from tests.hub.builders import AS_IT_IS, NAME, TO_HUB, instance, rating, review, run_folder

# The client's own, when it sends a large file.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes:DeprecationWarning"),
]


def texts(rows):
    return [(row["instruction"], row["input"], row["output"]) for row in rows]


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
    done = publish(run, *AS_IT_IS, "--to", tmp_path / "dry", token=None, figures=True)
    assert done.returncode == 0, done.stderr
    assert hub.requests == []
    written = {
        path.relative_to(tmp_path / "dry").as_posix(): path.read_bytes()
        for path in (tmp_path / "dry").rglob("*")
        if path.is_file()
    }
    publish(run, *AS_IT_IS, figures=True)
    assert any(path.endswith(".png") for path in written)
    uploaded = {path: content for path, content in hub.repositories[NAME].files.items() if path != ".gitattributes"}
    assert written == uploaded
    assert load(tmp_path / "dry", "-", "sft") == load(NAME, "-", "sft")


def test_everything_is_one_commit(hub, publish, run):
    done = publish(run, *AS_IT_IS)
    assert done.returncode == 0, done.stderr
    assert hub.repositories[NAME].titles == ["initial commit", "Publish with distilabel-selfinstruct"]


def test_publishing_again_makes_no_commit(hub, publish, run):
    publish(run, *AS_IT_IS, figures=True)
    hub.requests.clear()
    done = publish(run, *AS_IT_IS, figures=True)
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
