"""Packs: what they hold, which one a name means, and what a faulty one says."""

import json
import shutil
from contextlib import suppress
from dataclasses import astuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.languages import english, find_pack, load_pack, pack_names, reading_pack, tag_of
from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.prompts import default_decoding, load_prompts
from distilabel_selfinstruct.records import Completion, Stage


@pytest.mark.parametrize("tag", pack_names())
def test_a_pack_reads_its_own_markers_and_those_of_english(tag):
    pack = load_pack(tag)
    assert pack.language == tag
    for own, english_words, read in zip(
        astuple(pack.own_markers), astuple(english().own_markers), astuple(pack.markers), strict=True
    ):
        assert {word.casefold() for word in (*own, *english_words)} == {word.casefold() for word in read}


def test_a_region_means_the_pack_of_its_language():
    assert find_pack("ko-KR") == load_pack("ko")
    assert find_pack("xx") is None
    assert reading_pack("xx") == english()


def test_a_language_without_a_pack_is_an_error_that_says_how_to_make_one():
    with pytest.raises(ConfigError, match="selfinstruct language new xx"):
        RunConfig(language="xx")
    with pytest.raises(ConfigError, match="reads responses but has no prompts"):
        RunConfig(language="th")
    assert RunConfig(language="th", prompts="en").prompts == "en"


def test_a_language_brings_its_prompts_and_threshold_unless_options_name_others():
    config = RunConfig(language="ko")
    assert (config.prompts, config.max_rouge_l) == ("ko", 0.6)
    assert RunConfig(language="ko", tokenizer="kiwi").max_rouge_l == 0.7
    config = RunConfig(language="ko", prompts="en", max_rouge_l=0.5)
    assert (config.prompts, config.max_rouge_l) == ("en", 0.5)
    assert RunConfig(language="ko", mode="strict").max_rouge_l == 0.7
    assert RunConfig(**config.model_dump()) == config


def test_a_folder_is_a_language(tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("ko").folder, folder)
    text = (folder / "locale.yaml").read_text("utf-8")
    (folder / "locale.yaml").write_text(text.replace("input: [입력,", "input: [넣은 것, 입력,"), "utf-8")
    config = RunConfig(language=str(folder))
    assert config.prompts == str(folder)
    assert tag_of(config.language) == "ko"
    assert load_pack(folder).digest != load_pack("ko").digest
    read = read_instances(Completion("예시 1\n넣은 것: 가\n출력: 나"), is_classification=False, language=str(folder))
    assert [(one.input, one.output) for one in read.kept] == [("가", "나")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("language: 5", "5 under language"),
        ("markers: {inputs: [x]}", r"under markers\.inputs"),
        ("max_rouge_l: {unicode: 7}", "number from 0 to 1"),
        ("characters_per_token: 0", "number above 0"),
        ("verdict: {yes: [Yes]}", "verdict"),
        ("markers: [", "Cannot read the language pack"),
        ("language: ../../x", "make it a BCP-47 tag"),
        ("tokenizer: {min_stem: true}", r"tokenizer\.min_stem"),
        ("forbidden_words: [{nope: 1}]", "write item 1 as a word"),
        (f"forbidden_words: {['a'] * 1001}", "at most 1,000 words of at most 100 letters"),
        (f"no_input: [x]\nforbidden_words: [{'a' * 101}]", "at most 1,000 words of at most 100 letters"),
    ],
)
def test_a_fault_of_a_pack_is_named(tmp_path, line, said):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("en").folder, folder)
    with (folder / "locale.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(ConfigError, match=said):
        load_pack(folder)


def test_native_markers_end_answers_and_stand_in_prompts():
    prompts = load_prompts("ko")
    prompt = prompts.instances("단어를 뒤집어 줘.", is_classification=False, form="completion")
    assert isinstance(prompt, str)
    assert prompt.endswith("과제: 단어를 뒤집어 줘.\n")
    for word in ("Task:", "Input:", "Output:", "Example", "Yes", "{task}", "{label}"):
        assert word not in prompt
    stop = default_decoding(Stage.INSTANCE_GENERATION, markers=prompts.markers).stop
    assert stop == ("예시 6", "과제:")
    plain = default_decoding(Stage.INSTANCE_GENERATION)
    assert default_decoding(Stage.INSTANCE_GENERATION, markers=load_prompts("en").markers) == plain


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("verdicts: {right: [x]}", r"verdicts\.right: nothing reads this field; the nearest one is verdict\.right"),
        ("remarks: {closings: [a…b…c…d]}", "more than 2 of …"),
        ("forbidden_words: [{word: x, after: [y]}]", "item 1"),
        ("word_boundaries: often", "make it true or false"),
    ],
)
def test_a_field_that_nothing_reads_or_that_cannot_be_read_is_named(tmp_path, line, said):
    (tmp_path / "locale.yaml").write_text(
        (load_pack("de").folder / "locale.yaml").read_text("utf-8") + line + "\n", "utf-8"
    )
    with pytest.raises(ConfigError, match=said):
        load_pack(tmp_path)


@pytest.mark.parametrize("name", ["prompts.yaml", "review/guidelines.md"])
def test_a_pack_with_a_link_is_refused(tmp_path, name):
    folder = tmp_path / "mine"
    shutil.copytree(load_pack("ko").folder, folder)
    secret = tmp_path / "secret"
    secret.write_text("password: a-long-password\n")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(secret)
    with pytest.raises(ConfigError, match=r"is a link to .*secret, and a language pack holds all of its files itself"):
        load_pack(folder)


def test_a_name_that_is_longer_than_those_of_files_is_no_language():
    with pytest.raises(ConfigError, match="There is no language pack"):
        load_pack("a" * 5000)


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({"a": [{}]})


@given(data=st.data())
def test_whatever_stands_in_the_place_of_a_field_a_pack_is_read_or_refused_in_a_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("pack")
    files = [*load_pack("ko").folder.glob("*.yaml"), *load_pack("ko").folder.glob("*_first.jsonl")]
    for path in (*files, load_pack("ko").folder / "classification.jsonl"):
        shutil.copy(path, folder)
    name = data.draw(st.sampled_from(["locale.yaml", "input_first.jsonl", "classification.jsonl"]))
    rows = (
        [yaml.safe_load((folder / name).read_text("utf-8"))]
        if name == "locale.yaml"
        else list(jsonl.read(folder / name))
    )
    holder, key = rows, 0
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder, key=str) if isinstance(holder, dict) else range(len(holder))))
    holder[key] = data.draw(ODD)
    written = [yaml.safe_dump(rows[0])] if name == "locale.yaml" else [json.dumps(row) for row in rows]
    (folder / name).write_text("\n".join(written), "utf-8")
    with suppress(ConfigError):
        load_pack(folder)
        prompts = load_prompts(folder)
        prompts.instances("Do it.", is_classification=False, form="chat")
        prompts.classification("Do it.", form="completion")
