"""A pack with a model: what could be read, and what could not."""

import json

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.records import Reason, Stage
from distilabel_selfinstruct.running.language_trial import try_pack


def test_a_model_that_answers_in_the_packs_words_is_read():
    trials = try_pack("ko", RunConfig(llm="recorded:demo-ko"), requests=4)
    assert [(trial.stage, trial.requests, trial.readable) for trial in trials] == [
        (Stage.INSTRUCTION_GENERATION, 4, 4),
        (Stage.CLASSIFICATION, 4, 4),
        (Stage.INSTANCE_GENERATION, 4, 4),
    ]
    assert not any(trial.unknown_markers or trial.unreadable for trial in trials)


def test_what_is_not_read_is_said_with_the_unknown_markers(tmp_path):
    tasks = ["밥을 맛있게 짓는 법을 알려 주세요.", "단어의 반대말을 써 주세요."]
    rows = [{"stage": "instruction_generation", "text": f" {tasks[0]}\n10. {tasks[1]}"}]
    rows += [{"stage": "classification", "instruction": task, "text": "음, 글쎄요."} for task in tasks]
    rows += [
        {
            "stage": "instance_generation",
            "instruction": task,
            "text": "넣기: 뜨겁다\n내기: 차갑다\n\n넣기: 크다\n내기: 작다",
        }
        for task in tasks
    ]
    recording = tmp_path / "recording.jsonl"
    recording.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    command = ["language", "try", "ko", "--llm", f"recorded:{recording}", "--requests", "2"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert "classification: 2 of 2 requests answered, 0 readable (0%), 0 verdicts" in said
    assert "unknown markers: '넣기' in 2 answers, '내기' in 2 answers" in said
    assert "could not be read: '음, 글쎄요.'" in said
    last = try_pack("ko", RunConfig(llm=f"recorded:{recording}"), requests=2)[-1]
    assert (last.readable, last.reasons) == (0, {Reason.UNKNOWN_MARKERS: 2})


def test_a_pack_that_only_reads_cannot_be_tried():
    with pytest.raises(ConfigError, match="has no prompts"):
        try_pack("th", RunConfig(llm="recorded:demo-ko"))
