"""The host's docstring parser, which makes its gallery and its dataset card, finds all that our docstrings hold."""

import inspect
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from distilabel.utils.docstring import parse_google_docstring

from distilabel_selfinstruct import server_steps, steps
from distilabel_selfinstruct.llms import OpenAICompatibleLLM, RecordedLLM
from distilabel_selfinstruct.server_steps import LoadDecisionsFromArgilla, PublishToHub, SelfInstructToArgilla
from distilabel_selfinstruct.steps import (
    ClassificationTaskIdentification,
    FormatInstancesSFT,
    InstanceFiltering,
    InstanceGeneration,
    InstructionGeneration,
    RegenerateOutputs,
    RougeLNoveltyFilter,
    RowsToJsonLines,
)
from distilabel_selfinstruct.steps.citation import cites_self_instruct
from distilabel_selfinstruct.testing import ScriptedLLM

OPTIONS: dict[type, dict[str, Any]] = {
    InstructionGeneration: {"llm": ScriptedLLM(responses=[""])},
    ClassificationTaskIdentification: {"llm": ScriptedLLM(responses=[""])},
    InstanceGeneration: {"llm": ScriptedLLM(responses=[""])},
    InstanceFiltering: {},
    RegenerateOutputs: {"llm": ScriptedLLM(responses=[""])},
    RougeLNoveltyFilter: {},
    RowsToJsonLines: {},
    FormatInstancesSFT: {},
    SelfInstructToArgilla: {"dataset_name": "tasks"},
    LoadDecisionsFromArgilla: {"dataset_names": ["tasks"]},
    PublishToHub: {"repo_id": "acme/tasks", "license": "mit"},
}
COMPONENTS = tuple(OPTIONS)
COMPONENT = pytest.mark.parametrize("component", COMPONENTS)
GENERATORS = (InstructionGeneration, LoadDecisionsFromArgilla)
ASK_ARGILLA = (SelfInstructToArgilla, LoadDecisionsFromArgilla)
COLUMNS_BY_OPTION = (RougeLNoveltyFilter, FormatInstancesSFT, RowsToJsonLines)

# The categories of the host's gallery (`utils/mkdocs/components_gallery.py`).
CATEGORIES = {
    "text-generation",
    "chat-generation",
    "text-classification",
    "text-manipulation",
    "evol",
    "critique",
    "scorer",
    "preference",
    "embedding",
    "columns",
    "filtering",
    "format",
    "load",
    "execution",
    "save",
    "clustering",
    "helper",
    "image-generation",
    "labelling",
}


def section(component: type, heading: str) -> str:
    """The raw text of a section of the docstring; empty if there is none."""
    found = re.search(rf"^{heading}:\n(.*?)(?=^\S|\Z)", inspect.getdoc(component) or "", re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def items(component: type, heading: str) -> list[str]:
    """The names at the left of a section, as a reader sees them."""
    return re.findall(r"^ {4}(?:- )?`?(\w+)`?[: ]", section(component, heading), re.MULTILINE)


def made(component: Any) -> Any:
    return component(**OPTIONS[component])


def test_no_step_is_left_out() -> None:
    assert {component.__name__ for component in COMPONENTS} == {*steps.__all__, *server_steps.__all__}


@COMPONENT
@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Attributes", "attributes"),
        ("Runtime parameters", "runtime_parameters"),
        ("Input columns", "input_columns"),
        ("Output columns", "output_columns"),
    ],
)
def test_every_name_of_a_section_is_found(component: type, heading: str, key: str) -> None:
    assert list(parse_google_docstring(component)[key]) == items(component, heading)  # type: ignore[literal-required]


@COMPONENT
def test_every_description_is_found_whole(component: type) -> None:
    parsed = parse_google_docstring(component)
    described = {**parsed["attributes"], **parsed["runtime_parameters"]}
    described |= {name: text for name, (_, text) in {**parsed["input_columns"], **parsed["output_columns"]}.items()}
    assert [name for name, text in described.items() if not text.endswith((".", "text", "compare"))] == []


@COMPONENT
def test_short_description_is_one_sentence(component: type) -> None:
    description = parse_google_docstring(component)["short_description"]
    assert re.fullmatch(r"[A-Z].*\.", description)


