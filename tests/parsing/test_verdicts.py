"""Verdicts are whole words, in every language of the word lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.verdicts import read_verdict

YES = ["Yes", "네", "예", "はい", "是", "是的", "对", "ใช่", "Ja", "Sí", "Oui"]
NO = ["No", "아니요", "아뇨", "いいえ", "不是", "否", "不", "ไม่ใช่", "Nein", "Non"]
WORDS = st.one_of(
    st.sampled_from(YES).map(lambda word: (word, True)), st.sampled_from(NO).map(lambda word: (word, False))
)
MARKS = st.sampled_from(
    ["{}", "{}.", "{}!", "**{}**", '"{}"', "「{}」", "({})", "> {}", "`{}`", " {}\n", "{}, it seems."]
)
LEADS = st.sampled_from(
    [
        "",
        "Answer: ",
        "**Answer:** ",
        "The answer is ",
        "Final answer: ",
        "답: ",
        "최종 답변: ",
        "答え：",
        "答案：",
        "我的答案是：",
        "คำตอบ: ",
        "Antwort: ",
        "Respuesta: ",
        "Réponse : ",
        "Is it classification? ",
        "Sure! ",
        "No problem! ",
    ]
)


@given(WORDS, MARKS, LEADS)
def test_a_verdict_is_read_in_any_marks_and_after_any_lead_in(word: tuple[str, bool], marks: str, lead: str) -> None:
    assert read_verdict(lead + marks.format(word[0])) is word[1]


@given(
    WORDS,
    st.sampled_from(["The labels are fixed.", "It asks for a story. It has many answers.", "Let me see:\n- a\n- b"]),
)
def test_a_final_answer_is_read_wherever_it_stands(word: tuple[str, bool], reasons: str) -> None:
    assert read_verdict(f"{reasons}\n\nFinal answer: {word[0]}") is word[1]


@given(WORDS, WORDS)
def test_a_final_answer_outweighs_what_came_before(first: tuple[str, bool], last: tuple[str, bool]) -> None:
    assert read_verdict(f"{first[0]}.\nFinal answer: {last[0]}") is last[1]


@pytest.mark.parametrize(
    "answer",
    [
        "예시입니다",
        "예문을 지으세요",
        "네 문장으로 줄이기",
        "네덜란드",
        "对不起",
        "对于这个任务",
        "是否",
        "不过",
        "はいる",
        "いいえる",
        "Yesterday",
        "Norway",
        "Nonsense",
        "Jacket",
        "Ouida",
        "Simple",
        "Si la tarea tiene etiquetas",
    ],
)
def test_a_word_that_only_begins_like_a_verdict_is_none(answer: str) -> None:
    assert read_verdict(answer) is None


PAIRS = [
    ("Yes", "or", "No"),
    ("예", "또는", "아니요"),
    ("はい", "または", "いいえ"),
    ("是", "或", "否"),
    ("ใช่", "หรือ", "ไม่ใช่"),
]
PAIRS += [("Ja", "oder", "Nein"), ("Sí", "o", "No"), ("Oui", "ou", "Non")]


@given(
    st.sampled_from(PAIRS), st.booleans(), st.sampled_from([" {} ", "{}", "/", " / "]), st.sampled_from(["", "?", "."])
)
def test_the_question_repeated_is_no_verdict(pair: tuple[str, str, str], turned: bool, between: str, end: str) -> None:
    yes, joint, no = pair
    if joint.isascii() and between == "{}":
        between = " {} "  # letters of an alphabet need their spaces
    first, second = (no, yes) if turned else (yes, no)
    assert read_verdict(f"{first}{between.format(joint)}{second}{end}") is None


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("This is a classification task.", True),
        ("It can be regarded as a classification task with finite output labels.", True),
        ("This is a generation task, not a classification task.", False),
        ("It asks for a text rather than a classification.", False),
        ("The task asks for a story, so it isn't classification.", False),
        ("이것은 분류 작업입니다.", True),
        ("예문을 지어야 하므로 분류가 아닙니다.", False),
        ("これは分類タスクです。", True),
        ("分類タスクとは言えません。", False),
        ("这是一个分类任务。", True),
        ("答案是开放的，所以不属于分类任务。", False),
        ("เป็นงานจำแนกประเภท", True),
        ("ไม่เป็นงานจำแนกประเภท", False),
        ("Das ist eine Klassifikationsaufgabe.", True),
        ("Es handelt sich nicht um eine Klassifizierungsaufgabe.", False),
        ("Es una tarea de clasificación.", True),
        ("Eso no es una tarea de clasificación.", False),
        ("C'est une tâche de classification.", True),
        ("Il ne s'agit pas d'une tâche de classification.", False),
        ("The labels are fixed: spam or ham, so yes.", True),
        ("자유롭게 쓰는 과제이므로 아니요.", False),
    ],
)
def test_a_statement_is_a_verdict(statement: str, verdict: bool) -> None:
    assert read_verdict(statement) is verdict


@pytest.mark.parametrize(
    "answer",
    [
        "Neither.",
        "It is neither a classification task nor a question.",
        "I'm not sure.",
        "I don't know.",
        "It depends.",
        "If the labels are fixed, it is a classification task.",
        "The task is to explain classification.",
        "Not certain.",
        "모르겠습니다.",
        "わかりません。",
        "不确定",
        "ไม่แน่ใจ",
        "Weiß nicht.",
        "No sé.",
        "No está claro.",
        "Peut-être.",
        "Jein.",
        "Is it a classification task?",
        "Sure.",
        "1",
        "Classify the text.",
        "<think>",
    ],
)
def test_doubts_conditions_and_questions_are_no_verdict(answer: str) -> None:
    assert read_verdict(answer) is None


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
