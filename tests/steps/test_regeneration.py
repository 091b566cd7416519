"""The step that has outputs regenerated: rows that got none leave, each with its reason."""

from pathlib import Path

from distilabel_selfinstruct.steps import RegenerateOutputs
from distilabel_selfinstruct.testing import ScriptedLLM
from tests.steps.builders import processed, reasons, scripted

ROW = {"instruction": "Name the opposite.", "input": "cold", "output": "warm", "model_name": "weak", "id": 7}


def test_the_new_output_stands_beside_the_old_one_and_the_models() -> None:
    (row,) = processed(RegenerateOutputs(llm=scripted(" hot\n")), [ROW])
    assert {name: row[name] for name in (*ROW, "original_output", "output_model")} == {
        **ROW,
        "output": "hot",
        "original_output": "warm",
        "output_model": "scripted",
    }


def test_refusals_cut_offs_and_failures_leave_with_their_reasons(tmp_path: Path) -> None:
    script = scripted("I'm sorry, but I can't help with that.", None, "cold", "hot")
    step = RegenerateOutputs(llm=script, state_dir=str(tmp_path), request_retries=0)
    rows = processed(step, [{**ROW, "id": number} for number in range(4)])
    assert [row["id"] for row in rows] == [3]
    assert reasons(tmp_path) == ["refusal", "failed_request", "input_equals_output"]
    cut = RegenerateOutputs(llm=ScriptedLLM(responses=["ho"], finish_reason="length"))
    assert processed(cut, [ROW]) == []


def test_rows_without_an_instruction_leave_and_rules_can_be_switched_off() -> None:
    assert processed(RegenerateOutputs(llm=scripted("hot")), [{"instruction": None, "output": "x"}]) == []
    step = RegenerateOutputs(llm=scripted("cold"), disabled_rules=["input_equals_output"])
    assert [row["output"] for row in processed(step, [ROW])] == ["cold"]
