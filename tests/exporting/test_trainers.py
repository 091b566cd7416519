"""Configurations of trainers beside exported rows, and subsets by the number of instructions."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, OutputFileError
from distilabel_selfinstruct.exporting import TRAINERS, export
from distilabel_selfinstruct.exporting.recipe import recipe_for
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import CHAT_FORMATS
from tests.builders import seed_row
from tests.exporting.builders import INSTANCES, a_run, instance, read


def with_seeds(folder: Path) -> Path:
    jsonl.write(folder / "seeds.jsonl", [seed_row(1), seed_row(2)])
    rows = [*INSTANCES, *(instance(number, output=f"another {number}") for number in range(0, 30, 3))]
    return a_run(folder / "run", rows, seed_tasks=str(folder / "seeds.jsonl"))


@pytest.mark.parametrize("trainer", TRAINERS)
def test_the_configuration_names_the_rows_and_has_the_values_of_the_paper(tmp_path: Path, trainer: Any) -> None:
    result = export(a_run(tmp_path / "run"), trainer=trainer, model="org/base")
    assert result.config is not None
    assert result.train is not None
    config = yaml.safe_load(result.config.path.read_text())
    assert config.get("num_train_epochs", config.get("num_epochs")) == 2
    assert (config.get("model_name_or_path") or config.get("base_model")) == "org/base"
    assert config.get("packing", config.get("sample_packing")) is False
    assert config.get("completion_only_loss", not config.get("train_on_prompt", config.get("train_on_inputs")))
    named = json.dumps(config) + "".join(path.read_text() for path in result.train.path.parent.glob("*info.json"))
    assert result.train.path.name in named
    assert result.config.command.endswith(f" {result.config.path.name}")


@pytest.mark.parametrize("trainer", ["axolotl", "llama-factory"])
def test_no_row_is_longer_than_the_limit_of_the_configuration(tmp_path: Path, trainer: Any) -> None:
    rows = [*INSTANCES, instance(99, output="ㄱ" * 700), instance(98, output="\ud800" * 5)]
    result = export(a_run(tmp_path / "run", rows), trainer=trainer)
    assert result.config is not None
    config = yaml.safe_load(result.config.path.read_text())
    assert config.get("sequence_len", config.get("cutoff_len")) > 2_100  # a token for each byte at most


def test_a_folder_with_a_model_is_found_from_wherever_the_trainer_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    result = export(a_run(tmp_path / "run"), trainer="trl", model="base")
    assert result.config is not None
    assert yaml.safe_load(result.config.path.read_text())["model_name_or_path"] == str(tmp_path / "base")


def test_the_list_of_datasets_of_llama_factory_keeps_its_other_entries(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text('{"mine": {"file_name": "mine.json"}}')
    export(a_run(tmp_path / "run"), output=tmp_path / "rows.jsonl", trainer="llama-factory")
    listed = json.loads((tmp_path / "dataset_info.json").read_text())
    assert listed["mine"] == {"file_name": "mine.json"}
    assert listed["rows"]["file_name"] == "rows.jsonl"


def test_a_file_of_that_name_that_is_no_list_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text("[]")
    with pytest.raises(OutputFileError, match=r"dataset_info\.json is no list of datasets"):
        export(a_run(tmp_path / "run"), output=tmp_path / "rows.jsonl", trainer="llama-factory")
    assert not (tmp_path / "rows.jsonl").exists()


def test_a_configuration_of_the_user_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "rows.trl.yaml").write_text("mine")
    with pytest.raises(OutputFileError, match=r"rows\.trl\.yaml exists"):
        export(a_run(tmp_path / "run"), output=tmp_path / "rows.jsonl", trainer="trl")


def test_formats_that_a_trainer_is_not_configured_for_are_named_with_those_that_it_is(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run")
    with pytest.raises(ConfigError, match="llama-factory for the format alpaca: use self-instruct"):
        export(folder, "alpaca", trainer="llama-factory")
    with pytest.raises(ConfigError, match="needs `format` or `trainer`"):
        export(folder)
    assert export(folder, "openai", trainer="axolotl").config
    assert "openai" in CHAT_FORMATS


# --- subsets


def test_each_subset_is_part_of_the_next_with_all_rows_of_its_instructions_and_the_seeds(tmp_path: Path) -> None:
    folder = with_seeds(tmp_path)
    result = export(folder, "alpaca", instructions=["seeds,7", 19, "all"])
    assert [subset.size for subset in result.subsets] == ["seeds", 7, 19, "all"]
    assert [subset.num_instructions for subset in result.subsets] == [0, 7, 19, 30]
    every = [json.dumps(row) for row in read(folder / "export" / "alpaca.all.jsonl")]
    assert len(every) == 42
    seeds, *larger = [
        [json.dumps(row) for row in read(folder / "export" / f"alpaca.{size}.jsonl")] for size in ("seeds", 7, 19)
    ]
    assert len(seeds) == 2
    for small, large in zip([seeds, *larger], [*larger, every], strict=True):
        assert set(small) < set(large)
    for rows, count in zip(larger, (7, 19), strict=True):
        own = {json.loads(row)["instruction"] for row in set(rows) - set(seeds)}
        assert len(own) == count
        assert set(rows) - set(seeds) == {row for row in every if json.loads(row)["instruction"] in own}


def test_each_subset_has_its_configuration(tmp_path: Path) -> None:
    result = export(with_seeds(tmp_path), instructions=["seeds", "all"], trainer="trl")
    files = [yaml.safe_load(part.config.path.read_text())["datasets"][0]["data_files"] for part in result.subsets]  # type: ignore[union-attr]
    assert files == ["trl-prompt-completion.seeds.jsonl", "trl-prompt-completion.all.jsonl"]
    assert result.config == result.subsets[1].config


def test_more_instructions_than_there_are_and_other_sizes_are_refused(tmp_path: Path) -> None:
    folder = with_seeds(tmp_path)
    with pytest.raises(ConfigError, match="asks for 1,000 instructions, and there are 30"):
        export(folder, "alpaca", instructions=[1000])
    with pytest.raises(ConfigError, match="'-5' in `instructions` is no size"):
        export(folder, "alpaca", instructions=["-5"])


@given(num_rows=st.integers(1, 200_000), batch_size=st.none() | st.integers(1, 512))
def test_a_step_of_the_optimizer_sees_exactly_the_batch(num_rows: int, batch_size: int | None) -> None:
    recipe = recipe_for(num_rows, batch_size=batch_size)
    assert recipe.rows_at_a_time * recipe.accumulation_steps == recipe.batch_size
    assert batch_size is not None or 8 <= recipe.batch_size <= 256
