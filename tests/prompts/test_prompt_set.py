import shutil
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import load_pack, pack_names
from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances
from distilabel_selfinstruct.prompts import apply_overrides, default_decoding, load_prompts
from distilabel_selfinstruct.prompts.prompt_set import prompt_text
from distilabel_selfinstruct.records import MODEL_STAGES, Completion, Instance, Stage

PROMPTS = load_prompts("en")
PACKAGED = Path(str(resources.files("distilabel_selfinstruct").joinpath("locales/en")))


def test_classification_shows_12_yes_and_19_no_examples_as_in_the_paper():
    verdicts = [verdict for _, verdict in PROMPTS.classification_examples]
    assert (verdicts.count(True), verdicts.count(False)) == (12, 19)


def test_instance_prompts_show_at_least_ten_tasks_each():
    assert len(PROMPTS.input_first_examples) >= 10
    assert len(PROMPTS.output_first_examples) >= 10


def test_an_input_first_prompt_shows_tasks_without_input_too():
    assert any(not instances[0].input for _, instances in PROMPTS.input_first_examples)


@pytest.mark.parametrize("mode", ["default", "strict"])
@pytest.mark.parametrize("is_classification", [True, False])
def test_the_parsers_read_the_worked_examples_back(mode, is_classification):
    prompt = PROMPTS.instances("The last one.", is_classification=is_classification, form="completion")
    examples = PROMPTS.output_first_examples if is_classification else PROMPTS.input_first_examples
    blocks = prompt.split("\n\nTask: ")[1:-1]
    assert len(blocks) == len(examples)
    for block, (task, instances) in zip(blocks, examples, strict=True):
        answer = block.removeprefix(task).lstrip("\n")
        read = read_instances(Completion(answer, "stop"), is_classification=is_classification, mode=mode)
        assert set(read.kept) == set(instances)


def test_the_parser_reads_the_answers_of_the_classification_examples_back():
    for answer, verdict in (("Yes", True), ("No", False)):
        assert read_classification(Completion(answer, "stop")).is_classification is verdict


@pytest.mark.parametrize("render", ["instruction_generation", "classification", "instances"])
@given(text=st.text(min_size=1))
def test_any_instruction_can_be_rendered_in_both_forms(render, text):
    shown = " ".join(text.split()).rstrip(":").rstrip()
    for form in ("completion", "chat"):
        if render == "instruction_generation":
            prompt = PROMPTS.instruction_generation([text], form=form)
        elif render == "classification":
            prompt = PROMPTS.classification(text, form=form)
        else:
            prompt = PROMPTS.instances(text, is_classification=True, form=form)
        assert shown in " ".join(prompt_text(prompt).split())


def test_braces_in_an_instruction_are_left_as_they_are():
    _, user = PROMPTS.instruction_generation(["Explain {examples} and {first} in a template."], form="chat")
    assert "1. Explain {examples} and {first} in a template." in user["content"]


def test_a_completion_prompt_ends_where_the_model_goes_on():
    assert PROMPTS.instruction_generation(["a"] * 8, form="completion").endswith("\n9.")
    assert PROMPTS.classification("x", form="completion").endswith("Task: x\nIs it classification?")
    assert PROMPTS.instances("x", is_classification=False, form="completion").endswith("Task: x\n")


def test_prompts_can_come_from_a_folder_laid_out_like_the_packaged_one(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(PACKAGED, folder)
    words = (folder / "prompts.yaml").read_text().replace("Is it classification?", "Ist es Klassifikation?")
    (folder / "prompts.yaml").write_text(words)
    assert load_prompts(folder).classification("x", form="completion").endswith("Ist es Klassifikation?")


def test_an_unknown_language_is_an_error_that_names_the_known_ones():
    ready = ", ".join(name for name in pack_names() if load_pack(name).has_prompts)
    with pytest.raises(ConfigError, match=rf"There are no prompts 'xx': use a packaged language \({ready}\)"):
        load_prompts("xx")


def test_a_missing_text_is_named(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(PACKAGED, folder)
    (folder / "prompts.yaml").write_text("classification: {}\n")
    with pytest.raises(ConfigError, match=r"lacks the text instruction_generation\.completion"):
        load_prompts(folder)


def test_a_missing_examples_file_is_named(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(PACKAGED, folder)
    (folder / "input_first.jsonl").unlink()
    with pytest.raises(ConfigError, match=r"Cannot read .*input_first\.jsonl"):
        load_prompts(folder)


@pytest.mark.parametrize(
    ("stage", "is_classification", "expected"),
    [
        (Stage.INSTRUCTION_GENERATION, False, (0.7, 0.5, 2.0, 0.0, 1024, ("\n\n", "\n16", "16.", "16 ."))),
        (Stage.CLASSIFICATION, False, (0.0, 0.0, 0.0, 0.0, 3, ("\n", "Task"))),
        (Stage.INSTANCE_GENERATION, True, (0.0, 0.0, 1.5, 0.0, 300, ("Example 6", "Task:"))),
        (Stage.INSTANCE_GENERATION, False, (0.0, 0.0, 1.5, 0.0, 350, ("Example 6", "Task:"))),
    ],
)
def test_decoding_defaults_are_the_papers(stage, is_classification, expected):
    decoding = default_decoding(stage, is_classification=is_classification)
    assert expected == (
        decoding.temperature,
        decoding.top_p,
        decoding.presence_penalty,
        decoding.frequency_penalty,
        decoding.max_tokens,
        decoding.stop,
    )


def test_no_chat_stop_sequence_cuts_at_a_blank_line():
    assert all("\n\n" not in default_decoding(stage, form="chat").stop for stage in MODEL_STAGES)


def test_decoding_can_be_overridden():
    decoding = apply_overrides(default_decoding(Stage.CLASSIFICATION), {"temperature": 1, "stop": ["end"]})
    assert (decoding.temperature, decoding.stop, decoding.max_tokens) == (1, ("end",), 3)


@pytest.mark.parametrize(
    "overrides",
    [{"tempreature": 1}, {"temperature": "hot"}, {"stop": "x"}, {"max_tokens": 0}, {"max_tokens": 1.5}],
)
def test_an_override_that_cannot_work_is_named(overrides):
    with pytest.raises(ConfigError, match=next(iter(overrides))):
        apply_overrides(default_decoding(Stage.CLASSIFICATION), overrides)


def test_instances_are_plain_records():
    assert Instance("in", "out").text == "in\nout"
