"""The journal of a step: what was recorded is found again, whatever happened to the process or the last line."""

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilabel_selfinstruct import jsonl
from distilabel_selfinstruct.errors import JournalError
from distilabel_selfinstruct.journal import StepJournal, ask_to_stop, read_completions, repair, stop_reason
from distilabel_selfinstruct.prompts import Decoding, default_decoding
from distilabel_selfinstruct.records import Completion, Reason, Rejection, Request, Stage

ROOT = Path(__file__).parents[1]
STEP = "step"
FIRST, *LATER = Stage
DECODING = default_decoding(FIRST)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
COMPLETIONS = st.builds(
    Completion,
    text=TEXTS,
    finish_reason=st.sampled_from([None, "stop", "length"]),
    input_tokens=st.integers(0, 10**6),
    output_tokens=st.integers(0, 10**6),
    model=TEXTS,
    retries=st.integers(0, 9),
    seconds=st.floats(0, 1e6),
)
# Few prompts and instructions, so that equal requests are common.
REQUESTS = st.builds(
    Request,
    stage=st.sampled_from(Stage),
    number=st.integers(0, 2),
    prompt=st.one_of(
        st.sampled_from(["one", "two\n\u2028", [{"role": "user", "content": "three"}]]),
    ),
    instruction=st.sampled_from(["", "Name a river."]),
    is_classification=st.booleans(),
)
DECODINGS = st.sampled_from([DECODING, replace(DECODING, temperature=1.0)])


def completions_file(state: Path) -> Path:
    return state / STEP / "completions.jsonl"


def a_request(number: int = 0, stage: Stage = FIRST, **changes: Any) -> Request:
    return replace(Request(stage, number, f"prompt {number}"), **changes)


def opened(state: Path, **options: Any) -> StepJournal:
    return StepJournal(state, STEP, **options)


def record(state: Path, *completions: Completion, stage: Stage = FIRST) -> None:
    """Record the completions for the requests 0, 1, …"""
    journal = opened(state)
    for number, completion in enumerate(completions):
        journal.record_completion(a_request(number, stage), DECODING, completion)
    journal.close()


def replayed(state: Path, count: int, stage: Stage = FIRST) -> list[str | None]:
    """What is found for the requests 0, 1, …: the texts, None where nothing is."""
    journal = opened(state)
    found = [journal.replay(a_request(number, stage), DECODING) for number in range(count)]
    journal.close()
    return [completion.text if completion else None for completion in found]


def refusal(state: Path) -> str:
    """What is said to the one who opens the journal."""
    with pytest.raises(JournalError) as refused:
        opened(state)
    return str(refused.value)


# --- replaying


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(REQUESTS, DECODINGS, COMPLETIONS), max_size=8), st.integers(0, 8))
def test_what_was_recorded_is_replayed_in_order_and_each_once(
    recorded: list[tuple[Request, Decoding, Completion]], reopened_after: int
) -> None:
    with tempfile.TemporaryDirectory() as state:
        journal = opened(Path(state))
        for number, (request, decoding, completion) in enumerate(recorded):
            if number == reopened_after:
                journal.close()
                journal = opened(Path(state))
            journal.record_completion(request, decoding, completion)
        journal.close()
        journal = opened(Path(state))
        assert [journal.replay(request, decoding) for request, decoding, _ in recorded] == [
            completion for _, _, completion in recorded
        ]
        assert [journal.replay(request, decoding) for request, decoding, _ in recorded] == [None] * len(recorded)
        journal.close()


@settings(deadline=None, max_examples=20)
@given(st.lists(COMPLETIONS, min_size=1, max_size=6))
def test_replaying_leaves_the_journal_as_it_is(completions: list[Completion]) -> None:
    with tempfile.TemporaryDirectory() as state:
        record(Path(state), *completions)
        before = completions_file(Path(state)).read_bytes()
        replayed(Path(state), len(completions))
        assert completions_file(Path(state)).read_bytes() == before