@COMPONENT
def test_categories_are_those_of_the_gallery(component: type) -> None:
    categories = parse_google_docstring(component)["categories"]
    assert categories
    assert set(categories) <= CATEGORIES


@COMPONENT
def test_the_paper_is_referred_to(component: type) -> None:
    assert parse_google_docstring(component)["references"] == {"Self-Instruct": "https://arxiv.org/abs/2212.10560"}


@COMPONENT
def test_the_citation_is_found_whole(component: type) -> None:
    (citation,) = parse_google_docstring(component)["citations"]
    assert re.fullmatch(r"@misc\{wang2022selfinstruct,\n.*\n\}", citation, re.DOTALL)
    assert "\n    title={Self-Instruct: Aligning" in citation


def test_the_citation_stands_once() -> None:
    package = Path(steps.__file__).parent.parent
    files = [path.name for path in package.rglob("*.py") if "@misc{" in path.read_text(encoding="utf-8")]
    assert files == ["citation.py"]


@pytest.mark.parametrize("margin", ["", "    "])  # as compilers from Python 3.13 on leave it, and earlier ones
def test_the_citation_has_the_margin_of_the_other_sections(margin: str) -> None:
    class Step:
        __doc__ = f"Does it.\n\n{margin}References:\n{margin}    - [Paper](https://example.org)\n{margin}"

    assert f"\n\n{margin}Citations:\n{margin}    ```\n" in (cites_self_instruct(Step).__doc__ or "")


def test_a_class_without_a_docstring_stays_without_one() -> None:
    class Silent:
        __doc__ = None

    assert cites_self_instruct(Silent).__doc__ is None


@COMPONENT
def test_the_example_is_found_under_its_title(component: type) -> None:
    (title,) = parse_google_docstring(component)["examples"]
    assert f"    {title}:\n" in section(component, "Examples")


@pytest.mark.slow
@pytest.mark.parametrize("component", [component for component in COMPONENTS if component not in ASK_ARGILLA])
def test_the_example_runs(component: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = parse_google_docstring(component)["examples"].values()
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["rows"]


@pytest.mark.parametrize("component", [component for component in COMPONENTS if component not in COLUMNS_BY_OPTION])
def test_documented_columns_are_those_of_the_step(component: Any) -> None:
    parsed, step = parse_google_docstring(component), made(component)
    assert list(parsed["output_columns"]) == list(step.outputs)
    if component not in GENERATORS:
        assert set(parsed["input_columns"]) == set(step.inputs)


@COMPONENT
def test_documented_parameters_are_runtime_parameters(component: Any) -> None:
    documented = parse_google_docstring(component)["runtime_parameters"]
    assert documented.keys() <= made(component).runtime_parameters_names.keys()


@COMPONENT
def test_documented_attributes_are_fields(component: Any) -> None:
    documented = parse_google_docstring(component)["attributes"]
    assert documented.keys() <= component.model_fields.keys()


@COMPONENT
def test_every_field_of_our_own_is_documented(component: Any) -> None:
    parsed = parse_google_docstring(component)
    own = {
        name
        for base in component.__mro__
        if base.__module__.startswith("distilabel_selfinstruct")
        for name in inspect.get_annotations(base)
        if not name.startswith("_")
    }
    # What the host documents for every task.
    own -= {"add_raw_output", "add_raw_input"}
    assert own <= parsed["attributes"].keys() | parsed["runtime_parameters"].keys()


@COMPONENT
def test_parsing_needs_no_network(component: type, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    # With an arXiv reference and no citation the host would fetch one.
    assert parse_google_docstring(component)["citations"]


@COMPONENT
def test_the_docstring_is_not_longer_than_a_page(component: type) -> None:
    assert len((component.__doc__ or "").splitlines()) < 80


@pytest.mark.parametrize("llm", [OpenAICompatibleLLM, RecordedLLM, ScriptedLLM])
def test_the_docstring_of_an_llm_is_found_whole(llm: type) -> None:
    parsed = parse_google_docstring(llm)
    assert list(parsed["attributes"]) == items(llm, "Attributes")
    assert list(parsed["runtime_parameters"]) == items(llm, "Runtime parameters")
