"""`selfinstruct run` as its user meets it: the real command in a process of its own."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import load_from_disk
from distilabel.distiset import Distiset

from distilabel_selfinstruct import host_fixes
from distilabel_selfinstruct.ratings.answers import OVERALL, Rating, write_ratings
from tests import processes
from tests.builders import seed_row


def selfinstruct(
    *arguments: object, start: Callable[..., subprocess.CompletedProcess[str]] = processes.run, **environment: str
) -> subprocess.CompletedProcess[str]:
    keys = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN")
    inherited = {name: value for name, value in os.environ.items() if name not in keys}
    return start(
        [sys.executable, "-m", "distilabel_selfinstruct", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**inherited, "COLUMNS": "200", **environment},
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo") / "run"
    done = selfinstruct("run", "--num-instructions", 160, "--output", folder)
    assert done.returncode == 0, done.stderr
    return folder, done


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_demo_says_that_it_replays_a_recording(demo):
    assert "Replaying the recording demo: no model is asked." in demo[1].stdout


def test_the_demo_prints_nothing_on_standard_error(demo):
    assert demo[1].stderr == ""


def test_the_demo_admits_the_wanted_instructions_and_over_200_instances(demo):
    assert len(rows(demo[0] / "instructions.jsonl")) == 160
    assert len(rows(demo[0] / "instances.jsonl")) >= 200


def test_about_a_quarter_of_the_demos_instructions_are_classification_tasks(demo):
    tasks = rows(demo[0] / "instructions.jsonl")
    assert 0.18 <= sum(task["is_classification"] for task in tasks) / len(tasks) <= 0.32


def test_instance_rows_hold_what_training_needs(demo):
    for row in rows(demo[0] / "instances.jsonl"):
        assert row["instruction"]
        assert row["output"]
        assert isinstance(row["input"], str)
        assert isinstance(row["is_classification"], bool)


@pytest.mark.parametrize(
    "reason",
    [
        "near_duplicate", "forbidden_word", "too_short", "too_long", "truncated", "asks_for_program", "preamble",
        "starts_with_punctuation", "empty", "unclear_answer", "conflicting_output", "over_limit", "empty_output",
        "input_equals_output", "duplicate", "ends_with_colon", "prompt_echo", "wrong_script", "no_instance",
        "unreadable",
    ],
)  # fmt: skip
def test_every_rule_fires_in_the_demo_recording(whole_recording, reason):
    assert reason in {row["reason"] for row in rows(whole_recording / "rejections.jsonl")}


@pytest.fixture(scope="module")
def whole_recording(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    done = selfinstruct("run", "--num-instructions", 1000, "--output", folder)
    assert done.returncode == 0, done.stderr
    assert "the recording holds no further completion" in done.stdout
    return folder


def test_no_request_of_the_whole_recording_is_without_an_answer(whole_recording):
    assert "failed_request" not in {row["reason"] for row in rows(whole_recording / "rejections.jsonl")}


def test_the_dataset_loads_as_a_distiset(demo):
    host_fixes.apply()
    distiset = Distiset.load_from_disk(demo[0] / "dataset")
    assert list(distiset["default"]["train"]) == rows(demo[0] / "instances.jsonl")


def test_the_dataset_loads_and_equals_the_rows(demo):
    dataset = load_from_disk(str(demo[0] / "dataset"))
    assert list(dataset["train"]) == rows(demo[0] / "instances.jsonl")


def test_every_rejection_names_stage_reason_and_text(demo):
    for row in rows(demo[0] / "rejections.jsonl"):
        assert set(row) == {"stage", "reason", "detail", "text", "instruction", "request"}


def test_the_final_tables_are_printed(demo):
    assert "The dataset (Table 1 of the paper)" in demo[1].stdout
    assert "Dropped, by rule" in demo[1].stdout
    assert "160 instructions were wanted and admitted." in demo[1].stdout


def test_two_runs_with_the_same_seed_are_equal_byte_for_byte(demo, tmp_path):
    again = tmp_path / "again"
    # A process of its own: in those of the fork server, strings have the same hashes and modules the same state.
    fresh = selfinstruct("run", "-n", 160, "-o", again, "--batch-size", 11, start=subprocess.run, PYTHONHASHSEED="7")
    assert (fresh.returncode, fresh.stderr) == (0, "")
    for name in ("instructions.jsonl", "instances.jsonl", "rejections.jsonl"):
        assert (again / name).read_bytes() == (demo[0] / name).read_bytes()
    files = sorted(path.relative_to(again) for path in (again / "dataset").rglob("*") if path.is_file())
    assert files
    for file in files:
        assert (again / file).read_bytes() == (demo[0] / file).read_bytes(), file


def test_another_seed_gives_other_random_cuts_to_five(whole_recording, tmp_path):
    assert selfinstruct("run", "-n", 1000, "-o", tmp_path / "run", "--random-seed", 7).returncode == 0
    assert (tmp_path / "run" / "instances.jsonl").read_bytes() != (whole_recording / "instances.jsonl").read_bytes()


def test_the_same_command_again_makes_the_same_files(demo, tmp_path):
    again = tmp_path / "run"
    shutil.copytree(demo[0], again)
    done = selfinstruct("run", "-n", 160, "-o", again)
    assert done.returncode == 0, done.stderr
    for name in ("instructions.jsonl", "instances.jsonl", "rejections.jsonl"):
        assert (again / name).read_bytes() == (demo[0] / name).read_bytes()


def test_other_settings_for_a_run_that_lies_there_are_refused(demo):
    before = (demo[0] / "run.json").read_bytes()
    done = selfinstruct("run", "--output", demo[0], "--random-seed", 7)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"selfinstruct: {demo[0]} holds a run with other settings: --num-instructions was 160 and is 100; "
        "--random-seed was 42 and is 7."
    )
    assert (demo[0] / "run.json").read_bytes() == before


def test_options_can_come_from_a_yaml_file(tmp_path):
    (tmp_path / "run.yaml").write_text("num_instructions: 3\nmax_instances: 1\n")
    assert selfinstruct("run", "--config", tmp_path / "run.yaml", "--output", tmp_path / "run").returncode == 0
    assert len(rows(tmp_path / "run" / "instructions.jsonl")) == 3


def test_a_dry_run_says_what_becomes_of_human_feedback_and_asks_nothing(tmp_path):
    seeds = [seed_row(number) for number in range(9)]
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in seeds))
    letters = {"Name three rivers that flow through France.": "A", seeds[0]["instruction"]: "D", "Sing.": "C"}
    ratings = [Rating(text, text, "anna", OVERALL, letter) for text, letter in letters.items()]
    write_ratings(tmp_path / "ratings.jsonl", ratings)
    options = ("--seed-tasks", tmp_path / "seeds.jsonl", "--human-feedback", tmp_path / "ratings.jsonl")
    done = selfinstruct("run", "--dry-run", "--output", tmp_path / "run", *options, "--num-prompt-instructions", 9)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "on 3 instructions: 1 rated A (sampled like human-written ones), 1 rated D (never sampled)." in said
    assert "Name three rivers that flow through France." in said
    assert seeds[0]["instruction"] not in said
    assert not (tmp_path / "run").exists()


def bad_seed_file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "seeds.jsonl"
    path.write_text(content)
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--num-instructions", "0"], "--num-instructions is 0: it should be greater than or equal to 1"),
        (["--llm", "nobody:x"], "'nobody:x' names no provider (openai, "),
        (["--llm", "openai"], "'openai' names no model: write openai:MODEL"),
        (["--llm", "openai:gpt-4o"], "needs an API key: set the environment variable OPENAI_API_KEY"),
        (["--llm", "recorded:nothing"], "There is no recording 'nothing'"),
        (["--seed-tasks", "nowhere.jsonl"], "Cannot read nowhere.jsonl: No such file"),
        (["--human-feedback", "nowhere.jsonl"], "Cannot read nowhere.jsonl: No such file"),
        (
            ["--human-feedback", "."],
            "There is no review/ratings.jsonl: get the ratings with selfinstruct review pull .",
        ),
        (["--prompts", "xx"], "There are no prompts 'xx'"),
        (
            ["--decoding", "instruction_generation.temprature=1"],
            "There is no sampling parameter 'temprature': did you mean temperature?",
        ),
        (["--decoding", "stage9.temperature=1"], "There is no stage 'stage9'"),
        (["--config", "nowhere.yaml"], "Cannot read nowhere.yaml"),
        (["--max-rouge-l", "7"], "--max-rouge-l is 7.0: it should be less than or equal to 1"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(tmp_path, arguments, said):
    done = selfinstruct("run", "--output", tmp_path / "run", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no seed tasks"),
        ("not json\n", "line 1: the line is not JSON"),
        (json.dumps(seed_row(1, instances=[])) + "\n", "field instances: it is empty"),
        ("".join(json.dumps(seed_row(n)) + "\n" for n in range(5)), "there are only 5 seed tasks"),
    ],
)
def test_a_bad_seed_file_is_one_sentence_without_a_traceback(tmp_path, content, said):
    done = selfinstruct("run", "--output", tmp_path / "run", "--seed-tasks", bad_seed_file(tmp_path, content))
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_folder_that_is_no_run_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = selfinstruct("run", "--output", tmp_path, "--fresh")
    assert (done.returncode, "holds something that is no run" in done.stderr) == (1, True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6, 1.2, 2.0, 3.0])
def test_ctrl_c_at_the_start_says_that_the_run_stopped_and_shows_no_traceback(tmp_path, seconds):
    # Before this line the signal belongs to Python, which is slow to come up on a busy machine.
    begin = "from distilabel_selfinstruct.cli import main; print('up', flush=True); main()"
    command = [sys.executable, "-c", begin, "run", "-n", "900", "-o", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "up\n"
        time.sleep(seconds)
        started.send_signal(signal.SIGINT)
        said, complained = started.communicate(timeout=120)
    assert "Traceback" not in said + complained
    if started.returncode == 130:
        assert complained.splitlines()[-1] == "Stopped."
    else:
        assert started.returncode == 3
        assert "Stopped: it was interrupted." in said


def test_ctrl_c_while_the_process_ends_shows_no_traceback():
    # It waits for a thread then, as it does for those of libraries.
    code = (
        "import threading, time; from distilabel_selfinstruct.cli import main; "
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "try: main()\nfinally: print('over', flush=True)"
    )
    for seconds in (0, 0.01, 0.1, 0.5):
        command = [sys.executable, "-c", code, "--version"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
            assert started.stdout is not None
            while started.stdout.readline() != "over\n":
                pass
            time.sleep(seconds)
            started.send_signal(signal.SIGINT)
            said, complained = started.communicate(timeout=60)
        assert (started.returncode, said + complained) == (-signal.SIGINT, "")


@pytest.mark.parametrize("arguments", [["--llm", "openai:x"], ["--prompts", "xx"]], ids=str)
def test_a_refusal_takes_less_than_two_seconds_of_the_processor(tmp_path, arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = selfinstruct("run", "-o", tmp_path / "run", *arguments, start=subprocess.run)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 1
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_help_needs_no_import_of_the_host():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "distilabel_selfinstruct", "run", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--num-instructions" in done.stdout
    assert " distilabel\n" not in done.stderr


def test_a_folder_for_temporary_files_with_a_long_path_is_one_sentence(tmp_path):
    long = tmp_path / ("t" * 90)
    long.mkdir()
    done = selfinstruct("run", "--output", tmp_path / "run", TMPDIR=str(long))
    assert (done.returncode, "set TMPDIR to a folder with a shorter path" in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
