"""A preview: a few instructions through all stages, of which only the journal is kept."""

import sys
from pathlib import Path

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError, RunFolderError
from distilabel_selfinstruct.running.folder import RunFolder
from distilabel_selfinstruct.running.preview import check_preview, previewed, reason_of_end
from distilabel_selfinstruct.running.runner import run as run_pipeline
from tests.local_openai_server import LocalOpenAIServer
from tests.running.cli_runs import OPTIONS, asked_again, description, finished, outputs, recorded, rows
from tests.running.run_folders import prepared


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers die with the run on Linux only")
def test_a_run_after_its_preview_asks_nothing_twice_and_makes_the_same(
    server: LocalOpenAIServer, undisturbed: Path, folder: Path
) -> None:
    shown = finished(folder, server, *OPTIONS, "--preview", 5).said
    first = rows(undisturbed / "instructions.jsonl")[:5]
    titles = [shown.index(f"{number}. {row['instruction']}") for number, row in enumerate(first, 1)]
    assert titles == sorted(titles)
    assert "makes all 32 instructions and asks nothing twice" in shown
    assert "Dataset:" not in shown
    assert {path.name for path in folder.iterdir()} == {"lock", "run.json", "state"}
    assert (description(folder)["status"], description(folder)["preview"]) == ("stopped", 5)
    assert description(folder)["stop_reason"] == reason_of_end(5)
    known, before = recorded(folder), len(server.asked)
    assert sum(known.values()) < 20

    finished(folder, server, *OPTIONS)
    assert asked_again(server.asked[before:], known) == []
    assert outputs(folder) == outputs(undisturbed)
    assert (description(folder)["status"], "preview" in description(folder)) == ("finished", False)


def test_a_preview_shows_as_many_as_the_run_makes_at_most_and_waits_for_no_batch():
    config = previewed(RunConfig(num_instructions=3, batch=True, llm="openai:m", sampling_lag=9), 5)
    assert (config.num_instructions, config.batch, config.sampling_lag) == (3, False, 9)


def test_a_preview_is_refused_in_the_folder_of_a_run(tmp_path):
    folder = prepared(tmp_path / "run")
    with pytest.raises(RunFolderError, match="holds a run, so there is no preview to make: `selfinstruct show"):
        run_pipeline(RunConfig(), folder.path, preview=5)
    check_preview(folder, 5, fresh=True, extend=False)
    check_preview(folder, None, fresh=False, extend=True)


def test_a_preview_can_be_repeated_with_another_number(tmp_path):
    folder = RunFolder(tmp_path / "run")
    for number in (5, 9):
        check_preview(folder, number, fresh=False, extend=False)
        with folder.prepared(RunConfig(), preview=number):
            pass
    assert description(folder.path)["preview"] == 9


@pytest.mark.parametrize(("preview", "extend"), [(0, False), (-1, False), (5, True)])
def test_a_preview_of_nothing_or_of_an_extension_is_refused(tmp_path, preview, extend):
    with pytest.raises(ConfigError, match="`preview`"):
        check_preview(RunFolder(tmp_path), preview, fresh=False, extend=extend)
