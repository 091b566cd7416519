"""Which of our steps make which promise to the host."""

import pytest

from distilabel_selfinstruct import host_fixes, steps
from distilabel_selfinstruct.host_fixes.contracts import BeginsBatches, RunsAhead
from distilabel_selfinstruct.testing import ScriptedLLM

host_fixes.apply()

from distilabel.steps import GeneratorStep, LoadDataFromDicts

TASKS = (steps.InstructionGeneration, steps.ClassificationTaskIdentification, steps.InstanceGeneration)
PROMISES = {
    "InstructionGeneration": {RunsAhead},
    "ClassificationTaskIdentification": {BeginsBatches},
    "InstanceGeneration": {BeginsBatches},
    "InstanceFiltering": set(),
    "FormatInstancesSFT": set(),
}


@pytest.mark.parametrize("name", PROMISES)
def test_a_step_keeps_the_contracts_that_it_should(name):
    kind = getattr(steps, name)
    step = kind(llm=ScriptedLLM(responses=[""])) if kind in TASKS else kind()
    assert {contract for contract in (RunsAhead, BeginsBatches) if isinstance(step, contract)} == PROMISES[name]
    assert not isinstance(step, GeneratorStep) or step.runs_ahead


def test_a_step_of_the_host_keeps_none():
    step = LoadDataFromDicts(data=[{"instruction": "a"}])
    assert not isinstance(step, RunsAhead)
    assert not isinstance(step, BeginsBatches)
