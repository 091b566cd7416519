import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instances, parse_instructions
from distilabel_selfinstruct.records import Completion, Instance


def read(text: str) -> tuple[Instance, ...]:
    return parse_instances(Completion(text, "stop"), is_classification=False).kept


CODE = st.lists(
    st.sampled_from(["make tax", "# Example", "# Example 1", "Output: 4", "Input: 8", "print(8)", "## Output", ""]),
    min_size=1,
    max_size=5,
).map("\n".join)
FENCE = st.sampled_from(["```", "~~~", "```python", "````"])


@given(FENCE, CODE)
def test_a_fence_with_text_on_both_sides_belongs_to_the_text(fence: str, code: str) -> None:
    text = f"Build it once.\n\n{fence}\n{code}\n{fence.rstrip('python')}\nThen run it."
    assert read(text) == (Instance("", text),)
    assert read(f"Input: a tool\nOutput: {text}") == (Instance("a tool", text),)


@pytest.mark.parametrize(
    "text",
    [
        "```\nInput: 3\nOutput: 9\n```",
        "```\nInput: 3\nOutput: 9",
        "Here is an example:\n\n```text\nInput: 3\nOutput: 9\n```\n\nLet me know if you need more!",
        "Example 1\n```\nInput: 3\nOutput: 9\n```",
    ],
)
def test_a_fence_that_wraps_the_format_is_no_part_of_it(text: str) -> None:
    assert read(text) == (Instance("3", "9"),)


def test_a_fence_inside_a_wrapped_response_stays() -> None:
    assert read("```markdown\nInput: 3\nOutput:\n```python\nx = 9\n```\n```") == (
        Instance("3", "```python\nx = 9\n```"),
    )


def test_each_of_several_fences_may_hold_an_example() -> None:
    text = "```\nInput: 3\nOutput: 9\n```\n\n```\nInput: 4\nOutput: 16\n```"
    assert read(text) == (Instance("3", "9"), Instance("4", "16"))


def test_a_fence_inside_an_instruction_stays() -> None:
    parsed = parse_instructions(Completion(" Fix this code:\n```\nx = = 1\n```\n10. Name a river."))
    assert parsed.kept == ("Fix this code: ``` x = = 1 ```", "Name a river.")
