"""Forms in which models answer in each language: signs, brackets, numerals, letters in parts, contradictions."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.filtered import read_classification, read_instances, read_instructions
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal
from distilabel_selfinstruct.records import Completion

MARKERS = st.sampled_from(
    [
        ("ko", "예시", "입력", "출력"),
        ("ja", "例", "入力", "出力"),
        ("zh", "示例", "输入", "输出"),
        ("de", "Beispiel", "Eingabe", "Ausgabe"),
        ("es", "Ejemplo", "Entrada", "Salida"),
        ("fr", "Exemple", "Entrée", "Sortie"),
    ]
)
FIELDS = st.sampled_from(
    [
        "{}: ",
        "{}\uff1a\u3000",
        "{}\u202f: ",
        "【{}】",
        "[{}] ",
        "〔{}〕\n",
        "■ {}: ",
        "▶ {}: ",
        "・{}\uff1a",
        "📌 {}: ",
        "\u3000{}\uff1a",
        "{}\u200e: ",
        "{}\u2060: ",
        "{} (1): ",
        "{} #1: ",
        "{}①: ",
    ]
)
EXAMPLES = st.sampled_from(
    ["{} {}", "【{}{}】", "<{} {}>", "({} {})", "=== {} {} ===", "{} No. {}", "{}-{}", "■ {} {}"]
)
NUMERALS = st.sampled_from(["12", "１２", "①②", "一二"])


def parts(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@given(MARKERS, FIELDS, EXAMPLES, NUMERALS, st.booleans())
def test_markers_are_read_between_the_signs_of_any_writing(words, field, example, numerals, in_parts):
    language, example_word, given_word, output_word = words
    numerals = numerals if not {"No. ", "-"} & {example[2:-2].lstrip(), example[2:-2]} else "12"
    lines = []
    for numeral, (one, other) in zip(numerals, [("a b", "c d"), ("e f", "g h")], strict=True):
        lines += [example.format(example_word, numeral)]
        lines += [field.format(given_word) + one, field.format(output_word) + other]
    text = "\n".join(lines)
    read = read_instances(
        Completion(parts(text) if in_parts else text), is_classification=False, instruction="x", language=language
    )
    assert [(one.input, one.output) for one in read.kept] == [("a b", "c d"), ("e f", "g h")]


@pytest.mark.parametrize("sign", ["{} - ", "<{}> ", "「{}」", "{} = ", "`{}`: ", "({}): "])
def test_a_format_in_signs_that_nobody_reads_is_rejected(sign):
    text = "\n".join(sign.format(word) + "글" for word in ("입력", "출력") * 2)
    assert read_instances(Completion(text), is_classification=False, instruction="x", language="ko").kept == ()


@pytest.mark.parametrize("text", ["입력 문장을 고칩니다.", "출력 속도가 빠릅니다.", "[결과](https://a.b)를 봅니다."])
def test_a_marker_word_that_begins_a_sentence_is_no_marker(text):
    read = read_instances(Completion(text), is_classification=False, instruction="x", language="ko")
    assert [one.output for one in read.kept] == [text]


@pytest.mark.parametrize(
    ("language", "text", "verdict"),
    [
        ("ko", "분류 과제가 아닌 것은 아닙니다.", None),
        ("ko", "분류 과제가 아니라고 할 수 없습니다.", None),
        ("ko", "네, 이 과제는 분류 과제가 아닙니다.", None),
        ("ko", "네, 알겠습니다.", None),
        ("ko", "네, 알겠습니다. 아니요, 분류 과제가 아닙니다.", False),
        ("ko", "비분류 과제입니다.", False),
        ("ko", "라벨이 정해져 있으면 분류 과제입니다.", None),
        ("ko", "예, 아니요", None),
        ("ko", "답은 '예'가 아닙니다.", None),
        ("ko", "✅ 예", True),
        ("ko", "[답] 아니요", False),
        ("ko", "예 - 감정 분류", True),
        ("ko", parts("아니요, 분류가 아닙니다."), False),
        ("ja", "はい、承知しました。いいえ、分類タスクではありません。", False),
        ("ja", "はい、このタスクは分類ではありません。", None),
        ("ja", "非分類タスクです。", False),
        ("ja", "【回答】はい", True),
        ("zh", "是，但不是分类任务", None),
        ("zh", "不能说这是分类任务。", None),
        ("de", "Ja, das ist keine Klassifikationsaufgabe.", None),
        ("es", "No cabe duda: es una tarea de clasificación.", True),
        ("es", "No obstante, es una tarea de clasificación.", True),
        ("es", "Claro que no.", False),
        ("fr", "Bien sûr que non.", False),
        ("fr", "Non seulement c’est une classification, mais…", None),
        ("en", "Yes, this is not a classification task.", None),
    ],
)
def test_an_answer_that_takes_back_what_it_says_is_no_false_verdict(language, text, verdict):
    assert read_classification(Completion(text), language=language).is_classification is verdict


ITEMS = ["다음 문장을 영어로 번역해 주세요.", "여름휴가 계획을 세 문장으로 써 줘.", "세종대왕의 업적을 알려 주세요."]
NUMBERS = [
    ["■ ", "■ ", "■ "],
    ["▶ ", "▶ ", "▶ "],
    ["㉠ ", "㉡ ", "㉢ "],
    ["㉮ ", "㉯ ", "㉰ "],
    ["ⓐ ", "ⓑ ", "ⓒ "],
    ["Ⅰ. ", "Ⅱ. ", "Ⅲ. "],
    ["[과제 9] ", "[과제 10] ", "[과제 11] "],
    ["【9】", "【10】", "【11】"],
    ["９．", "１０．", "１１．"],
    ["9.) ", "10.) ", "11.) "],
    ["9.\u200f ", "10.\u200f ", "11.\u200f "],
    ["\u30009. ", "\u300010. ", "\u300011. "],
]


@pytest.mark.parametrize("numbers", NUMBERS)
def test_lists_are_split_at_the_numerals_and_bullets_of_any_writing(numbers):
    text = "\n".join(number + item for number, item in zip(numbers, ITEMS, strict=True))
    assert list(read_instructions(Completion(text), language="ko").kept) == ITEMS


def test_a_gloss_in_brackets_is_no_part_of_its_task():
    text = "\n".join(f"{number}. {item}\n[설명] 번역하는 일." for number, item in enumerate(ITEMS, 9))
    assert list(read_instructions(Completion(text), language="ko").kept) == ITEMS


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "그 요청에는 응할 수 없습니다."),
        ("ko", "죄송합니다. 저는 이미지를 볼 수 없습니다."),
        ("ko", "이 질문에 답변드리기 어렵습니다."),
        ("ko", "저는 언어 모델이므로 그림을 그릴 수 없습니다."),
        ("ja", "この質問にはお答えしかねます。"),
        ("zh", "作為AI，我無法提供醫療建議。"),
        ("de", "Ich kann Ihnen dabei leider nicht helfen."),
        ("fr", "Il m'est impossible de répondre à cette question."),
    ],
)
def test_polite_refusals_are_refusals(language, text):
    assert is_refusal(text, language)
    assert not is_refusal("죄송합니다. 회의에 10분 늦을 것 같습니다.", "ko")
