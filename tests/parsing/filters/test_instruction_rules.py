import pytest

from distilabel_selfinstruct.parsing.filters import filter_instruction, instruction_rules, without
from distilabel_selfinstruct.records import Mode, Reason


def reason(text: str, mode: Mode = "default", language: str = "en") -> Reason | None:
    rejection = filter_instruction(text, instruction_rules(mode, language))
    return rejection.reason if rejection else None


@pytest.mark.parametrize("mode", ["strict", "default"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name three rivers in Peru.", None),
        ("Name three rivers.", Reason.TOO_SHORT),
        ("word " * 150, None),
        ("word " * 151, Reason.TOO_LONG),
        ("Describe this picture in detail.", Reason.FORBIDDEN_WORD),
        ("Now go to the next page.", Reason.FORBIDDEN_WORD),
        ("GRAPHS are to be explained.", Reason.FORBIDDEN_WORD),
        ("Explain what a graphic novel is.", None),
        ("Write a program that sorts numbers.", Reason.ASKS_FOR_PROGRAM),
        ("Explain how to write a program.", None),
        (". Name three rivers in Peru.", Reason.STARTS_WITH_PUNCTUATION),
        ('"Peru" has which three rivers?', Reason.STARTS_WITH_PUNCTUATION),
        ("3 rivers flow through which cities?", None),
    ],
)
def test_the_rules_of_the_paper_hold_in_both_modes(text: str, expected: Reason | None, mode: Mode) -> None:
    assert reason(text.strip(), mode) is expected


def test_the_first_broken_rule_gives_the_reason_and_what_decided() -> None:
    rejection = filter_instruction("Draw me", instruction_rules())
    assert rejection is not None
    assert (rejection.reason, rejection.detail) == (Reason.TOO_SHORT, "2 words")
    rejection = filter_instruction("Now Draw me a sheep.", instruction_rules())
    assert rejection is not None
    assert (rejection.reason, rejection.detail) == (Reason.FORBIDDEN_WORD, "draw")


def test_strict_mode_drops_a_first_letter_that_is_not_ascii() -> None:
    assert reason("Évaluez la phrase que voici.", "strict") is Reason.STARTS_WITH_NON_ASCII
    assert reason("Évaluez la phrase que voici.", "default", "fr") is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("스트레스를 푸는 방법을 알려주세요.", "ko"),
        ("Python으로 숫자를 정렬하는 함수를 작성하세요.", "ko-KR"),
        ("把下面的句子翻译成英文。", "zh"),
        ("次の文章を要約してください。", "ja"),
        ("แปลประโยคต่อไปนี้เป็นภาษาอังกฤษ", "th"),
        ("Übersetze den folgenden Satz ins Englische.", "de"),
        ("Écris une lettre à ton voisin.", "fr"),
        ("¿Cuál es la capital de Perú?", "es"),
        ("《红楼梦》的作者是哪位作家？", "zh-Hant"),
        ("Machine learning คืออะไร อธิบาย", "th"),
        ("Ծրագրիր ուղևորություն երեք օրով դեպի ծով", "hy"),
    ],
)
def test_good_instructions_of_other_languages_are_kept(text: str, language: str) -> None:
    assert reason(text, language=language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("다음 그림을 보고 이야기를 써 주세요.", "ko"),
        ("描述这张照片里的人物和风景。", "zh"),
        ("次の画像を説明してください。", "ja"),
        ("อธิบายรูปภาพต่อไปนี้โดยละเอียด", "th"),
        ("Beschreibe das folgende Bild genau.", "de"),
        ("Décris les images du premier chapitre.", "fr"),
        ("Describe la imagen con todo detalle.", "es"),
    ],
)
def test_the_forbidden_words_of_other_languages_are_found(text: str, language: str) -> None:
    assert reason(text, language=language) is Reason.FORBIDDEN_WORD


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("自分のプロファイルを英語で書いてください。", "ja"),
        ("고객 프로파일을 작성하는 방법을 알려주세요.", "ko"),
        ("เขียนโปรไฟล์ของนักเรียนคนหนึ่ง", "th"),
        ("그림자에 대한 짧은 시를 써 주세요.", "ko"),
        ("为新成员编写一份角色配置文件。", "zh"),
    ],
)
def test_a_longer_word_that_holds_a_forbidden_one_is_free(text: str, language: str) -> None:
    assert reason(text, language=language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("다음 문장을 영어로 번역해 주세요.", "en"),
        ("Translate this sentence into Korean.", "ko"),
        ("Назовите три реки в Перу.", "en"),
    ],
)
def test_a_text_in_another_script_is_dropped(text: str, language: str) -> None:
    assert reason(text, language=language) is Reason.WRONG_SCRIPT


@pytest.mark.parametrize("text", ["🎉 Plan a party for ten.", "→ Plan a party for ten.", "•Plan a party for ten."])
def test_a_symbol_or_emoji_at_the_start_is_dropped(text: str) -> None:
    assert reason(text) is Reason.STARTS_WITH_PUNCTUATION


def test_a_huge_single_token_is_too_long() -> None:
    assert reason("a" * 1_000_000) is Reason.TOO_LONG


def test_bounds_and_words_can_be_set() -> None:
    rules = instruction_rules(min_words=2, max_words=3, forbidden_words=["tea", "c++"])
    assert filter_instruction("Draw this", rules) is None
    assert filter_instruction("Make tea", rules) is not None
    assert filter_instruction("Make teapots", rules) is None
    assert filter_instruction("One two three four", rules) is not None


def test_an_empty_list_of_forbidden_words_forbids_none() -> None:
    assert filter_instruction("Draw a sheep for me.", instruction_rules(forbidden_words=[])) is None


def test_a_rule_can_be_left_out() -> None:
    rules = without(instruction_rules(), Reason.ASKS_FOR_PROGRAM)
    assert filter_instruction("Write a program that sorts numbers.", rules) is None


def test_an_empty_text_is_rejected_by_any_table() -> None:
    assert filter_instruction("", ()) is not None