def test_equal_requests_are_answered_in_the_order_in_which_they_were_recorded(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    request = a_request(0, LATER[0], instruction="Name a river.")
    for text in ("Yes", "No"):
        journal.record_completion(request, DECODING, Completion(text))
    journal.close()
    journal = opened(tmp_path)
    # In the later stages the number says nothing: which batch a row is in is the host's affair.
    found = [journal.replay(replace(request, number=number), DECODING) for number in (7, 8, 9)]
    assert [completion and completion.text for completion in found] == ["Yes", "No", None]
    journal.close()


@pytest.mark.parametrize(
    "change",
    [{"number": 1}, {"prompt": "other"}, {"stage": LATER[0]}, {"is_classification": True}],
    ids=["number", "prompt", "stage", "kind"],
)
def test_another_request_of_the_first_stage_is_not_answered(tmp_path: Path, change: dict[str, Any]) -> None:
    record(tmp_path, Completion("one"))
    journal = opened(tmp_path)
    assert journal.replay(replace(a_request(0), **change), DECODING) is None
    assert journal.replay(a_request(0), replace(DECODING, temperature=0.1)) is None
    assert journal.replay(a_request(0), DECODING) == Completion("one")
    journal.close()


def test_failed_requests_are_replayed_in_the_first_stage(tmp_path: Path) -> None:
    failed = Completion(None, error="TimeoutError: too slow", model="m")
    record(tmp_path, failed, Completion("two"))
    journal = opened(tmp_path)
    assert journal.replay(a_request(0), DECODING) == failed
    journal.close()


@pytest.mark.parametrize("stage", LATER)
def test_failed_requests_are_asked_again_in_the_later_stages(tmp_path: Path, stage: Stage) -> None:
    record(tmp_path, Completion(None, error="TimeoutError: too slow"), Completion("two"), stage=stage)
    assert replayed(tmp_path, 2, stage) == [None, "two"]


def test_an_answer_after_a_failure_is_replayed(tmp_path: Path) -> None:
    record(tmp_path, Completion(None, error="TimeoutError: too slow"), stage=LATER[0])
    record(tmp_path, Completion("Yes"), stage=LATER[0])
    assert replayed(tmp_path, 1, LATER[0]) == ["Yes"]


# --- damage


def test_a_line_torn_anywhere_costs_the_last_record_only(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"), Completion("two – ü\n"), Completion("three – ü\n", "stop", 5, 6, "m"))
    path = completions_file(tmp_path)
    whole = path.read_bytes()
    kept = b"".join(whole.splitlines(keepends=True)[:2])
    for size in range(len(kept), len(whole)):
        path.write_bytes(whole[:size])
        assert replayed(tmp_path, 3) == ["one", "two – ü\n", None], size
        assert path.read_bytes() == kept, size


def test_a_journal_with_a_torn_line_goes_on(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"), Completion("two"))
    path = completions_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    journal = opened(tmp_path)
    journal.record_completion(a_request(1), DECODING, Completion("two again"))
    journal.close()
    assert replayed(tmp_path, 2) == ["one", "two again"]


def test_repairing_says_whether_there_was_something_to_repair(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert not repair(path)
    for content, torn in ((b"", False), (b"{}\n", False), (b"{}\n{", True), (b"{", True)):
        path.write_bytes(content)
        assert repair(path) is torn
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (b'{"key": "1", "sta', "is not JSON"),
        (b'{"key": "1", "stage": "instruction_generation"}', "lacks text"),
        (b"{}", "lacks key, stage, text"),
        (b"[1]", "holds a JSON list, not an object"),
        (b'{"key": "\xff"}', "is not UTF-8"),
        (b"\x00\x00\x00\x00", "is not JSON"),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_damage_elsewhere_is_named_with_file_and_line(tmp_path: Path, damaged: bytes, said: str, number: int) -> None:
    record(tmp_path, Completion("one"), Completion("two"), Completion("three"))
    path = completions_file(tmp_path)
    lines = path.read_bytes().splitlines()
    lines[number - 1] = damaged
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert refusal(tmp_path).startswith(f"{path}, line {number}: the line {said}")
    gc.collect()
    assert path.read_bytes() == b"\n".join(lines) + b"\n"


def test_a_damaged_journal_is_not_held_after_it_was_refused(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"))
    body = """
        journal.close()
        path = sys.argv[1] + "/step/completions.jsonl"
        good = open(path).read()
        open(path, "w").write("damaged\\n" + good)
        try:
            StepJournal(sys.argv[1], "step")
        except JournalError as error:
            refused = error
        open(path, "w").write(good)
        try:
            StepJournal(sys.argv[1], "step")
        except JournalError as error:
            say(error)
        else:
            say("open", refused)
    """
    with script(body, tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    assert said.startswith("open")


# --- what is derived


def test_what_is_derived_from_the_completions_is_made_anew(tmp_path: Path) -> None:
    for _ in range(2):
        journal = opened(tmp_path)
        journal.record_completion(a_request(), DECODING, Completion("one"))
        journal.record_results([{"instruction": "Name a river."}])
        journal.record_rejections([Rejection("x", Reason.TOO_SHORT)], stage=FIRST.value, request=0)
        journal.record_end("done.")
        journal.close()
    assert {name: len(list(jsonl.read(tmp_path / STEP / f"{name}.jsonl"))) for name in NAMES} == {
        "completions": 2,
        "results": 1,
        "rejections": 1,
        "end": 1,
    }


NAMES = ("completions", "results", "rejections", "end")


def test_without_a_folder_nothing_is_written_and_rejections_are_counted(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    journal = StepJournal("", STEP, max_requests=1)
    journal.record_completion(a_request(), DECODING, Completion("one"))
    journal.record_rejections([Rejection("x", Reason.TOO_SHORT)] * 2, stage=FIRST.value, request=0)
    assert (journal.may_send(), journal.may_send(), journal.summary) == ("", "", "too_short 2")
    journal.close()
    assert list(tmp_path.iterdir()) == []


# --- on disk


def test_a_record_is_on_disk_when_recording_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        real(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", watched)
    journal = opened(tmp_path)
    for number in range(3):
        journal.record_completion(a_request(number), DECODING, Completion("one"))
        assert synced[-1] == completions_file(tmp_path).stat().st_size
        assert len(list(read_completions(completions_file(tmp_path)))) == number + 1
    journal.close()


def test_each_record_survives_the_kill_that_follows_it(tmp_path: Path) -> None:
    body = """
        for number in range(5):
            journal.record_completion(Request(Stage.INSTRUCTION_GENERATION, number, f"prompt {number}"), DECODING,
                                      Completion(str(number)))
        os.kill(os.getpid(), 9)
    """
    with script(body, tmp_path) as process:
        process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert replayed(tmp_path, 6) == ["0", "1", "2", "3", "4", None]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(JournalError, match=f"Cannot write to {tmp_path / STEP}: Permission denied"):
            opened(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / STEP).write_text("mine")
    with pytest.raises(JournalError, match=f"Cannot write to {tmp_path / STEP}: File exists"):
        opened(tmp_path)


def test_a_full_disk_is_one_sentence_and_keeps_what_was_recorded(tmp_path: Path) -> None:
    body = """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            for number in range(20):
                journal.record_completion(Request(Stage.INSTRUCTION_GENERATION, number, f"prompt {number}"), DECODING,
                                          Completion("text " * 20))
        except JournalError as error:
            say(number, error)
    """
    with script(body, tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    recorded, sentence = said.split(maxsplit=1)
    assert sentence.strip() == f"Cannot write to {completions_file(tmp_path)}: File too large."
    assert 1 < int(recorded) < 20
    texts = replayed(tmp_path, 20)
    assert texts.count(None) == 20 - int(recorded)


# --- several processes


def script(body: str, state: Path, *arguments: object) -> "subprocess.Popen[str]":
    """A process of its own that has the journal of STEP open, as `journal`."""
    start = (
        "import os, sys, time\n"
        "from distilabel_selfinstruct.errors import JournalError\n"
        "from distilabel_selfinstruct.journal import StepJournal, ask_to_stop\n"
        "from distilabel_selfinstruct.prompts import default_decoding\n"
        "from distilabel_selfinstruct.records import Completion, Request, Stage\n"
        "DECODING = default_decoding(Stage.INSTRUCTION_GENERATION)\n"
        "def say(*values): print(*values, flush=True)\n"
        "journal = StepJournal(sys.argv[1], sys.argv[2], max_requests=int(sys.argv[3]))\n"
    )
    given = [STEP, 0][len(arguments) :]
    return subprocess.Popen(
        [sys.executable, "-c", start + textwrap.dedent(body), str(state), *map(str, [*arguments, *given])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


HOLD = """
        say("open")
        sys.stdin.read()
"""


def said_by(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_process_is_told_so_with_the_number_of_the_first(tmp_path: Path) -> None:
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        assert refusal(tmp_path) == (
            f"{tmp_path / STEP} is in use by another process (number {process.pid}): wait for it or stop it."
        )
        process.communicate("", timeout=60)
    opened(tmp_path).close()


def test_being_refused_changes_nothing(tmp_path: Path) -> None:
    record(tmp_path, Completion("one"))
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        with completions_file(tmp_path).open("ab") as stream:
            stream.write(b'{"being written')
        before = {path: path.read_bytes() for path in (tmp_path / STEP).iterdir()}
        refusal(tmp_path)
        assert {path: path.read_bytes() for path in (tmp_path / STEP).iterdir()} == before
        process.communicate("", timeout=60)


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    with script(HOLD, tmp_path) as process:
        assert said_by(process) == "open"
        process.kill()
        process.communicate(timeout=60)
    opened(tmp_path).close()


def test_two_steps_of_a_folder_do_not_exclude_each_other(tmp_path: Path) -> None:
    one, other = StepJournal(tmp_path, "one"), StepJournal(tmp_path, "other")
    one.close()
    other.close()


SEND = """
        say("open")
        sys.stdin.readline()
        count = 0
        while not (reason := journal.may_send()):
            count += 1
        say(count, reason)
"""


def test_requests_of_several_processes_are_counted_exactly(tmp_path: Path) -> None:
    limit = 500
    processes = [script(SEND, tmp_path, name, limit) for name in ("a", "b", "c")]
    for process in processes:
        assert said_by(process) == "open"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split(maxsplit=1) for process in processes]
    assert sum(int(count) for count, _ in said) == limit
    assert {reason.strip() for _, reason in said} == {f"max_requests ({limit}) was reached."}
    assert stop_reason(tmp_path) == f"max_requests ({limit}) was reached."


def allowed(state: Path, limit: int, at_most: int = 100) -> int:
    """How many requests may be sent in an attempt of its own."""
    (state / "stop").unlink(missing_ok=True)
    journal = opened(state, max_requests=limit)
    count = 0
    while count < at_most and not journal.may_send():
        count += 1
    journal.close()
    return count


def test_requests_of_earlier_attempts_count(tmp_path: Path) -> None:
    assert (allowed(tmp_path, 5, at_most=3), allowed(tmp_path, 5)) == (3, 2)


def test_a_higher_limit_is_reached_exactly_too(tmp_path: Path) -> None:
    assert [allowed(tmp_path, limit) for limit in (5, 5, 5, 8)] == [5, 0, 0, 3]


def test_without_a_limit_any_number_may_be_sent(tmp_path: Path) -> None:
    assert allowed(tmp_path, 0, at_most=1000) == 1000


# --- stopping


def test_the_first_reason_to_stop_stands(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    assert (journal.may_send(), stop_reason(tmp_path)) == ("", "")
    ask_to_stop(tmp_path, "it was interrupted.")
    ask_to_stop(tmp_path, "max_tokens (5) was reached.")
    assert (journal.may_send(), stop_reason(tmp_path)) == ("it was interrupted.", "it was interrupted.")
    journal.close()


def test_of_many_that_ask_to_stop_at_once_one_stands_as_a_whole(tmp_path: Path) -> None:
    processes = [
        script(f"ask_to_stop(__import__('pathlib').Path(sys.argv[1]), '{name}' * 2000)", tmp_path, name)
        for name in ("a", "b", "c")
    ]
    for process in processes:
        process.communicate(timeout=60)
    assert stop_reason(tmp_path) in {name * 2000 for name in ("a", "b", "c")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "stop"]


# --- what is in it


def test_a_record_says_what_was_asked_and_what_came(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    completion = Completion("one", "length", 5, 6, "m", retries=2, seconds=0.25)
    journal.record_completion(a_request(3), DECODING, completion)
    journal.record_completion(a_request(4, LATER[0], instruction="Name a river."), DECODING, completion)
    journal.close()
    first, later = [json.loads(line) for line in completions_file(tmp_path).read_text().splitlines()]
    assert (
        first.items()
        >= {
            "stage": "instruction_generation",
            "request": 3,
            "prompt": "prompt 3",
            "text": "one",
            "finish_reason": "length",
            "input_tokens": 5,
            "output_tokens": 6,
            "model": "m",
            "retries": 2,
            "seconds": 0.25,
        }.items()
    )
    assert first["decoding"]["max_tokens"] == 1024
    assert (later["instruction"], later["prompt"]) == ("Name a river.", None)
