"""Where words end in a script."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.languages.scripts import BLOCKS, no_letter_follows

CHARACTERS = st.sampled_from(
    [(name, chr(code)) for name, blocks in BLOCKS.items() for first, last in blocks for code in range(first, last + 1)]
)


@given(CHARACTERS)
def test_letters_and_their_marks_go_on_with_a_word_and_punctuation_ends_it(found):
    script, character = found
    ends = re.match(f"x{no_letter_follows([script])}", f"x{character}") is not None
    assert ends != (unicodedata.category(character)[0] in "LM")


@given(st.sampled_from(sorted(BLOCKS)), st.sampled_from(" ,.!?\u060c\u061f\u3002\uff0c\u0964\u30fb"))
def test_a_mark_ends_a_word_in_every_script(script, mark):
    assert re.match(f"x{no_letter_follows([script])}", f"x{mark}")
