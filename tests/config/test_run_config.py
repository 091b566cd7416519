import pytest

from distilabel_selfinstruct.config import load_config
from distilabel_selfinstruct.errors import ConfigError, InputFileError


def config_file(tmp_path, text):
    path = tmp_path / "run.yaml"
    path.write_text(text)
    return path


def test_options_go_before_the_file_and_the_file_before_the_defaults(tmp_path):
    path = config_file(tmp_path, "num_instructions: 7\npatience: 3\n")
    config = load_config(path, {"patience": 4})
    assert (config.num_instructions, config.patience, config.max_instances) == (7, 4, 5)


@pytest.mark.parametrize("given", [7, "7", "auto"])
def test_the_number_in_flight_is_a_number_or_found(given):
    assert load_config(None, {"max_in_flight": given}).max_in_flight == (given if given == "auto" else 7)


def test_an_empty_file_gives_the_defaults(tmp_path):
    assert load_config(config_file(tmp_path, ""), {}) == load_config(None, {})


@pytest.mark.parametrize(
    ("llm", "form"),
    [("recorded:demo", "completion"), ("openai:gpt-4o-mini", "chat"), ("ollama:llama3", "chat")],
)
def test_the_prompt_form_follows_the_provider(llm, form):
    assert load_config(None, {"llm": llm}).effective_prompt_form == form


def test_a_chosen_prompt_form_stands():
    config = load_config(None, {"llm": "openai:davinci-002", "prompt_form": "completion"})
    assert config.effective_prompt_form == "completion"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "num_instructions: 0",
            "`num_instructions` is 0 in .*run.yaml: it should be greater than or equal to 1",
        ),
        ("num_instructions: many", "`num_instructions` is 'many' in .*run.yaml"),
        ("max_rouge_l: 2", "`max_rouge_l` is 2 in .*run.yaml: it should be less than or equal to 1"),
        *(
            (f"max_in_flight: {bad}", "`max_in_flight` is .*run.yaml: it should be a whole number from 1 on, or auto")
            for bad in ("0", "-3", "many", "true", "2.5", "[4]")
        ),
        *(
            (f"{name}: .{value}", f"`{name}` is {value} in .*run.yaml: it should be a finite number")
            for name in ("max_cost", "max_minutes", "max_wait_minutes")
            for value in ("inf", "nan")
        ),
        ("mode: loose", "`mode` is 'loose' in .*run.yaml: it should be 'strict' or 'default'"),
        ("nun_instructions: 3", "There is no option 'nun_instructions' in .*run.yaml: use llm, "),
        ("- a\n- b", "holds a list"),
        ("a: [", "is not YAML"),
        ("a: " + "[" * 5000 + "]" * 5000, "is not YAML"),
        ("a: 2026-13-45", "is not YAML"),
        ("1: 2", "has the key 1, which is no text"),
    ],
)
def test_a_value_that_cannot_work_is_named_with_its_place(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        load_config(config_file(tmp_path, text), {})


def test_a_wrong_option_is_not_blamed_on_the_file(tmp_path):
    with pytest.raises(ConfigError, match=r"^`num_instructions` is 0: it should be"):
        load_config(config_file(tmp_path, "patience: 3"), {"num_instructions": 0})


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"Cannot read .*none\.yaml: No such file"):
        load_config(tmp_path / "none.yaml", {})
