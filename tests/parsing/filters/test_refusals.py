import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.parsing.filters.asked import asks_to_decline
from distilabel_selfinstruct.parsing.filters.refusals import is_refusal

REFUSALS = [
    ("I can't help you with this.", "en"),
    ("I\u2019m sorry, but I can\u2019t assist with that request.", "en"),
    ("Sorry, I am not able to do that.", "en"),
    ("I cannot fulfill this request.", "en"),
    ("I must decline this request.", "en"),
    ("I won't be able to help with this one.", "en"),
    ("Unfortunately, I can't provide that information.", "en"),
    ("I'm sorry, but that is not something I can help with.", "en"),
    ("As an AI language model, I don't have personal opinions.", "en"),
    ("As an AI, I cannot provide medical advice.", "en"),
    ("죄송하지만 그 요청은 도와드릴 수 없습니다.", "ko"),
    ("죄송합니다. 해당 요청은 수행할 수 없습니다.", "ko"),
    ("그 부탁은 들어드릴 수 없습니다.", "ko"),
    ("申し訳ありませんが、その依頼にはお応えできません。", "ja"),
    ("すみませんが、お手伝いできません。", "ja"),
    ("抱歉，这个请求我帮不上忙。", "zh"),
    ("作为一个AI语言模型，我无法提供个人意见。", "zh"),
    ("ขออภัย ฉันไม่สามารถช่วยเรื่องนี้ได้", "th"),
    ("Es tut mir leid, aber dabei kann ich nicht helfen.", "de"),
    ("Das kann ich leider nicht machen.", "de"),
    ("Lo siento, pero no puedo ayudarte con eso.", "es"),
    ("Je suis désolé, mais je ne peux pas vous aider.", "fr"),
]
OFFERS = st.sampled_from(
    ["", " Please ask me something else.", " If you have another question, feel free to ask!", " It would be harmful."]
)
MARKS = st.sampled_from(["{}", '"{}"', "**{}**", "\n{}\n"])


@given(st.sampled_from(REFUSALS), OFFERS, MARKS)
def test_a_refusal_with_a_reason_or_an_offer_is_a_refusal(refusal: tuple[str, str], offer: str, marks: str) -> None:
    text, language = refusal
    assert is_refusal(marks.format(text + offer), language)


ANSWER = "Basil, thyme and mint go well with fresh cheese, ripe tomatoes and good oil."


@given(st.sampled_from(REFUSALS), st.sampled_from([" ", "\n", "\n\n"]))
def test_an_answer_after_a_disclaimer_is_an_answer(refusal: tuple[str, str], between: str) -> None:
    text, language = refusal
    assert not is_refusal(text + between + ANSWER, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am sorry that your room is not ready. We will bring you tea.", "en"),
        ("I'm unable to come to the dinner on Friday, but thank you for thinking of me.", "en"),
        ("I'm sorry, we cannot offer a refund after 30 days.", "en"),
        ("I can't help but wonder who built it.", "en"),
        ("I refuse to eat spinach.", "en"),
        ("As an AI, I have no taste of my own, but many cooks like basil, thyme and mint.", "en"),
        ("As a language model, my advice would be to plant them in May.", "en"),
        ("죄송합니다. 비 때문에 배송이 하루 늦어졌습니다.", "ko"),
        ("すみません、駅はどこですか。", "ja"),
        ("抱歉让您久等了，菜马上就好。", "zh"),
        ("Leider kann ich am Freitag nicht kommen.", "de"),
        ("Lo siento mucho por su pérdida.", "es"),
        ("Je suis désolée pour votre chambre.", "fr"),
        ("Help is on the way.", "en"),
        ("", "en"),
    ],
)
def test_an_apology_or_an_answer_is_no_refusal(text: str, language: str) -> None:
    assert not is_refusal(text, language)


@pytest.mark.parametrize(
    ("instruction", "asks"),
    [
        ("Write a polite refusal to a customer.", True),
        ("Write a note that turns the invitation down.", True),
        ("거절하는 답장을 써 주세요.", True),
        ("Write a story about a safe.", False),
        ("How do I open a safe?", False),
    ],
)
def test_a_task_may_ask_to_decline_something(instruction: str, asks: bool) -> None:
    assert asks_to_decline(instruction, "ko") is asks
