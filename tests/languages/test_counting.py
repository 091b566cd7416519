"""Words are counted as the pack of a language says."""

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.languages import length_counter, load_pack, word_counter
from distilabel_selfinstruct.words import count_words, length_in_words

PER_WORD = {name: load_pack(name).characters_per_word for name in ("ko", "ja", "zh", "th")}
LETTERS = {"ko": "가", "ja": "あ", "zh": "书", "th": "ก"}


@given(st.sampled_from(sorted(PER_WORD)), st.integers(0, 200))
def test_so_many_letters_as_the_pack_says_are_a_word_and_what_is_left_begins_one(language, number):
    per_word = PER_WORD[language]
    assert per_word
    for counter in (word_counter(language), length_counter(language)):
        assert counter(LETTERS[language] * number) == -(-number // per_word)


@given(st.text(), st.sampled_from([1, 2, 4, 2.5]))
def test_more_letters_a_word_never_make_more_words(text, per_word):
    assert count_words(text, per_word * 2) <= count_words(text, per_word)


@given(st.text())
def test_without_a_language_words_are_counted_as_ever(text):
    assert (word_counter(None)(text), length_counter(None)(text)) == (count_words(text), length_in_words(text))
    assert length_counter("en")(text) == length_in_words(text)


@given(st.lists(st.sampled_from(["Haus", "é", "—", "Über-Fuß"]), max_size=9))
def test_in_a_language_with_spaces_all_that_stands_between_them_is_a_word_of_a_length(words):
    assert length_counter("de")(" ".join(words)) == len(words)
