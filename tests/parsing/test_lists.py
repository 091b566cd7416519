"""Lists of tasks in every way in which models write them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instructions
from distilabel_selfinstruct.records import Completion, Reason


def kept(text: str, finish_reason: str = "stop", language: str = "en") -> tuple[str, ...]:
    return parse_instructions(Completion(text, finish_reason), language=language).kept


ROMAN = ["IX", "X", "XI", "XII", "XIII"]
NUMBERINGS: list[Callable[[int, str], str]] = [
    lambda n, task: f"{n + 9}. {task}",
    lambda n, task: f"{n + 9}: {task}",
    lambda n, task: f"{n + 9} - {task}",
    lambda n, task: f"{n + 9} \u2013 {task}",
    lambda n, task: f"{n + 9}.- {task}",
    lambda n, task: f"{n + 9}\uff09 {task}",
    lambda n, task: f"\uff08{n + 9}\uff09 {task}",
    lambda n, task: f"{n + 9}\u3001{task}",
    lambda n, task: f"[{n + 9}] {task}",
    lambda n, task: f"#{n + 9} {task}",
    lambda n, task: f"**{n + 9}.** {task}",
    lambda n, task: f"**{n + 9}:** {task}",
    lambda n, task: f"* **{n + 9}.** {task}",
    lambda n, task: f"## {n + 9}\n{task}",
    lambda n, task: f"{chr(0x2460 + n)} {task}",
    lambda n, task: f"{chr(ord('a') + n)}) {task}",
    lambda n, task: f"({chr(ord('a') + n)}) {task}",
    lambda n, task: f"{chr(ord('A') + n)}. {task}",
    lambda n, task: f"{ROMAN[n]}. {task}",
    lambda n, task: f"{n + 1}\ufe0f\u20e3 {task}",
    lambda n, task: f"Task {n + 9}: {task}",
    lambda n, task: f"task {n + 9} - {task}",
    lambda n, task: f"Task: {task}",
    lambda n, task: f"**Instruction:** {task}",
    lambda n, task: f"- {task}",
    lambda n, task: f"\u2022 {task}",
]
OWN_NUMBERINGS: list[tuple[str, Callable[[int, str], str]]] = [
    ("ko", lambda n, task: f"{'가나다라마'[n]}. {task}"),
    ("de", lambda n, task: f"Aufgabe {n + 9}: {task}"),
    ("es", lambda n, task: f"Tarea {n + 9}: {task}"),
    ("fr", lambda n, task: f"Tâche {n + 9} : {task}"),
    ("zh", lambda n, task: f"任务{n + 9}：{task}"),
    ("zh", lambda n, task: f"第{n + 9}个任务：{task}"),
    ("ja", lambda n, task: f"タスク{n + 9}：{task}"),
    ("ko", lambda n, task: f"{n + 9}번. {task}"),
    ("th", lambda n, task: f"งานที่ {n + 9}: {task}"),
]
TASKS = st.lists(
    st.sampled_from(
        [
            "Name a bird that cannot fly.",
            "List three kinds of cheese.",
            "Say what a pulley does.",
            "Why is ice cold?",
            "Write a poem about rain.",
        ]
    ),
    min_size=2,
    max_size=5,
    unique=True,
)


@given(st.sampled_from([*(("en", one) for one in NUMBERINGS), *OWN_NUMBERINGS]), TASKS, st.sampled_from(["\n", "\n\n"]))
def test_any_numbering_parts_the_tasks(
    numbering: tuple[str, Callable[[int, str], str]], tasks: list[str], between: str
) -> None:
    language, numbered = numbering
    text = between.join(numbered(place, task) for place, task in enumerate(tasks))
    assert kept(text, language=language) == tuple(tasks)
    assert kept(f"Here are some new tasks:\n\n{text}", language=language) == tuple(tasks)


@given(TASKS, st.sampled_from(["\n\n", "\n###\n", "\n\n###\n\n", "\n---\n", "\n"]))
def test_tasks_without_numbers_are_never_glued_into_one(tasks: list[str], between: str) -> None:
    assert kept(between.join(tasks)) == tuple(tasks)


@pytest.mark.parametrize(
    "task",
    [
        "Translate the sentence into French.\n\nThe cat sleeps on the mat.",
        "Shorten the following text.\n\nThe fox ran. It was late.\n\nThe dog slept.\n\nThe end came soon.",
        "Which one of these is a fruit?\na) apple\nb) chair",
        "Fill in the time:\n10: 30 in the evening",
    ],
)
def test_a_task_with_a_text_or_choices_of_its_own_is_one_task(task: str) -> None:
    assert kept(f" {task}") == (" ".join(task.split()),)


STEPS = st.lists(st.sampled_from(["Dry the cup.", "Wash it.", "Fill it."]), min_size=1, max_size=4)


@given(STEPS, st.sampled_from(["Put these steps in the right order:", "Rank these steps."]))
def test_a_list_inside_a_task_stays_with_it(steps: list[str], task: str) -> None:
    inner = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    expected = " ".join([task, *inner.split()])
    assert kept(f"9. {task}\n{inner}\n10. List three kinds of cheese.")[0] == expected
    assert kept(f" {task}\n{inner}\n10. List three kinds of cheese.")[0] == expected
    if task.endswith(":"):
        assert kept(f"8. Name a river.\n9. {task}\n{inner}") == ("Name a river.", expected)


def test_a_second_list_below_a_heading_is_no_inner_one() -> None:
    text = "1. Name a river.\n2. Name a bird.\n\nMore tasks:\n1. Say what a pulley does.\n2. Name a tree."
    assert kept(text) == ("Name a river.", "Name a bird.", "Say what a pulley does.", "Name a tree.")


GLOSSES = st.sampled_from(
    [
        ("Explanation: It is short.", "en"),
        ("**Reason:**\n- It is short.\n- It is new.", "en"),
        ("(Note: it is short.)", "en"),
        ("Rationale: new", "en"),
        ("*This task tests biology.*", "en"),
        ("### Why\nIt is new.", "en"),
        ("설명: 짧습니다.", "ko"),
        ("이 과제는 짧습니다.", "ko"),
        ("（説明：短い。）", "ja"),
        ("理由：短い。", "ja"),
        ("このタスクは短い。", "ja"),
        ("说明：很短。", "zh"),
        ("该任务很短。", "zh"),
        ("Erklärung: Kurz.", "de"),
        ("Diese Aufgabe ist kurz.", "de"),
        ("Explicación: Es corta.", "es"),
        ("Esta tarea es corta.", "es"),
        ("Explication : courte.", "fr"),
        ("Cette tâche est courte.", "fr"),
        ("เหตุผล: สั้น", "th"),
    ]
)


@given(TASKS, GLOSSES, st.sampled_from(["\n", "\n\n", "\n\n---\n", "\n   "]))
def test_what_is_said_about_a_task_is_no_part_of_it(tasks: list[str], gloss: tuple[str, str], between: str) -> None:
    said, language = gloss
    text = "\n".join(f"{number}. {task}{between}{said}" for number, task in enumerate(tasks, 9))
    parsed = parse_instructions(Completion(text, "stop"), language=language)
    assert parsed.kept == tuple(tasks)
    assert {one.reason for one in parsed.rejected} == {Reason.PREAMBLE}


@pytest.mark.parametrize(
    "task",
    [
        "Judge whether the explanation is right.\nExplanation: Ice floats.",
        "Rewrite this:\nNote: milk and eggs",
        "Rewrite the sentence in the past tense.\nSentence: She walks home.",
        "Convert this to metres (give two decimals): 12 feet.",
        "Explain the reason: why do leaves fall?",
        "Note down three things that you see.",
    ],
)
def test_words_of_a_gloss_may_belong_to_the_task(task: str) -> None:
    assert kept(f"9. {task}\n10. Name a river.")[0] == " ".join(task.split())


@pytest.mark.parametrize(
    ("closing", "language"),
    [
        ("I hope these help!", "en"),
        ("Let me know if you would like more.", "en"),
        ("Note: I kept them short.", "en"),
        ("과제가 더 필요하시면 언제든 알려 주세요!", "ko"),
        ("他にも必要であればお知らせください。", "ja"),
        ("如果您需要更多任务，请告诉我。", "zh"),
        ("Wenn Sie weitere Aufgaben brauchen, sagen Sie es mir.", "de"),
        ("Si necesitas más tareas, avísame.", "es"),
        ("Si vous voulez plus de tâches, dites-moi.", "fr"),
    ],
)
def test_a_closing_remark_is_no_part_of_the_last_task(closing: str, language: str) -> None:
    text = f"9. Name a river.\n10. Name a bird.\n\n{closing}"
    assert kept(text, language=language) == ("Name a river.", "Name a bird.")


def test_a_task_that_was_complete_when_the_limit_came_is_kept() -> None:
    assert kept("9. Name a river.\n10. Name a bird.\nReason: it is", "length") == ("Name a river.", "Name a bird.")
    assert kept("9. Name a river.\n10. Name a bi", "length") == ("Name a river.",)


def test_a_refusal_is_no_task() -> None:
    parsed = parse_instructions(Completion("I'm sorry, but I can't assist with that request."))
    assert [one.reason for one in parsed.rejected] == [Reason.REFUSAL]
