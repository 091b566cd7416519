"""Verdicts are whole words, in every language with a pack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.reader import reader_of


def read_verdict(answer: str, language: str = "en") -> bool | None:
    return reader_of(language).verdicts.read(answer)


VERDICTS = {
    "en": (["Yes"], ["No"]),
    "ko": (["네", "예"], ["아니요", "아뇨"]),
    "ja": (["はい"], ["いいえ"]),
    "zh": (["是", "是的", "对"], ["不是", "否", "不"]),
    "th": (["ใช่"], ["ไม่ใช่"]),
    "de": (["Ja"], ["Nein"]),
    "es": (["Sí"], ["No"]),
    "fr": (["Oui"], ["Non"]),
}
# English words are read whatever the language.
WORDS = st.sampled_from(
    [
        (language, word, verdict)
        for language in VERDICTS
        for named in {language, "en"}
        for words, verdict in zip(VERDICTS[named], (True, False), strict=True)
        for word in words
    ]
)
MARKS = st.sampled_from(
    ["{}", "{}.", "{}!", "**{}**", '"{}"', "「{}」", "({})", "> {}", "`{}`", " {}\n", "{}, it seems."]
)
ENGLISH_LEADS = [
    "",
    "Answer: ",
    "**Answer:** ",
    "The answer is ",
    "Final answer: ",
    "Is it classification? ",
    "Sure! ",
    "No problem! ",
]
LEADS = {
    "ko": ["답: ", "최종 답변: "],
    "ja": ["答え："],
    "zh": ["答案：", "我的答案是："],
    "th": ["คำตอบ: "],
    "de": ["Antwort: "],
    "es": ["Respuesta: "],
    "fr": ["Réponse : "],
}


@given(WORDS, MARKS, st.data())
def test_a_verdict_is_read_in_any_marks_and_after_any_lead_in(
    word: tuple[str, str, bool], marks: str, data: st.DataObject
) -> None:
    language, text, verdict = word
    lead = data.draw(st.sampled_from([*ENGLISH_LEADS, *LEADS.get(language, [])]))
    assert read_verdict(lead + marks.format(text), language) is verdict


@given(
    WORDS,
    st.sampled_from(["The labels are fixed.", "It asks for a story. It has many answers.", "Let me see:\n- a\n- b"]),
)
def test_a_final_answer_is_read_wherever_it_stands(word: tuple[str, str, bool], reasons: str) -> None:
    language, text, verdict = word
    assert read_verdict(f"{reasons}\n\nFinal answer: {text}", language) is verdict


@given(WORDS, st.data())
def test_a_final_answer_outweighs_what_came_before(last: tuple[str, str, bool], data: st.DataObject) -> None:
    language, text, verdict = last
    yes, no = VERDICTS[language]
    first = data.draw(st.sampled_from([*yes, *no]))
    assert read_verdict(f"{first}.\nFinal answer: {text}", language) is verdict


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("예시입니다", "ko"),
        ("예문을 지으세요", "ko"),
        ("네 문장으로 줄이기", "ko"),
        ("네덜란드", "ko"),
        ("对不起", "zh"),
        ("对于这个任务", "zh"),
        ("是否", "zh"),
        ("不过", "zh"),
        ("はいる", "ja"),
        ("いいえる", "ja"),
        ("Yesterday", "en"),
        ("Norway", "en"),
        ("Nonsense", "en"),
        ("Jacket", "de"),
        ("Ouida", "fr"),
        ("Simple", "es"),
        ("Si la tarea tiene etiquetas", "es"),
    ],
)
def test_a_word_that_only_begins_like_a_verdict_is_none(answer: str, language: str) -> None:
    assert read_verdict(answer, language) is None


PAIRS = {
    "en": ("Yes", "or", "No"),
    "ko": ("예", "또는", "아니요"),
    "ja": ("はい", "または", "いいえ"),
    "zh": ("是", "或", "否"),
    "th": ("ใช่", "หรือ", "ไม่ใช่"),
    "de": ("Ja", "oder", "Nein"),
    "es": ("Sí", "o", "No"),
    "fr": ("Oui", "ou", "Non"),
}


@given(
    st.sampled_from(sorted(PAIRS)),
    st.booleans(),
    st.sampled_from([" {} ", "{}", "/", " / "]),
    st.sampled_from(["", "?", "."]),
)
def test_the_question_repeated_is_no_verdict(language: str, turned: bool, between: str, end: str) -> None:
    yes, joint, no = PAIRS[language]
    if joint.isascii() and between == "{}":
        between = " {} "  # letters of an alphabet need their spaces
    first, second = (no, yes) if turned else (yes, no)
    assert read_verdict(f"{first}{between.format(joint)}{second}{end}", language) is None


@pytest.mark.parametrize(
    ("statement", "verdict", "language"),
    [
        ("This is a classification task.", True, "en"),
        ("It can be regarded as a classification task with finite output labels.", True, "en"),
        ("This is a generation task, not a classification task.", False, "en"),
        ("It asks for a text rather than a classification.", False, "en"),
        ("The task asks for a story, so it isn't classification.", False, "en"),
        ("이것은 분류 작업입니다.", True, "ko"),
        ("예문을 지어야 하므로 분류가 아닙니다.", False, "ko"),
        ("これは分類タスクです。", True, "ja"),
        ("分類タスクとは言えません。", False, "ja"),
        ("这是一个分类任务。", True, "zh"),
        ("答案是开放的，所以不属于分类任务。", False, "zh"),
        ("เป็นงานจำแนกประเภท", True, "th"),
        ("ไม่เป็นงานจำแนกประเภท", False, "th"),
        ("Das ist eine Klassifikationsaufgabe.", True, "de"),
        ("Es handelt sich nicht um eine Klassifizierungsaufgabe.", False, "de"),
        ("Es una tarea de clasificación.", True, "es"),
        ("Eso no es una tarea de clasificación.", False, "es"),
        ("C'est une tâche de classification.", True, "fr"),
        ("Il ne s'agit pas d'une tâche de classification.", False, "fr"),
        ("The labels are fixed: spam or ham, so yes.", True, "en"),
        ("자유롭게 쓰는 과제이므로 아니요.", False, "ko"),
    ],
)
def test_a_statement_is_a_verdict(statement: str, verdict: bool, language: str) -> None:
    assert read_verdict(statement, language) is verdict


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("Neither.", "en"),
        ("It is neither a classification task nor a question.", "en"),
        ("I'm not sure.", "en"),
        ("I don't know.", "en"),
        ("It depends.", "en"),
        ("If the labels are fixed, it is a classification task.", "en"),
        ("The task is to explain classification.", "en"),
        ("Not certain.", "en"),
        ("모르겠습니다.", "ko"),
        ("わかりません。", "ja"),
        ("不确定", "zh"),
        ("ไม่แน่ใจ", "th"),
        ("Weiß nicht.", "de"),
        ("No sé.", "es"),
        ("No está claro.", "es"),
        ("Peut-être.", "fr"),
        ("Jein.", "de"),
        ("Is it a classification task?", "en"),
        ("Sure.", "en"),
        ("1", "en"),
        ("Classify the text.", "en"),
        ("<think>", "en"),
    ],
)
def test_doubts_conditions_and_questions_are_no_verdict(answer: str, language: str) -> None:
    assert read_verdict(answer, language) is None


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ('{"is_classification": false}', False),
        ('{"answer": "Yes"}', True),
        ('```json\n{"reason": "labels", "classification": true}\n```', True),
        ("True", True),
        ("false", False),
        ('{"a": true, "b": false}', None),
        ('{"reason": "none"}', None),
        ("{", None),
        ("[" * 10_000, None),
    ],
)
def test_json_is_read_by_its_only_truth_value(answer: str, verdict: bool | None) -> None:
    assert read_verdict(answer) is verdict
