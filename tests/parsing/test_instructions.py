import pytest

from distilabel_selfinstruct.parsing import parse_instructions
from distilabel_selfinstruct.records import Completion, Parsed, Reason


def parse(text: str, finish_reason: str = "stop", prompt: str | None = None, language: str = "en") -> Parsed[str]:
    return parse_instructions(Completion(text, finish_reason), prompt=prompt, language=language)


def reasons(parsed: Parsed[str]) -> list[Reason]:
    return [rejection.reason for rejection in parsed.rejected]


def test_the_text_before_the_first_number_is_the_ninth_item() -> None:
    assert parse(" Name three rivers in Peru.\n10. Sort these names.").kept == (
        "Name three rivers in Peru.",
        "Sort these names.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "9. Plan a picnic.\n10. Fix this verse.",
        "9) Plan a picnic.\n10) Fix this verse.",
        "(9) Plan a picnic.\n(10) Fix this verse.",
        "9 . Plan a picnic.\n10 . Fix this verse.",
        "9.Plan a picnic.\n10.Fix this verse.",
        "9\u3001Plan a picnic.\n10\u3001Fix this verse.",
        "**9.** Plan a picnic.\n**10.** Fix this verse.",
        "**9. Plan a picnic.**\n\n**10. Fix this verse.**",
        "### 9. Plan a picnic.\n### 10. Fix this verse.",
        "### Task 9: Plan a picnic.\n\n### Task 10: Fix this verse.",
        "**Task 9**\nPlan a picnic.\n\n**Task 10**\nFix this verse.",
        "9. Task: Plan a picnic.\n10. Task: Fix this verse.",
        '9. "Plan a picnic."\n10. "Fix this verse."',
        "- Plan a picnic.\n- Fix this verse.",
        "* Plan a picnic.\n* Fix this verse.",
        "- 9. Plan a picnic.\n- 10. Fix this verse.",
        "  9. Plan a picnic.\n  10. Fix this verse.",
        "9. Plan a picnic.\r\n10. Fix this verse.",
        "```\n9. Plan a picnic.\n10. Fix this verse.\n```",
        "```markdown\n9. Plan a picnic.\n10. Fix this verse.\n```",
        "<think>They want tasks.\n1. no</think>\n9. Plan a picnic.\n10. Fix this verse.",
        "They want tasks.</think>9. Plan a picnic.\n10. Fix this verse.",
        "9. Plan a picnic. 10. Fix this verse.",
        "Plan a picnic. 10. Fix this verse.",
        ". Plan a picnic.\n10. Fix this verse.",
        "Plan a picnic.\n10. Fix this verse.\n11",
        "9. Plan a picnic.\n---\n10. Fix this verse.",
    ],
)
def test_numbering_in_any_common_form_is_read(text: str) -> None:
    assert parse(text).kept == ("Plan a picnic.", "Fix this verse.")


@pytest.mark.parametrize(
    ("opening", "language"),
    [
        ("Sure! Here are eight new tasks:", "en"),
        ("Certainly, here you go.", "en"),
        ("Here are the tasks you asked for:", "en"),
        ("Here's the continuation of the list:", "en"),
        ("**Here are some more tasks:**", "en"),
        ("## New tasks", "en"),
        ("다음과 같은 작업을 제안합니다:", "ko"),
        ("以下是一些新的任务：", "zh"),
        ("好的，", "zh"),
        ("以下は新しいタスクです：", "ja"),
        ("นี่คืองานใหม่:", "th"),
        ("Hier sind acht neue Aufgaben:", "de"),
        ("Voici huit nouvelles tâches :", "fr"),
        ("Aquí tienes ocho tareas nuevas:", "es"),
    ],
)
def test_a_remark_before_the_list_is_rejected_as_a_preamble(opening: str, language: str) -> None:
    parsed = parse(f"{opening}\n\n9. Plan a picnic.\n10. Fix this verse.", language=language)
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert reasons(parsed) == [Reason.PREAMBLE]


@pytest.mark.parametrize(
    "lead",
    [
        "Here is a list of numbers:",
        "Choose one of the topics below and write a letter:",
        "Below is a paragraph about bees. Shorten it.",
        "Great minds think alike. Explain the proverb.",
        "以下列表中哪个最大？",
        "다음 작업을 수행하세요.",
    ],
)
def test_an_item_that_only_resembles_a_remark_is_kept(lead: str) -> None:
    assert parse(f" {lead}\n10. Fix this verse.").kept == (lead, "Fix this verse.")


def test_a_closing_remark_is_rejected_as_a_preamble() -> None:
    parsed = parse("9. Plan a picnic.\n\nLet me know if you would like more!")
    assert parsed.kept == ("Plan a picnic.",)
    assert reasons(parsed) == [Reason.PREAMBLE]


def test_headings_between_items_are_rejected() -> None:
    parsed = parse("9. Plan a picnic.\n\n### Poetry\n\n10. Fix this verse.")
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert [rejection.text for rejection in parsed.rejected] == ["### Poetry"]


