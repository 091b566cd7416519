"""Published agreement of people, from their recorded ratings.

The recordings are third-party data and no part of this repository: `SELFINSTRUCT_RECORDINGS` names their folder.
"""

import json
import os
from pathlib import Path

import pytest

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.ratings.agreement import cohens_kappa, krippendorff_alpha
from tests.ratings.agreement.builders import NEEDS_LIBRARIES

VARIABLE = "SELFINSTRUCT_RECORDINGS"
FOLDER = Path(os.environ.get(VARIABLE, ""), "ratings")

pytestmark = [
    NEEDS_LIBRARIES,
    pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name a folder of recordings"),
]

CRITERIA = ("Essential", "Singular", "Complete", "Integrous", "High-quality")
SCALES = ("correctness-rating", "selection-rating", "overall-rating")


def recorded(name, item, question):
    by_rater = {}
    for row in jsonl.read(FOLDER / f"{name}.jsonl"):
        by_rater.setdefault(str(row["rater"]), {})[str(row[item])] = row[question]
    return by_rater, json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_published_kappas_and_intervals_come_out_to_the_digits_given(criterion):
    by_rater, expected = recorded("selfbehave_hg_286x3", "scenario", criterion)
    # The publication compares the first two of three raters and takes the standard error of Cohen (1960).
    estimate = cohens_kappa(by_rater["1"], by_rater["2"], interval="cohen_1960")
    published, exact = expected["published"][criterion], expected["recomputed"][criterion]
    assert estimate.num_items == exact["n"] == expected["scenarios"]
    for name in ("lower", "upper"):
        assert round(getattr(estimate, name), 2) == published[name]
        assert getattr(estimate, name) == pytest.approx(exact[name], abs=1e-5)  # it has 1.96 for the normal quantile
    assert round(estimate.value, 2) == published["kappa"]
    assert estimate.value == pytest.approx(exact["kappa"])


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_asymptotic_interval_is_not_wider_here(criterion):
    by_rater, _ = recorded("selfbehave_hg_286x3", "scenario", criterion)
    asymptotic = cohens_kappa(by_rater["1"], by_rater["2"])
    of_1960 = cohens_kappa(by_rater["1"], by_rater["2"], interval="cohen_1960")
    assert of_1960.lower < asymptotic.lower < asymptotic.upper < of_1960.upper


@pytest.mark.parametrize("criterion", CRITERIA)
def test_alpha_of_two_raters_comes_out(criterion):
    by_rater, expected = recorded("selfbehave_hg_286x3", "scenario", criterion)
    alpha = krippendorff_alpha({rater: by_rater[rater] for rater in "12"})
    assert alpha.value == pytest.approx(expected["recomputed"][criterion]["alpha_nominal"])


@pytest.mark.parametrize("level", ["ordinal", "interval"])
@pytest.mark.parametrize("scale", SCALES)
def test_alpha_with_missing_ratings_comes_out(scale, level):
    by_rater, expected = recorded("squality_human", "item", scale)
    alpha = krippendorff_alpha(by_rater, level=level)
    assert (alpha.num_items, len(by_rater)) == (expected["items"], expected["raters"])
    assert alpha.value == pytest.approx(expected["recomputed_krippendorff_alpha"][scale][level])
