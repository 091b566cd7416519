"""The card, as people and the Hub read it."""

import json
import re
import sys
from dataclasses import asdict

import pytest
import yaml
from huggingface_hub import DatasetCard
from markdown_it import MarkdownIt

from distilabel_selfinstruct.errors import InputFileError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.hub import Contents, build, find_license, row_source, run_source
from distilabel_selfinstruct.ratings.decisions import DecisionRule
from tests.hub.builders import instance, rating, review, run_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def card(tmp_path, without_figures):
    def make(source, **options):
        number = len(list(tmp_path.glob("repository-*")))
        folder = tmp_path / f"repository-{number}"
        chosen = options.pop("license", find_license("cc-by-4.0"))
        build(source, Contents(**{"repo_id": "acme/tasks", "license": chosen, "unreviewed": True, **options}), folder)
        return (folder / "README.md").read_text(encoding="utf-8")

    return make


def header(text: str) -> dict:
    return yaml.safe_load(text.split("---\n")[1])


def test_the_header_says_license_language_size_and_tags(card, run):
    head = header(card(run_source(run), languages=("en", "de")))
    assert head["license"] == "cc-by-4.0"
    assert head["language"] == ["en", "de"]
    assert head["size_categories"] == ["n<1K"]
    assert {"distilabel", "self-instruct", "synthetic"} <= set(head["tags"])
    assert [config["config_name"] for config in head["configs"]] == ["instances", "instructions", "sft"]
    assert head["configs"][0]["default"] is True


def test_the_languages_default_to_the_runs(card, tmp_path):
    assert header(card(run_source(run_folder(tmp_path / "run", language="ko"))))["language"] == ["ko"]


def test_the_hubs_own_class_reads_the_card(card, run):
    read = DatasetCard(
        card(run_source(run), license=find_license("other", name="Acme: 1", link="https://acme.example/l"))
    )
    assert read.data.license == "other"
    assert read.data.license_name == "Acme: 1"
    assert read.data.to_dict()["task_categories"] == ["text-generation"]


def test_the_card_says_how_it_was_made(card, run):
    text = card(run_source(run))
    assert "`openai:tiny-model`" in text
    assert "| classification | 0 | 0 | 0 | 0 | 16 | none |" in text
    assert re.search(r"SHA-256 `[0-9a-f]{64}`", text)
    assert "distilabel 1.5.3" in text
    assert "ROUGE-L with every" in text


def test_the_card_shows_table_1_beside_the_papers(card, run):
    assert "| instructions | 7 | 52,445 |" in card(run_source(run))


def test_the_card_says_that_nobody_reviewed_the_dataset(card, run):
    text = card(run_source(run))
    assert "**Not reviewed by people.**" in text
    assert "54%" in text
    assert "No person has checked them." in text