def test_case_is_kept_after_the_first_letter() -> None:
    assert parse(" write SQL for the Berlin office.").kept == ("Write SQL for the Berlin office.",)


def test_strict_mode_lower_cases_like_the_reference() -> None:
    parsed = parse_instructions(Completion(" write SQL for Berlin.\n10. Name the XML tag."), "strict")
    assert parsed.kept == ("Write sql for berlin.", "Name the xml tag.")


def test_a_response_cut_by_length_loses_only_its_last_item() -> None:
    parsed = parse(" Plan a picnic.\n10. Fix this verse.\n11. Explain why the", "length")
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert reasons(parsed) == [Reason.TRUNCATED]


def test_strict_mode_discards_a_response_cut_by_length_whole() -> None:
    parsed = parse_instructions(Completion(" Plan a picnic.\n10. Fix", "length"), "strict")
    assert parsed.kept == ()
    assert [rejection.reason for rejection in parsed.rejected] == [Reason.TRUNCATED, Reason.TRUNCATED]


def test_numbers_in_another_style_stay_inside_their_item() -> None:
    assert parse(" Put these in order:\n1) tea\n2) milk\n10. Fix this verse.").kept == (
        "Put these in order: 1) tea 2) milk",
        "Fix this verse.",
    )


def test_indented_bullets_stay_inside_their_item() -> None:
    assert parse("9. Compare two animals:\n   - cat\n   - dog\n10. Fix this verse.").kept == (
        "Compare two animals: - cat - dog",
        "Fix this verse.",
    )


def test_bullets_below_a_text_belong_to_it() -> None:
    assert parse("Put these in order.\n- tea\n- milk").kept == ("Put these in order. - tea - milk",)


@pytest.mark.parametrize("text", ["Add 3.5 metres.\n2.5 is the other length.", "Meet me at 10: 30.\n10: 45 is late."])
def test_numbers_at_a_line_start_that_number_nothing_do_not_split(text: str) -> None:
    assert len(parse(text).kept) == 1


def test_a_number_inside_a_sentence_does_not_split() -> None:
    assert parse("9. Count from 1 to 10. Then stop.\n10. Fix this verse.").kept[0] == "Count from 1 to 10. Then stop."


PROMPT = "Some tasks:\n" + "\n".join(f"{n}. Task about topic {n}." for n in range(1, 9)) + "\n9."


def test_an_exact_echo_of_the_prompt_is_cut_off() -> None:
    parsed = parse(f"{PROMPT} Plan a picnic.\n10. Fix this verse.", prompt=PROMPT)
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert reasons(parsed) == [Reason.PROMPT_ECHO]


def test_items_copied_from_the_prompt_are_rejected() -> None:
    parsed = parse(" Plan a picnic.\n10. Task about topic 3.", prompt=PROMPT)
    assert parsed.kept == ("Plan a picnic.",)
    assert reasons(parsed) == [Reason.PROMPT_ECHO]


def test_an_echo_of_the_reference_prompt_is_known_by_its_header() -> None:
    shown = "\n".join(f"{n}. Example task number {n}." for n in range(1, 9))
    parsed = parse(f"Come up with a series of tasks:\n{shown}\n9. Plan a picnic.\n10. Fix this verse.\n11")
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert set(reasons(parsed)) == {Reason.PROMPT_ECHO}
    assert len(parsed.rejected) == 9


def test_a_header_begun_again_inside_the_list_is_rejected() -> None:
    parsed = parse(" Plan a picnic.\n10. Come up with a series of tasks:\n1. Fix this verse.")
    assert parsed.kept == ("Plan a picnic.", "Fix this verse.")
    assert reasons(parsed) == [Reason.PROMPT_ECHO]


def test_reasoning_that_never_ends_is_rejected_as_truncated() -> None:
    parsed = parse("<think>Let me see\n1. Plan a picnic.", "length")
    assert parsed.kept == ()
    assert reasons(parsed) == [Reason.TRUNCATED]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, Reason.FAILED_REQUEST),
        ("", Reason.EMPTY),
        (" \n\t", Reason.EMPTY),
        ("<think>x</think>", Reason.EMPTY),
        ("10.\n11.", Reason.EMPTY),
    ],
)
def test_a_response_without_any_item_says_why(text: str | None, reason: Reason) -> None:
    parsed = parse_instructions(Completion(text, "stop"))
    assert parsed.kept == ()
    assert [rejection.reason for rejection in parsed.rejected] == [reason]


def test_control_characters_go_and_lone_surrogates_are_replaced() -> None:
    assert parse(" Plan\x00 a \x08picnic \ud83d.").kept == ("Plan a picnic \ufffd.",)


def test_a_single_task_heading_among_numbers_is_the_item_whose_turn_it_is() -> None:
    text = " Name a river.\n10. Sort these names.\n### Task 11: Plan a picnic.\n12. Fix this verse."
    assert parse(text).kept == ("Name a river.", "Sort these names.", "Plan a picnic.", "Fix this verse.")
