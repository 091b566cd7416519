"""Every public function, record of options, step and LLM refuses a value of the wrong type with an error of ours."""

import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import distilabel_selfinstruct as si
from distilabel_selfinstruct.arguments import checks_arguments
from distilabel_selfinstruct.errors import ConfigError

FUNCTIONS = [name for name in si.__all__ if inspect.isfunction(getattr(si, name))]
STRANGE: list[Any] = [None, 5, 0.5, b"bytes", object(), {}, [None], lambda: None]
GOOD: dict[str, tuple[Any, ...]] = {
    "evaluate": ("answers.jsonl", "references.jsonl"),
    "export": ("rows.jsonl", "alpaca"),
    "finetune": ("run", "model", "out"),
    "filter_dataset": ("rows.jsonl", "out"),
    "filter_texts": (["a text"],),
    "load_config": (None, {}),
    "load_seed_tasks": ("seeds.jsonl",),
    "make_llm": ("recorded:demo",),
    "publish": ("run", "owner/name"),
    "pull_decisions": ("run",),
    "push_for_review": ("run",),
    "regenerate": ("run", "out", si.RunConfig()),
    "report": ("rows.jsonl",),
    "predict": ("tasks.jsonl", "answers.jsonl", si.RunConfig()),
    "run": (si.RunConfig(), "out"),
}
WRONG_OPTIONS = [
    (si.RunConfig, {"num_instructions": 0}),
    (si.RunConfig, {"nope": 1}),
    (si.RunConfig, {"disabled_rules": ["nope"]}),
    (si.RunConfig, {"decoding": {"nope": {}}}),
    (si.RunConfig, {"min_words": 9, "max_words": 3}),
    (si.DecisionRule, {"min_raters": "1"}),
    (si.DecisionRule, {"accept": "most"}),
    (si.PushOptions, {"raters": "anna"}),
    (si.PushOptions, {"sample": 0}),
    (si.RougeLNoveltyFilter, {"max_rouge_l": 3}),
    (si.FormatInstancesSFT, {"format": "nope"}),
    (si.LoadDecisionsFromArgilla, {"dataset_names": []}),
    (si.SelfInstructToArgilla, {"dataset_name": ""}),
    (si.PublishToHub, {}),
    (si.InstructionGeneration, {"llm": si.ScriptedLLM(responses=["x"]), "num_instructions": 0}),
    (si.InstanceGeneration, {}),
    (si.ScriptedLLM, {"responses": 5}),
    (si.RecordedLLM, {"recording": 5}),
    (si.NoveltyIndex, {"max_rouge_l": "0.7"}),
    (si.NoveltyIndex, {"tokenizer": None}),
]


def parameters(name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(getattr(si, name)).parameters.values())


def test_there_is_a_good_call_of_every_public_function() -> None:
    assert GOOD.keys() == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(value=st.sampled_from(STRANGE))
def test_a_wrong_main_argument_is_an_error_of_ours_that_names_it(name: str, value: Any) -> None:
    first = parameters(name)[0]
    if value is None and first.annotation is not inspect.Parameter.empty and "None" in str(first.annotation):
        return
    with pytest.raises(ConfigError, match=rf"^{first.name}.* is .*: give an? ") as raised:
        list(getattr(si, name)(value, *GOOD[name][1:]) or ())
    assert raised.value.__cause__ is None


OPTIONS = [
    (name, parameter.name)
    for name in FUNCTIONS
    for parameter in parameters(name)
    # An annotation in quotes names what is not imported yet.
    if not isinstance(parameter.annotation, str) and name != "filter_texts"
    # Further keywords are the fields of a record of options, which checks them.
    if parameter.kind is not inspect.Parameter.VAR_KEYWORD
]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_each_option_of_a_public_function_refuses_what_does_not_fit_its_annotation(name: str, option: str) -> None:
    function = getattr(si, name)
    with pytest.raises(ConfigError, match=rf"^{option} of {name} is <object .*: give "):
        function(**{**inspect.signature(function).bind(*GOOD[name]).arguments, option: object()})


@pytest.mark.parametrize("name", ["evaluate", "export", "filter_dataset", "report"])
@pytest.mark.parametrize("option", ["split", "columns", "delimiter", "encoding", "strict_rows", "on_note"])
def test_each_option_of_how_rows_are_read_is_checked(name: str, option: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{option} is <object .*: give "):
        getattr(si, name)(*GOOD[name], **{option: object()})


@pytest.mark.parametrize(("kind", "options"), WRONG_OPTIONS)
def test_wrong_options_are_one_kind_of_error(kind: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as raised:
        kind(**options)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("method", ["admit", "add", "nearest", "scores", "compare", "extend"])
@pytest.mark.parametrize("value", [None, 5, b"bytes"])
def test_the_novelty_index_takes_texts_only(method: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=r"^texts? is .*: give a "):
        getattr(si.NoveltyIndex(), method)(value)


def test_a_text_that_is_none_is_named_by_its_number() -> None:
    with pytest.raises(ConfigError, match=r"texts\[1\] is None: give a text\."):
        list(si.filter_texts(["a", None]))  # type: ignore[list-item]
    with pytest.raises(ConfigError, match=r"against\[0\] is 7: give a text\."):
        si.filter_texts(["a"], against=[7])  # type: ignore[list-item]


PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
"""What a file can be called: others are refused."""

KINDS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (bool, st.booleans()),
    (int, st.integers()),
    (float, st.integers() | st.floats()),
    (str, st.text()),
    (str | None, st.none() | st.text()),
    (str | os.PathLike[str], PATHS | st.builds(Path, PATHS)),
    (Sequence[str], st.lists(st.text())),
    (Iterable[str], st.sets(st.text()) | st.builds(iter, st.lists(st.text()))),
    (Mapping[str, int], st.dictionaries(st.text(), st.integers())),
    (Literal["a", "b"], st.sampled_from(["a", "b"])),
    (dict[str, int] | None, st.none() | st.dictionaries(st.text(), st.integers())),
]


@given(st.data())
def test_what_fits_an_annotation_passes_unchanged(data: st.DataObject) -> None:
    kind, values = data.draw(st.sampled_from(KINDS))
    value = data.draw(values)

    def function(argument: Any) -> Any:
        return argument

    function.__annotations__["argument"] = kind
    assert checks_arguments(function)(value) is value
    with pytest.raises(ConfigError, match=r"^argument of function is <object"):
        checks_arguments(function)(object())


@pytest.mark.parametrize("path", ["a" * 5000, "a\0b", Path("a\0b")])
def test_a_path_that_no_file_can_have_is_an_error_of_ours(path: Any) -> None:
    with pytest.raises(ConfigError, match=r"which is no path \(.+\): give another"):
        si.report(path)


@pytest.mark.parametrize("tokenizer", [[], {}, None, 5])
def test_a_tokenizer_that_is_neither_a_name_nor_a_function_is_an_error_of_ours(tokenizer: Any) -> None:
    with pytest.raises(ConfigError, match="There is no tokenizer"):
        si.NoveltyIndex(tokenizer=tokenizer)
