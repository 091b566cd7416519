"""Reports and cards speak the language of the run where its pack has texts."""

import pytest

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.card.native import intro, pack_words, seed_words
from distilabel_selfinstruct.languages import NO_TEXTS, load_pack, pack_names, texts_of
from distilabel_selfinstruct.reporting import build_report, source_of_rows
from distilabel_selfinstruct.reporting.sections import sections

WITH_TEXTS = [name for name in pack_names() if load_pack(name).file("report.yaml")]


@pytest.mark.parametrize("language", WITH_TEXTS)
def test_every_title_and_caption_is_in_the_language(language):
    report = build_report(source_of_rows([{"instruction": "Sing.", "input": "", "output": "La."}]))
    english, native = sections(report), sections(report, texts_of(language))
    assert [section.name for section in english] == [section.name for section in native]
    for one, other in zip(english, native, strict=True):
        assert one.title != other.title
        assert all(caption != own for (_, caption), (_, own) in zip(one.tables, other.tables, strict=True))


@pytest.mark.parametrize("language", WITH_TEXTS)
def test_a_card_begins_in_the_language_and_says_who_read_the_pack(language):
    config, texts = RunConfig(language=language), texts_of(language)
    first = intro(config, texts, ["a-model"], 1234, 56)
    count = seed_words(config, included=False).count
    assert all(part in first for part in ("`a-model`", "1,234", "56", count))
    assert "{" not in first
    assert pack_words(config, texts) == texts.say("card.pack_not_read")


def test_english_stands_where_a_language_says_nothing():
    assert texts_of("en").say("card.intro", "none") == "none"
    assert NO_TEXTS.say("any", "{a} of {b}", a="1") == "1 of {b}"
    assert intro(None, NO_TEXTS, [], 1, 1) == ""
    assert pack_words(RunConfig(), NO_TEXTS) == ""