def test_a_reviewed_dataset_shows_table_2_and_agreement_under_other_names(card, run):
    rows = [instance(word, input="" if number % 2 else f"{word} this") for number, word in enumerate(("sort", "rank"))]
    answers = [("zdenka", "yes"), ("ben", "yes"), ("zdenka", "no"), ("ben", "no")]
    ratings = [
        rating(rows[number // 2], rater, question, value)
        for number, (rater, value) in enumerate(answers)
        for question in ("valid_task", "input_appropriate", "output_correct")
    ]
    review(run, ["kept", "dropped", "kept"], ratings)
    text = card(run_source(run))
    assert "2 people rated instances; 2 were kept and 1 dropped." in text
    assert "| all of these | 50% (1 of 2) | 54% (108 of 200) |" in text
    assert "| `valid_task` | 2 | 100% | 1.00 |" in text
    assert "zdenka" not in text
    assert "human-reviewed" in header(text)["tags"]


def test_published_undecided_instances_are_counted(card, run):
    review(run, ["kept", "dropped"])
    text = card(run_source(run), include=frozenset(["undecided"]))
    assert "**People did not accept all of these instances.**" in text
    assert "1 kept, 4 undecided" in text
    assert "human-reviewed" not in header(text)["tags"]


def test_terms_of_models_are_named_with_care(card, tmp_path):
    rows = [instance(model_name="gpt-4o-mini")]
    text = card(run_source(run_folder(tmp_path / "run", rows, llm="openai:gpt-4o-mini")))
    assert "`gpt-4o-mini`: the terms of OpenAI restrict the use of outputs" in text
    assert text.count("Check them: https://openai.com") == 1


def test_rows_without_a_run_have_a_card_too(card):
    text = card(row_source([instance()]), languages=("en",))
    assert "does not know how the pipeline asked its model" in text
    assert "run.yaml" not in text


def test_figures_are_files_of_the_repository(run, tmp_path):
    repository = build(run_source(run), Contents("acme/tasks", find_license("mit"), unreviewed=True), tmp_path / "new")
    text = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\]\((figures/\w+\.png)\)", text)
    assert len(shown) > 2
    assert all((tmp_path / "new" / path).read_bytes().startswith(b"\x89PNG") for path in shown)
    assert repository.note == ""


def test_without_a_plotting_library_the_card_has_no_figures_and_the_user_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    repository = build(run_source(run), Contents("acme/tasks", find_license("mit"), unreviewed=True), tmp_path / "new")
    assert "has no figures" in repository.note
    assert "[analysis]" in repository.note
    assert "## Figures" not in (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
    assert not (tmp_path / "new" / "figures").exists()


def test_a_failed_build_leaves_no_folder(run, tmp_path):
    (run / "rejections.jsonl").write_text("not JSON\n")
    with pytest.raises(InputFileError):
        build(run_source(run), Contents("acme/tasks", find_license("mit"), unreviewed=True), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_ratings_of_an_earlier_run_are_told_and_not_named(card, tmp_path):
    text = card(run_source(run_folder(tmp_path / "run", human_feedback="/home/ann/run1")))
    assert "\n- People's ratings of an earlier run decided on" in text
    assert "/home/ann" not in text


def test_evaluations_that_the_data_was_checked_against_are_named_without_their_folder(card, tmp_path):
    text = card(run_source(run_folder(tmp_path / "run", against=["/home/ann/the_252.jsonl"])))
    assert "\n- Decontaminated against `the_252` (SHA-256 of their texts" in text
    assert "0 instructions and\n  instances were dropped" in text
    assert "/home/ann" not in text


def regenerated(folder):
    """A run of which a model rewrote the outputs."""
    rows = [instance(word, output_model="gpt-5", original_output="Old.") for word in ("sort", "rank")]
    run_folder(folder, rows)
    described = json.loads((folder / "run.json").read_text())
    settings = {"prompt_form": "chat", "decoding": {"temperature": 0.0, "max_tokens": 1024}}
    counts = {"num_rows": 3, "num_kept": 2, "num_unchanged": 1, "reasons": {"refusal": 1}}
    (folder / "run.json").write_text(json.dumps({**described, "regeneration": {"settings": settings, **counts}}))
    return folder


def test_the_card_says_which_model_rewrote_the_outputs_and_what_became_of_them(card, tmp_path):
    text = card(run_source(regenerated(tmp_path / "run")))
    assert "\nThe outputs are not theirs: `gpt-5` rewrote them, from instruction and input alone.\n" in text
    assert (
        "- Outputs were regenerated by `gpt-5`, with chat prompts, temperature 0, at most 1,024 tokens. Of 3 out"
        in text
    )
    assert " 2 were kept, 1 of them as they were. The others were dropped with their instances: 1 `refusal`.\n" in text
    assert "`gpt-5`: the terms of OpenAI" in text
    assert "Old." not in text
    file = card(row_source(jsonl.read(tmp_path / "run" / "instances.jsonl")))
    assert "`gpt-5` rewrote them" in file
    assert "Old." not in file
    assert "regenerated" not in card(run_source(run_folder(tmp_path / "plain")))


@pytest.mark.parametrize("odd", [{"settings": [], "reasons": {"x": "many"}}, {"num_rows": "3"}, "none", None])
def test_an_edited_description_of_a_regeneration_has_a_card(card, tmp_path, odd):
    folder = regenerated(tmp_path / "run")
    described = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**described, "regeneration": odd}))
    assert "- Outputs were regenerated by `gpt-5`" in card(run_source(folder))


