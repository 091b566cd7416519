"""Whatever an LLM says beside its text costs no answer, and the journal that holds it can be read."""

import json
from math import inf, nan
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.journal.completions import completion_of, completion_row
from distilabel_selfinstruct.journal.rows import row_fault
from distilabel_selfinstruct.llms.arguments import Arguments
from distilabel_selfinstruct.llms.outputs import completion_from
from distilabel_selfinstruct.prompts import Decoding
from distilabel_selfinstruct.records import Request, Stage
from distilabel_selfinstruct.testing import ScriptedLLM

LLM = ScriptedLLM(responses=["unused"])
ARGUMENTS = Arguments({}, max_tokens=16)
DECODING = Decoding(1.0, 1.0, 0.0, 0.0, 16, ())
NAMES = ("finish_reason", "retries", "reasoning", "reasoning_tokens", "cached_tokens")

_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.none()), st.just({}), st.just(10**5000)
)
_said = st.one_of(_values, st.lists(_values, max_size=2))


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, _said)),
    st.one_of(_said, st.fixed_dictionaries({"input_tokens": _said, "output_tokens": _said})),
)
@example({}, {"input_tokens": ["12"], "output_tokens": ["50"]})
@example({}, {"input_tokens": [nan], "output_tokens": [inf]})
@example({"retries": [-3], "finish_reason": [7]}, {"input_tokens": [-3], "output_tokens": [10**5000]})
def test_an_answer_is_kept_and_can_be_read_back_whatever_is_said_beside_it(said: dict[str, Any], counts: Any) -> None:
    completion = completion_from(LLM, {"generations": ["text"], "statistics": counts, **said}, ARGUMENTS)
    assert completion.text == "text"
    request = Request(Stage.CLASSIFICATION, 0, "prompt", instruction="instruction")
    line = jsonl.parse(jsonl.dumps_checked(completion_row(request, DECODING, completion)).encode())
    assert not line.fault
    assert not row_fault(Path("classification/completions.jsonl"), line.value)
    assert json.loads(jsonl.dumps(line.value)) == line.value
    assert completion_of(line.value).input_tokens == completion.input_tokens


def test_counts_that_can_be_are_kept() -> None:
    said = {"statistics": {"input_tokens": [3], "output_tokens": [16]}, "retries": [2], "cached_tokens": [1]}
    completion = completion_from(LLM, {"generations": ["text"], **said}, ARGUMENTS)
    assert (completion.input_tokens, completion.output_tokens, completion.cached_tokens) == (3, 16, 1)
    assert (completion.retries, completion.finish_reason) == (2, "length")
