"""Statistics of two raters: Cohen's kappa and Spearman's rho."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from distilabel_selfinstruct.ratings.agreement import libraries
from distilabel_selfinstruct.ratings.agreement.estimate import Answers, Estimate, Value, scores_of

Weights = Literal["linear", "quadratic"]
Interval = Literal["asymptotic", "cohen_1960"]

_NORMAL_975 = 1.959963984540054
_LEAST_ERROR = 1e-6  # smaller errors are rounding: one disagreement in n items makes about 2 / n
_LEAST_RANKED = 3


def cohens_kappa(
    first: Answers,
    second: Answers,
    *,
    weights: Weights | None = None,
    order: Sequence[Value] = (),
    interval: Interval = "asymptotic",
) -> Estimate:
    """Cohen's kappa on the items that both have answered, with its 95% interval, cut to the range from -1 to 1.

    Args:
        first: the answers of one rater.
        second: the answers of the other.
        weights: None for categories; `linear` or `quadratic` weights disagreement by its distance on a scale.
        order: the scale, the lowest answer first; not needed without weights, or if answers are numbers.
        interval: `asymptotic` uses the standard error of Fleiss, Cohen and Everitt (1969). `cohen_1960` uses that of
            Cohen's first paper (weighted: Cohen 1968), which takes the agreement by chance as known. Some papers print
            this interval; it can be too wide or too narrow.
    """
    items = sorted(first.keys() & second.keys())
    values = [value for item in items for value in (first[item], second[item])]
    used = sorted(set(values), key=str)
    if len(items) <= 1:
        return Estimate(None, len(items), "The two have no item in common." if not items else "Only one item.")
    if len(used) == 1:
        return Estimate(None, len(items), f"All answers are {used[0]}: agreement by chance is certain.")
    scale = scores_of(values, order) if weights or order else dict.fromkeys(used, 0.0)
    column = {value: number for number, value in enumerate(scale)}
    table = np.zeros((len(scale), len(scale)))
    for item in items:
        table[column[first[item]], column[second[item]]] += 1
    scores = np.array(list(scale.values())) if weights else None
    with np.errstate(all="ignore"):  # the library also tests whether kappa is 0, which may divide by 0
        results = libraries.inter_rater().cohens_kappa(table, weights=scores, wt=weights)
        kappa = float(results.kappa)
        error = float(results.std_kappa) if interval == "asymptotic" else _error_of_1960(table, results.weights)
    if not error > _LEAST_ERROR:
        return Estimate(kappa, len(items), "No interval: its standard error is 0.")
    half = _NORMAL_975 * error
    return Estimate(kappa, len(items), lower=max(-1.0, kappa - half), upper=min(1.0, kappa + half))


def _error_of_1960(table: npt.NDArray[np.float64], distances: npt.NDArray[np.float64] | None) -> float:
    # Our own code: no library offers it. Cohen 1960, formula 7, in the weighted form of Cohen 1968.
    credit = np.eye(len(table)) if distances is None else 1 - distances
    observed = table / table.sum()
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0))
    agreed, by_chance = (credit * observed).sum(), (credit * expected).sum()
    variance = ((credit**2 * observed).sum() - agreed**2) / (table.sum() * (1 - by_chance) ** 2)
    return float(np.sqrt(variance))


def spearman_rho(first: Answers, second: Answers, *, order: Sequence[Value] = ()) -> Estimate:
    """Spearman's rank correlation on the items that both have answered. Equal answers share their mean rank.

    `order` is the scale, the lowest answer first; it is not needed if answers are numbers.
    """
    items = sorted(first.keys() & second.keys())
    if len(items) < _LEAST_RANKED:
        few = "The two have no item in common." if not items else f"{len(items)} in common: too few to rank."
        return Estimate(None, len(items), few)
    scale = scores_of([value for item in items for value in (first[item], second[item])], order)
    columns = [[scale[answers[item]] for item in items] for answers in (first, second)]
    if any(len(set(column)) == 1 for column in columns):
        return Estimate(None, len(items), "One of the two gave all items the same answer.")
    return Estimate(float(libraries.scipy_stats().spearmanr(*columns).statistic), len(items))
