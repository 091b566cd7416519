"""The figures as files."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from distilabel_selfinstruct.analysis import Period, RuleCount, length_histogram, share_histogram
from distilabel_selfinstruct.analysis.verb_noun import Sector, VerbNouns
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.languages import texts_of
from distilabel_selfinstruct.reporting import build_report, source_of_rows
from distilabel_selfinstruct.reporting.plots import (
    draw_acceptance,
    draw_lengths,
    draw_ratings,
    draw_rejections,
    draw_seed_similarity,
    draw_sunburst,
    font_to_install,
    numbered_words,
)
from distilabel_selfinstruct.reporting.plots.fonts import FONT, font_with, fonts_for, undrawn
from distilabel_selfinstruct.reporting.plots.style import PALETTE, Pen, drawing, ink_on, tinted

pytestmark = pytest.mark.slow  # figures are drawn


def verb_nouns(*sectors: Sector) -> VerbNouns:
    covered = sum(count for sector in sectors for _, count in sector.nouns)
    return VerbNouns("rules", covered, covered, len(sectors), covered, covered, sectors)


DRAWINGS = {
    "sunburst": lambda form: draw_sunburst(verb_nouns(Sector("write", 3, (("poem", 2), ("ode", 1)))), form),
    "one wedge": lambda form: draw_sunburst(verb_nouns(Sector("write", 1, (("poem", 1),))), form),
    "similarity": lambda form: draw_seed_similarity(share_histogram([0.1, 0.5, 1.0]), form),
    "lengths": lambda form: draw_lengths({"output": length_histogram([1] * 200 + [900])}, form),
    "rejections": lambda form: draw_rejections([RuleCount("a_b", "x_y", 3), RuleCount("c", "x_y", 1)], form),
    "acceptance": lambda form: draw_acceptance([Period(0, 0, 1, 1), Period(1, 1, 0, 0), Period(2, 2, 3, 0)], form),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_a_well_formed_svg(name):
    assert ET.fromstring(DRAWINGS[name]("svg")).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_a_png(name):
    assert DRAWINGS[name]("png").startswith(b"\x89PNG")


@pytest.mark.parametrize("format", ["svg", "png"])
def test_equal_data_give_equal_bytes(format):
    assert DRAWINGS["sunburst"](format) == DRAWINGS["sunburst"](format)


def test_an_svg_holds_no_date_and_no_address_that_would_be_fetched():
    content = DRAWINGS["lengths"]("svg").decode()
    assert "<dc:date>" not in content
    assert "<image" not in content
    assert "<script" not in content


def test_every_number_of_figure_6_that_has_room_stands_in_its_bar():
    figure_6 = {"Self-Inst": (112, 49, 66, 25), "InstructGPT003": (192, 30, 28, 2)}
    drawn = draw_ratings({name: dict(zip("ABCD", counts, strict=True)) for name, counts in figure_6.items()}).decode()
    found = re.findall(r'<g id="count-(\d)-([A-D])">\s*<!-- ([\d,]+) -->', drawn)
    assert found == [
        *(("0", *each) for each in zip("ABCD", ("112", "49", "66", "25"), strict=True)),
        *(("1", *each) for each in zip("ABC", ("192", "30", "28"), strict=True)),
    ]


RARE = "\N{EGYPTIAN HIEROGLYPH A001}\N{TAMIL LETTER KA}"  # no font of one machine has both


def test_words_that_no_font_here_can_draw_become_numbers_in_a_png_and_never_boxes():
    found = verb_nouns(Sector("write", 2, ((RARE, 1), ("día", 1))), Sector(RARE[0], 1, (("ode", 1),)))
    texts = texts_of("en")
    numbers = dict(numbered_words(found, texts))
    assert numbers["1.1"] == RARE
    assert set(numbers) <= {"1.1", "2"}  # a font may have one of the two letters
    assert draw_sunburst(found, "png") == draw_sunburst(  # a letter without an outline would be a warning
        verb_nouns(
            Sector("write", 2, (("1.1", 1), ("día", 1))),
            Sector("2" if "2" in numbers else RARE[0], 1, (("ode", 1),)),
        ),
        "png",
    )
    assert Pen(texts, (FONT,)).drawable("诗", "2") == "2"
    assert Pen(texts, (FONT,)).drawable("día $x$", "2") == "día $x$"


@pytest.mark.parametrize(
    ("letters", "font"),
    [
        ("", ""),
        ("한", "Noto Sans CJK"),
        ("诗カ", "Noto Sans CJK"),
        ("นี", "Noto Sans Thai"),
        ("ب", ""),
        ("☃", "Noto Sans"),
    ],
)
def test_a_font_is_named_for_the_letters_that_are_missing(letters, font):
    assert font_with(letters) == font


def test_a_font_is_asked_for_if_words_or_axes_lack_letters():
    assert font_to_install(["poem"], texts_of("en")) == ""
    assert font_to_install([RARE], texts_of("en"))
    axes = "".join(texts_of("ko").group("report.axes"))
    assert font_to_install([], texts_of("ko")) == ("Noto Sans CJK" if undrawn(axes, fonts_for(axes)) else "")


@pytest.mark.parametrize("words", ["쓰다시", "اكتب", "写诗"])
def test_words_that_no_font_here_can_draw_stay_text_for_the_browsers_font(words):
    figure = draw_sunburst(verb_nouns(Sector(words[0], 2, ((words[1:], 2),)))).decode()
    drawn_here = not undrawn(words, fonts_for(words))
    assert (f">{words[1:]}</text>" in figure) != drawn_here


@pytest.mark.parametrize("language", ["ko", "ja", "de"])
def test_axes_are_in_the_language_and_only_in_a_png_without_a_font_for_it_in_english(language):
    texts = texts_of(language)
    with drawing(texts, format="svg") as pen:
        assert pen.texts is texts
    with drawing(texts, format="png") as pen:
        said = pen.texts.say("report.axes.words")
    axes = "".join(texts.group("report.axes"))
    assert said == (texts_of("en") if undrawn(axes, fonts_for(axes)) else texts).say("report.axes.words")


def test_letters_from_right_to_left_are_not_drawn_in_reverse():
    assert undrawn("aب", (FONT,)) == {"ب"}


def test_words_are_never_read_as_formulas():
    def outlines(verb: str, noun: str) -> int:
        return draw_sunburst(verb_nouns(Sector(verb, 1, ((noun, 1),)))).count(b"<use")

    assert outlines("$\\frac{", "$x^2$") == outlines("ffracff", "fxf2f")  # a letter for each sign


def test_an_unknown_format_is_refused():
    with pytest.raises(ConfigError, match="There is no plot format 'gif': use svg or png"):
        DRAWINGS["similarity"]("gif")


def test_names_in_a_wedge_stand_out_from_it():
    for color in PALETTE:
        light, dark = sorted((luminance(color), luminance(ink_on(color))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3  # the contrast that WCAG asks of large text


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_tint_lies_between_the_color_and_white():
    assert (tinted("#0072B2", 0), tinted("#0072B2", 1)) == ("#0072b2", "#ffffff")


POEM_AND_SONG = [{"instruction": f"Write a {noun}.", "output": "Rain"} for noun in ("poem", "song")]


def test_a_report_has_the_figures_that_it_has_data_for():
    report = build_report(source_of_rows(POEM_AND_SONG), parser="rules")
    assert set(report.plots()) == {"verb_noun", "lengths"}
    assert report.plots("png")["lengths"].startswith(b"\x89PNG")


def test_settings_of_the_user_change_nothing(tmp_path):
    import matplotlib as mpl

    before = DRAWINGS["similarity"]("svg")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert DRAWINGS["similarity"]("svg") == before
        assert mpl.rcParams["font.size"] == 30


def test_without_matplotlib_the_figures_are_written_and_the_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from distilabel_selfinstruct.reporting import report\n"
        "result = report([{'instruction': 'Write a poem.', 'output': 'x'}], sys.argv[1])\n"
        "assert result.page is None and result.figures.is_file(), result\n"
        "print(result.note)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], check=True, capture_output=True, text=True)
    assert done.stdout == (
        "There is no page, only the figures for programs. Plots needs an extra: pip install "
        "'distilabel-selfinstruct[analysis]'.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
