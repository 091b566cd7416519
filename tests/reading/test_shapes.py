"""The shapes of rows that people have become rows of this package, and what they are read as is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.reading import ReadOptions, open_rows, parse_columns

ASK, ANSWER = "Name a sea.", "North Sea"
TURNS = [{"from": "human", "value": ASK}, {"from": "gpt", "value": ANSWER}]
MESSAGES = [{"role": "user", "content": ASK}, {"role": "assistant", "content": ANSWER}]


def texts(rows):
    return [(row["instruction"], row.get("input") or "", row.get("output")) for row in rows]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"instruction": ASK, "input": "", "output": ANSWER}, "Alpaca rows (instruction, input, output)"),
        (
            {"instruction": ASK, "context": "", "response": ANSWER, "category": "open_qa"},
            "Dolly rows (context as input, response as output, instruction)",
        ),
        ({"id": "1", "conversations": TURNS}, "ShareGPT conversations in 'conversations'"),
        ({"messages": MESSAGES}, "OpenAI messages in 'messages'"),
        ({"messages": json.dumps(MESSAGES)}, "OpenAI messages in 'messages'"),
        ({"messages": str(MESSAGES)}, "OpenAI messages in 'messages'"),
        ({"conversation": {"role": ["user", "assistant"], "content": [ASK, ANSWER]}}, "OpenAI messages"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ASK}]}, MESSAGES[1]]}, "OpenAI messages"),
        ({"prompt": MESSAGES[:1], "completion": MESSAGES[1:]}, "prompts and completions as messages in 'prompt'"),
        ({"turns": [ASK, ANSWER]}, "OpenAI messages in 'turns'"),
        ({"prompt": MESSAGES[:1], "chosen": MESSAGES[1:], "rejected": []}, "prompts and completions as messages"),
        ({"conversation": [{"human": ASK, "assistant": ANSWER}]}, "OpenAI messages in 'conversation'"),
        (
            {"contents": [{"role": "user", "parts": [{"text": ASK}]}, {"role": "model", "parts": [{"text": ANSWER}]}]},
            "OpenAI messages in 'contents'",
        ),
        ({"prompt": ASK, "completion": ANSWER}, "prompt as instruction, completion as output"),
        ({"Question ": ASK, "ANSWER": ANSWER}, "Question  as instruction, ANSWER as output"),
        ({"input": ASK, "output": ANSWER}, "input as instruction, output"),
        ({"inputs": ASK, "targets": ANSWER}, "inputs as instruction, targets as output"),
        (
            {"id": "1", "instruction": ASK, "instances": [{"input": "", "output": ANSWER}], "is_classification": False},
            "tasks with instances (instruction, is_classification, instances)",
        ),
        (
            {"instruction": ASK, "instances": json.dumps([{"input": "", "output": ANSWER}])},
            "tasks with instances (instruction, instances)",
        ),
        ({"prompt": ASK, "response": {"choices": [{"text": ANSWER, "finish_reason": "stop"}]}}, "response as output"),
        ({"prompt": ASK, "response": {"choices": [{"message": {"content": ANSWER}}]}}, "response as output"),
        ({"instruction": ASK, "output": [ANSWER]}, "Alpaca rows (instruction, output)"),
    ],
)
def test_a_known_shape_is_recognized_and_said(row, said):
    notes = []
    assert texts(open_rows([row], ReadOptions(on_note=notes.append))) == [(ASK, "", ANSWER)]
    assert said in notes[0]


def test_the_references_own_instances_are_parsed():
    raw = "Example 1\nInput: cold\nOutput: hot\n\nExample 2\nInput: big\nOutput: small"
    row = {
        "instruction": "Name the opposite.",
        "raw_instances": raw,
        "instance_metadata": {"response": {"choices": [{"text": raw, "finish_reason": "stop"}]}},
        "instruction_metadata": {},
        "most_similar": {"Name it.": 0.5},
        "avg_similarity_score": 0.1,
        "is_classification": " No",
    }
    rows = list(open_rows([row]))
    assert texts(rows) == [("Name the opposite.", "cold", "hot"), ("Name the opposite.", "big", "small")]
    assert {row["is_classification"] for row in rows} == {False}
    # The last instance of a response that a limit has cut is not whole.
    row["instance_metadata"]["response"]["choices"][0]["finish_reason"] = "length"
    assert texts(open_rows([row])) == [("Name the opposite.", "cold", "hot")]


def test_the_references_instructions_are_instructions_without_outputs():
    row = {"instruction": ASK, "most_similar": {"x": 0.1}, "metadata": {"response": {}}, "request_idx": 1}
    assert texts(open_rows([row])) == [(ASK, "", None)]


def test_each_instance_of_a_task_is_a_row():
    instances = [{"input": "a", "output": "b"}, {"input": "c", "output": "d"}]
    row = {"instruction": ASK, "instances": instances, "is_classification": "Yes"}
    rows = list(open_rows([row]))
    assert texts(rows) == [(ASK, "a", "b"), (ASK, "c", "d")]
    assert all(row["is_classification"] is True for row in rows)


def test_of_a_long_conversation_the_first_exchange_is_read_and_that_is_said():
    turns = [
        {"from": "system", "value": "Be brief."},
        {"from": "gpt", "value": "Welcome!"},
        *TURNS,
        {"from": "human", "value": "Another?"},
        {"from": "gpt", "value": "Baltic Sea"},
    ]
    notes = []
    (row,) = open_rows([{"conversations": turns}], ReadOptions(on_note=notes.append))
    assert (row["instruction"], row["output"], row["system"]) == (ASK, ANSWER, "Be brief.")
    assert "of 1 conversations with further turns, the first question" in notes[-1]


@pytest.mark.parametrize("turns", [[], [{"from": "gpt", "value": "Hi"}], "Hi", None, [{"value": "x"}]])
def test_a_conversation_without_a_question_is_left_out(turns):
    rows = open_rows([{"conversations": TURNS}, {"conversations": turns}])
    assert len(list(rows)) == 1
    assert rows.skipped[0].reason.startswith("has under 'conversations' what ")


def test_texts_alone_are_instructions():
    assert [row["instruction"] for row in open_rows([ASK, "Go."])] == [ASK, "Go."]


def test_rows_of_several_shapes_in_one_file_are_each_read_as_what_they_are():
    rows = [{"instruction": ASK, "output": ANSWER}, {"Prompt": ASK, "Response": ANSWER}, {"messages": MESSAGES}]
    assert texts(open_rows(rows)) == [(ASK, "", ANSWER)] * 3


NAMES = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=3, max_size=3).filter(
    lambda names: len({name.casefold() for name in names}) == 3
)


@given(NAMES, st.tuples(st.text(), st.text(), st.text()))
def test_any_column_can_be_mapped_onto_any_of_ours(names, values):
    columns = dict(zip(("instruction", "input", "output"), names, strict=True))
    source = open_rows([dict(zip(names, values, strict=True))], ReadOptions(columns=columns))
    (row,) = source
    assert (row["instruction"], row["input"], row["output"]) == values


def test_a_dot_leads_into_a_struct():
    row = {"q": {"text": ASK}, "a": {"best": {"text": ANSWER}}}
    columns = {"instruction": "q.text", "output": "a.best.text"}
    assert texts(open_rows([row], ReadOptions(columns=columns))) == [(ASK, "", ANSWER)]


def test_a_mapped_column_that_is_not_there_is_an_error_with_those_that_are():
    with pytest.raises(InputFileError, match=r"has no column 'q' \(there is a, b\)"):
        open_rows([{"a": 1, "b": 2}], ReadOptions(columns={"instruction": "q"}))


def test_the_text_of_a_map_is_read_part_by_part():
    assert parse_columns(["instruction=q, output=a.b", "input=c"]) == {
        "instruction": "q",
        "output": "a.b",
        "input": "c",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("instruction", "`columns` has 'instruction': write NAME=COLUMN"),
        ("instruction=", "write NAME=COLUMN"),
        ("output=a,output=b", r"`columns` names output twice \(a and b\)"),
    ],
)
def test_a_map_that_cannot_be_read_is_named(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_columns([text])


def test_a_name_that_is_none_of_ours_is_refused():
    with pytest.raises(ConfigError, match="No column can be read as 'answer': use one of instruction, input"):
        ReadOptions(columns={"answer": "x"})


@pytest.mark.parametrize(("value", "text"), [(3, "3"), (2.5, "2.5"), (True, "true"), (float("nan"), None), ([], None)])
def test_numbers_are_texts_and_nothing_is_nothing(value, text):
    assert texts(open_rows([{"instruction": ASK, "output": value}])) == [(ASK, "", text)]
