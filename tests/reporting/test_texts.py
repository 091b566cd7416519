"""Reports and cards speak the language of the run where its pack has texts."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.card.native import intro, pack_words, seed_words
from distilabel_selfinstruct.languages import Texts, english, load_pack, pack_names, pack_texts, texts_of
from distilabel_selfinstruct.languages.texts import SLOT
from distilabel_selfinstruct.records import Reason, RunStatus, Stage
from distilabel_selfinstruct.reporting import build_report, source_of_rows
from distilabel_selfinstruct.reporting.sections import sections

WITH_TEXTS = [name for name in pack_names() if name != "en" and load_pack(name).file("report.yaml")]
ENGLISH = pack_texts(english())


@pytest.mark.slow
@pytest.mark.parametrize("language", WITH_TEXTS)
def test_every_title_and_caption_of_a_table_is_in_the_language(language):
    report = build_report(source_of_rows([{"instruction": "Sing.", "input": "", "output": "La."}]))
    texts = texts_of(language)
    for section in sections(report, texts):
        keys = [f"report.titles.{section.name}", *(f"report.tables.{name}" for name in section.tables)]
        assert all(texts.say(key) != ENGLISH[key] for key in keys)


@pytest.mark.parametrize("language", WITH_TEXTS)
def test_a_card_begins_in_the_language_and_says_who_read_the_pack(language):
    config, texts = RunConfig(language=language), texts_of(language)
    first = intro(config, texts, ["a-model"], 1234, 56)
    count = seed_words(config, texts, included=False).count
    assert all(part in first for part in ("`a-model`", "1,234", "56", count))
    assert "{" not in first
    assert pack_words(config, texts) == texts.say("card.pack_not_read", name=load_pack(language).name)


def test_english_stands_where_a_language_says_nothing():
    assert pack_words(RunConfig(), texts_of("en")) == ""
    assert texts_of("th").say("report.titles.lengths") == "Lengths"
    assert texts_of(None).find("hints.look") == ""
    with pytest.raises(KeyError):
        texts_of("ko").say("report.titles.length")


def test_english_names_every_stage_status_and_rule():
    names = {f"report.rules.{reason.value}" for reason in Reason} | {f"report.stages.{stage.value}" for stage in Stage}
    assert names | {f"report.statuses.{status.value}" for status in RunStatus} <= set(ENGLISH)


def test_a_rule_of_another_version_is_said_in_words():
    assert texts_of("ko").name("report.rules", "too_new") == "too new"


@given(st.integers(0, 10**7), st.booleans(), st.booleans())
def test_a_number_chooses_its_form_in_the_language_and_then_in_english(number, has_forms, is_translated):
    own = {"k.one": "1 Text", "k.other": "{number} Texte"} if has_forms else {"k": "{number} Text(e)"}
    texts = Texts(own if is_translated else {}, {"k.one": "{number} text", "k.other": "{number} texts"})
    said = texts.count("k", number)
    if not is_translated:
        assert said == f"{number:,} {'text' if number == 1 else 'texts'}"
    elif has_forms:
        assert said == ("1 Text" if number == 1 else f"{number:,} Texte")
    else:
        assert said == f"{number:,} Text(e)"


@given(st.text(), st.text())
def test_what_fills_a_slot_is_not_filled_again(first, second):
    assert Texts({"k": "{a}|{b}|{c}"}, {}).say("k", a=first, b=second) == f"{first}|{second}|{{c}}"


# Names of the trade, which are the same in all languages.
SAME = {"top_p"}


def test_korean_has_a_korean_text_for_every_english_one_of_cards_and_reports():
    own = pack_texts(load_pack("ko"))
    for key, english_text in ENGLISH.items():
        base = re.sub(r"\.(one|other)$", "", key)
        native = own.get(key) or own.get(base)
        assert native, f"{key} is missing"
        words = re.findall("[A-Za-z]{2,}", SLOT.sub("", english_text))
        if words and english_text not in SAME:
            own_words = SLOT.sub("", native)
            assert re.search("[\uac00-\ud7a3]", own_words) or not re.search("[A-Za-z]", own_words), key


@pytest.mark.parametrize("language", WITH_TEXTS)
def test_a_report_asks_what_the_raters_of_the_language_were_asked(language):
    path = load_pack(language).file("review", "instances.yaml")
    asked = {question["name"]: question["title"] for question in yaml.safe_load(path.read_text("utf-8"))["questions"]}
    texts = texts_of(language)
    for name in ("valid_task", "input_appropriate", "output_correct"):
        assert texts.say(f"report.questions.{name}") == asked[name]


@pytest.mark.parametrize("language", WITH_TEXTS)
def test_the_rows_of_all_tables_are_in_the_language(language):
    own = pack_texts(load_pack(language))
    groups = ("columns", "table_1", "questions", "stages", "statuses", "values")
    assert {key for key in ENGLISH if key.startswith(tuple(f"report.{group}." for group in groups))} <= own.keys()
