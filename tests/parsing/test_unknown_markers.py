import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing import parse_instances
from distilabel_selfinstruct.parsing.filtered import read_instances
from distilabel_selfinstruct.records import Completion, Instance, Reason

TRANSLATED = [
    ("예시", "입력", "출력"),
    ("例", "入力", "出力"),
    ("示例", "输入", "输出"),
    ("ตัวอย่าง", "อินพุต", "เอาต์พุต"),
    ("Beispiel", "Eingabe", "Ausgabe"),
    ("Ejemplo", "Entrada", "Salida"),
    ("Exemple", "Entrée", "Sortie"),
]
DECORATED = st.sampled_from(["{}:", "**{}:**", "{}\uff1a", "{} :", "### {}:\n"])
TEXTS = st.sampled_from(["hot", "two words", "차갑다", "冷"])


@given(st.sampled_from(TRANSLATED), DECORATED, st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), st.booleans())
def test_translated_markers_are_rejected_with_the_words_seen(
    words: tuple[str, str, str], decorated: str, pairs: list[tuple[str, str]], numbered: bool
) -> None:
    example, given_word, output_word = words
    lines = []
    for number, (given_text, output) in enumerate(pairs, 1):
        lines += [f"{example} {number}"] if numbered else []
        lines += [f"{decorated.format(given_word)} {given_text}", f"{decorated.format(output_word)} {output}"]
    for is_classification in (True, False):
        parsed = parse_instances(
            Completion("\n".join(lines)), is_classification=is_classification, instruction="Write the opposite."
        )
        assert parsed.kept == ()
        (rejection,) = parsed.rejected
        assert rejection.reason is Reason.UNKNOWN_MARKERS
        assert rejection.detail == ", ".join(words if numbered else words[1:])


@given(
    st.sampled_from([("Given", "Result"), ("Word", "Opposite"), ("Question", "Answer"), ("Fall", "Urteil")]),
    st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=4),
)
def test_two_labels_in_turn_are_a_format_that_nobody_has_read(
    labels: tuple[str, str], pairs: list[tuple[str, str]]
) -> None:
    text = "\n\n".join(f"{labels[0]}: {one}\n{labels[1]}: {two}" for one, two in pairs)
    parsed = parse_instances(Completion(text), is_classification=False, instruction="Say the opposite.")
    assert [(one.reason, one.detail) for one in parsed.rejected] == [(Reason.UNKNOWN_MARKERS, ", ".join(labels))]
    # After a marker that is known, they are the output.
    known = parse_instances(Completion(f"Output:\n{text}"), is_classification=False, instruction="Say the opposite.")
    assert known.kept == (Instance("", text),)


def test_translated_fields_below_a_known_example_are_unknown_too() -> None:
    text = "Example 1\n입력: 뜨겁다\n출력: 차갑다\nExample 2\n입력: 빠르다\n출력: 느리다"
    parsed = parse_instances(Completion(text), is_classification=False)
    assert {(one.reason, one.detail) for one in parsed.rejected} == {(Reason.UNKNOWN_MARKERS, "입력, 출력")}


@pytest.mark.parametrize(
    ("text", "instruction"),
    [
        ("Front: green\nBack: brown\nSides: grey", "List the colors of a hut."),
        ("Zutaten: Mehl, Salz\nZubereitung: alles kneten", "Schreibe ein Rezept."),
        ("Salida: 8:00\nLlegada: 10:00", "¿Cuándo sale el tren?"),
        ("Anna: Hello!\nBen: Hi.\nAnna: Bye!\nBen: Bye.", "Write a dialogue between two friends."),
        ("Dish: soup\nPrice: 4\n\nDish: stew\nPrice: 7", "Show a menu with two dishes."),
        ("try:\n  a()\nexcept:\n  b()\ntry:\n  c()\nexcept:\n  d()", "Show two attempts."),
        ("예산이 모자라면 줄이세요.\n예를 들어 외식을 쉬면 됩니다.", "돈을 아끼는 법을 알려 주세요."),
        ("Monday: run\nTuesday: swim\nMonday: rest", "Plan my week."),
    ],
)
def test_labelled_lines_that_are_an_answer_are_kept(text: str, instruction: str) -> None:
    read = read_instances(Completion(text), is_classification=False, instruction=instruction)
    assert read.kept == (Instance("", text),)
