"""The batches of a step on disk: as they stand, whenever the process that writes them ends."""

from dataclasses import asdict
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import JournalError, OutputFileError
from distilabel_selfinstruct.journal.batch_ledger import BatchLedger, open_batches

LINES = [b"{}\n", b"{}\n"]


def test_the_last_line_of_a_batch_says_how_it_stands(tmp_path: Path) -> None:
    ledger = BatchLedger(tmp_path)
    first = ledger.update(ledger.prepare(LINES, 1.0), file_id="f", batch_id="b")
    ledger.update(ledger.prepare(LINES[:1], 2.0), is_over=True)
    ledger.update(first, answered=1)
    ledger.close()
    (state,) = BatchLedger(tmp_path).open
    assert asdict(state) == {
        "number": 1, "requests": 2, "began": 1.0, "file_id": "f", "batch_id": "b", "answered": 1, "failed": 0,
        "is_over": False,
    }  # fmt: skip
    assert BatchLedger(tmp_path).content(state) == b"{}\n{}\n"


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    ledger = BatchLedger(tmp_path)
    state = ledger.prepare(LINES, 1.0)
    before = ledger.path.read_bytes()
    ledger.update(state, answered=0)
    ledger.close()
    assert ledger.path.read_bytes() == before


def test_a_torn_last_line_is_cut_off_and_a_damaged_one_is_one_sentence(tmp_path: Path) -> None:
    ledger = BatchLedger(tmp_path)
    ledger.prepare(LINES, 1.0)
    ledger.close()
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + b'{"number": 2, "reque')
    assert [state.number for state in BatchLedger(tmp_path).open] == [1]
    ledger.path.write_bytes(b'{"number": "one"}\n' + whole)
    with pytest.raises(JournalError, match=r"batches.jsonl, line 1: the line lacks requests"):
        BatchLedger(tmp_path)


def test_open_batches_of_a_run_are_those_that_a_server_has_named(tmp_path: Path) -> None:
    for step, batch_id in (("classification", "b1"), ("instance_generation", "")):
        (tmp_path / step).mkdir()
        ledger = BatchLedger(tmp_path / step)
        ledger.update(ledger.prepare(LINES, 1.0), file_id="f", batch_id=batch_id)
        ledger.close()
    assert {step: [state.batch_id for state in states] for step, states in open_batches(tmp_path).items()} == {
        "classification": ["b1"]
    }
    assert open_batches(tmp_path / "nothing") == {}


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    ledger = BatchLedger(tmp_path)
    (tmp_path / "batches").write_text("in the way")
    with pytest.raises(OutputFileError, match="Cannot write to"):
        ledger.prepare(LINES, 1.0)
