"""Figures of a card whose words no font here can draw: numbers, what they stand for, and which font to install."""

from dataclasses import replace

import pytest

from distilabel_selfinstruct.analysis.verb_noun import Sector, VerbNouns
from distilabel_selfinstruct.hub.card.figures import draw
from distilabel_selfinstruct.languages import texts_of
from distilabel_selfinstruct.reporting import build_report, source_of_rows

pytestmark = pytest.mark.slow  # figures are drawn

RARE = "\N{EGYPTIAN HIEROGLYPH A001}\N{TAMIL LETTER KA}"  # no font of one machine has both


@pytest.mark.parametrize(("noun", "is_drawn"), [("poem", True), (RARE, False)])
def test_numbers_in_a_picture_are_explained_and_a_font_is_named(noun, is_drawn, tmp_path):
    report = build_report(source_of_rows([{"instruction": "Sing.", "output": "La."}]), parser="rules")
    found = VerbNouns("rules", 2, 2, 2, 2, 2, (Sector("write", 2, ((noun, 1), ("ode", 1))),))
    figures, note = draw(replace(report, verb_nouns=found), tmp_path, texts_of("en"))
    assert {figure.path for figure in figures} == {"figures/verb_noun.png", "figures/lengths.png"}
    assert {figure.path: figure.numbers for figure in figures}["figures/verb_noun.png"] == (
        () if is_drawn else (("1.1", RARE),)
    )
    assert ("install Noto Sans" in note) != is_drawn
