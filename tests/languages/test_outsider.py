"""A language that this package does not ship: one folder of data, and no change of code."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.formatting.chat import user_text
from distilabel_selfinstruct.formatting.examples import Example
from distilabel_selfinstruct.language_checks import check_pack
from distilabel_selfinstruct.languages import load_pack
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal
from distilabel_selfinstruct.prompts import load_prompts, prompt_text
from distilabel_selfinstruct.running.language_trial import try_pack
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

DANISH = Path(__file__).parent / "danish"


def test_it_passes_the_check():
    findings = check_pack(DANISH)
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert [finding.location for finding in findings if finding.fault.startswith("there are only")] == [
        "seed_tasks.jsonl"
    ]


def test_it_brings_everything_to_a_run():
    config = RunConfig(language=str(DANISH))
    assert (config.prompts, config.max_rouge_l) == (str(DANISH), 0.7)
    prompts = load_prompts(config.prompts, config.language)
    question = prompt_text(prompts.classification("Er det varmt eller koldt?", form="completion"))
    assert question.endswith("Opgave: Er det varmt eller koldt?\nEr det en klassifikationsopgave?")
    assert len(load_seed_tasks(None, config.language)) == 12
    assert user_text(Example("Sig det modsatte.", "varm", "kold"), "labeled", config.language).endswith("Inddata: varm")
    assert is_refusal("Jeg beklager, men det kan jeg ikke hjælpe dig med.", config.language)


def test_it_generates(tmp_path):
    tasks = ["Skriv et kort digt om efteråret.", "Er sætningen høflig eller uhøflig?"]
    answers = ["Nej, det er en fri opgave.", "Ja"]
    instances = ["Eksempel 1\nUddata: Bladene falder.", "Eksempel 1\nInddata: Værsgo!\nUddata: Høflig"]
    rows = [{"stage": "instruction_generation", "text": f"Selvfølgelig!\n\n9. {tasks[0]}\n10. {tasks[1]}"}]
    rows += [
        {"stage": "classification", "instruction": task, "text": text}
        for task, text in zip(tasks, answers, strict=True)
    ]
    rows += [
        {"stage": "instance_generation", "instruction": task, "text": text}
        for task, text in zip(tasks, instances, strict=True)
    ]
    recording = tmp_path / "recording.jsonl"
    recording.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    trials = try_pack(DANISH, RunConfig(llm=f"recorded:{recording}"), requests=2)
    assert [(trial.kept, trial.unreadable) for trial in trials] == [(2, ()), (2, ()), (2, ())]


@pytest.mark.parametrize(
    "field", ["language", "name", "markers.task", "markers.input", "markers.class_label", "verdict.yes", "verdict.no"]
)
def test_a_missing_word_is_named(tmp_path, field):
    folder = tmp_path / "mine"
    shutil.copytree(DANISH, folder)
    held = yaml.safe_load((folder / "locale.yaml").read_text("utf-8"))
    *groups, name = field.split(".")
    group = held
    for one in groups:
        group = group[one]
    del group[name]
    (folder / "locale.yaml").write_text(yaml.safe_dump(held, allow_unicode=True), "utf-8")
    with pytest.raises(ConfigError, match=f"None under {field}: "):
        load_pack(folder)


@pytest.mark.parametrize("file", ["classification.jsonl", "input_first.jsonl", "output_first.jsonl"])
def test_a_missing_file_is_named(tmp_path, file):
    folder = tmp_path / "mine"
    shutil.copytree(DANISH, folder, ignore=shutil.ignore_patterns(file))
    with pytest.raises(ConfigError, match=file):
        load_prompts(folder)
    assert any(file in finding.fault for finding in check_pack(folder) if finding.severity == "error")
