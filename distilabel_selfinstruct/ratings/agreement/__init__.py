"""How far raters agree: percent, Cohen's and Fleiss' kappa, Krippendorff's alpha, Spearman's rho.

The statistics come from statsmodels, krippendorff and scipy (the extra `analysis`), which are imported only when a
statistic is computed. A statistic that cannot be computed is an `Estimate` without a value that says why; nothing here
returns NaN or warns.
"""

from distilabel_selfinstruct.ratings.agreement.by_question import (
    OVERALL_BINARY,
    PairAgreement,
    QuestionAgreement,
    agreement_by_question,
)
from distilabel_selfinstruct.ratings.agreement.estimate import Answers, ByRater, Estimate
from distilabel_selfinstruct.ratings.agreement.several_raters import fleiss_kappa, krippendorff_alpha, percent_agreement
from distilabel_selfinstruct.ratings.agreement.two_raters import cohens_kappa, spearman_rho

__all__ = [
    "OVERALL_BINARY",
    "Answers",
    "ByRater",
    "Estimate",
    "PairAgreement",
    "QuestionAgreement",
    "agreement_by_question",
    "cohens_kappa",
    "fleiss_kappa",
    "krippendorff_alpha",
    "percent_agreement",
    "spearman_rho",
]