def test_equal_runs_give_equal_cards(card, run):
    assert card(run_source(run)) == card(run_source(run))


@pytest.mark.parametrize(
    "attack",
    [
        "```\n<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "---\nlicense: mit\n---",
        "{{ 7 * 7 }}{% raw %}",
    ],
)
def test_nothing_in_rows_or_names_breaks_the_card(card, tmp_path, attack):
    rows = [instance(instruction=attack, input=attack, output=attack, model_name=attack)]
    text = card(run_source(run_folder(tmp_path / "run", rows, llm=f"openai:{attack}")))
    assert header(text)["license"] == "cc-by-4.0"
    harmless = card(run_source(run_folder(tmp_path / "other", [instance()])))
    rendered, expected = (
        MarkdownIt("commonmark", {"html": True}).enable("table").render(card_text.split("---\n", 2)[2])
        for card_text in (text, harmless)
    )
    assert set(re.findall(r"<(\w+)", rendered)) == set(re.findall(r"<(\w+)", expected))
    assert re.findall(r"<h\d>.*", rendered) == re.findall(r"<h\d>.*", expected)
    assert "{{ 7 * 7 }}" in text or "{{" not in attack


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "more than half of its raters accept it and at least one person rated it"),
        ({"accept": "all", "min_raters": 2}, "all of its raters accept it and at least 2 people rated it"),
        ({"accept": "any"}, "one of its raters accepts it"),
        ({"worst_rating": "C"}, "with an overall rating of C or better"),
    ],
)
def test_the_card_says_by_which_rule_instances_were_kept(card, reviewed, rule, words):
    (reviewed / "review" / "pull.json").write_text(json.dumps({"rule": asdict(DecisionRule(**rule))}))
    assert words in card(run_source(reviewed))


def test_decisions_made_by_hand_have_no_rule_in_the_card(card, reviewed):
    assert "An instance is kept if" not in card(run_source(reviewed))


ATTACK = "`1.0`<img src=x onerror=alert(1)>|[a](javascript:alert(1))**b**"


def test_nothing_that_stands_in_the_files_of_a_run_is_markdown_or_html_of_the_card(card, run):
    description = json.loads((run / "run.json").read_text())
    description["versions"] = {ATTACK: ATTACK, "distilabel": ATTACK}
    description["inputs"] = {"seed_tasks": ATTACK, ATTACK: ATTACK}
    description["notes"] = [{"stage": ATTACK, "kind": "sampling", "subject": ATTACK, "text": ATTACK}]
    description["config"] |= {"llm": f"openai:{ATTACK}", "extra_body": {ATTACK: ATTACK}}
    description["config"]["decoding"] = {"classification": {"stop": [ATTACK]}}
    (run / "run.json").write_text(json.dumps(description))
    rows = [instance(ATTACK, model_name=ATTACK, output=ATTACK, input=ATTACK)]
    (run / "instances.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    dropped = {"stage": ATTACK, "reason": ATTACK, "detail": ATTACK, "text": ATTACK, "instruction": "", "request": 1}
    (run / "rejections.jsonl").write_text(json.dumps(dropped) + "\n")
    before = set(
        re.findall(
            r"<(\w+)", MarkdownIt("commonmark", {"html": True}).enable("table").render(card(row_source([instance()])))
        )
    )
    rendered = (
        MarkdownIt("commonmark", {"html": True}).enable("table").render(card(run_source(run)).split("---\n", 2)[2])
    )
    assert set(re.findall(r"<(\w+)", rendered)) <= before | {"h3", "ul", "li", "details", "summary", "blockquote"}
    assert "javascript:" not in "".join(re.findall(r'(?:href|src)="[^"]*"', rendered))
    assert "<strong>b</strong>" not in rendered
    assert "onerror" in rendered  # as text


@pytest.mark.parametrize("odd", [None, 5, "text", ["text"], {"a": 1}, [{"a": 1}]])
@pytest.mark.parametrize("name", ["versions", "inputs", "stop_reason", "problems", "notes"])
def test_a_run_whose_description_has_odd_values_has_a_card(card, run, name, odd):
    description = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**description, name: odd}))
    assert "## How it was made" in card(run_source(run))
