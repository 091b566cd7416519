"""The letters A to D that people gave to the answers of models (paper, section 4.4 and Figure 6)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, Rating, latest_answers

ACCEPTABLE = ("A", "B")
"""What the paper calls acceptable, and sums in its Figure 6."""

POINTS = {letter: len(OVERALL_RATINGS) - index for index, letter in enumerate(OVERALL_RATINGS)}
"""From 4 for A to 1 for D, for the mean of several raters on one answer."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share from 0 to 1 with its 95% interval.

    `value` is None if nothing was rated. The bounds are None in that case and if statsmodels is not installed.
    """

    value: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class ModelResult:
    """The letters of one model.

    `counts` are numbers of ratings, by letter. In `shares` and `acceptable` each rated answer has the same weight,
    however many people rated it. The interval is Wilson's, with one trial for each rated answer: several ratings of one
    answer are not independent, so more raters do not narrow it.
    """

    model: str
    answers: int
    rated_answers: int
    ratings: int
    counts: Mapping[str, int]
    shares: Mapping[str, float | None]
    acceptable: Share


@dataclass(frozen=True, slots=True)
class PairResult:
    """Two models on the same tasks: how often the first was rated better than, equal to and worse than the second.

    A task counts once, and only if both answers were rated. With several raters the means are compared (see `POINTS`).
    """

    first: str
    second: str
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class RaterResult:
    """The letters that one rater gave, by model. The paper's Figure 6 shows those of one rater."""

    rater: str
    models: tuple[ModelResult, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The results of all models, of each pair of models, and of each rater. `note` says what could not be computed."""

    models: tuple[ModelResult, ...]
    pairs: tuple[PairResult, ...]
    raters: tuple[RaterResult, ...] = ()
    note: str = ""


def compare(ratings: Iterable[Rating], answers: Mapping[str, Mapping[str, str]]) -> Comparison:
    """Count the letters by model, by pair of models and by rater.

    If a rater rated an answer several times, the latest letter counts. Ratings of other records are ignored.

    Args:
        ratings: answers of people to any questions.
        answers: for each model, the record of its answer by task. Models with the same answer share a record, and its
            letters count for each of them.
    """
    letters: dict[str, list[str]] = defaultdict(list)
    by_rater: dict[str, dict[str, list[str]]] = {}
    known = {record for records in answers.values() for record in records.values()}
    for (record, rater, question), rating in sorted(latest_answers(ratings).items()):
        if question == OVERALL and record in known:
            letters[record].append(rating.value)
            by_rater.setdefault(rater, {})[record] = [rating.value]
    models = tuple(_result(model, records.values(), letters) for model, records in answers.items())
    pairs = tuple(_pair(first, second, answers, letters) for first, second in combinations(answers, 2))
    raters = tuple(
        RaterResult(rater, tuple(_result(model, records.values(), own) for model, records in answers.items()))
        for rater, own in sorted(by_rater.items())
    )
    lacking = any(model.ratings and model.acceptable.lower is None for model in models)
    note = "The intervals need an extra: pip install 'distilabel-selfinstruct[analysis]'." if lacking else ""
    return Comparison(models, pairs, raters, note)


def _result(model: str, records: Iterable[str], letters: Mapping[str, Sequence[str]]) -> ModelResult:
    records = list(records)
    rated = [letters[record] for record in records if record in letters]
    counts = Counter(letter for of_answer in rated for letter in of_answer)

    def mean_share(wanted: Collection[str]) -> float | None:
        parts = [sum(letter in wanted for letter in of_answer) / len(of_answer) for of_answer in rated]
        return fmean(parts) if parts else None

    return ModelResult(
        model=model,
        answers=len(records),
        rated_answers=len(rated),
        ratings=counts.total(),
        counts={letter: counts[letter] for letter in OVERALL_RATINGS},
        shares={letter: mean_share(letter) for letter in OVERALL_RATINGS},
        acceptable=_with_interval(mean_share(ACCEPTABLE), len(rated)),
    )


def _pair(
    first: str, second: str, answers: Mapping[str, Mapping[str, str]], letters: Mapping[str, Sequence[str]]
) -> PairResult:
    outcomes: Counter[int] = Counter()
    for task in answers[first].keys() & answers[second].keys():
        firsts, seconds = letters.get(answers[first][task]), letters.get(answers[second][task])
        if firsts and seconds:
            # The means are compared in whole numbers, so that rounding neither makes nor breaks a tie.
            difference = _points(firsts) * len(seconds) - _points(seconds) * len(firsts)
            outcomes[(difference > 0) - (difference < 0)] += 1
    return PairResult(first, second, wins=outcomes[1], ties=outcomes[0], losses=outcomes[-1])


def _points(letters: Iterable[str]) -> int:
    return sum(POINTS[letter] for letter in letters)


def _with_interval(share: float | None, trials: int) -> Share:
    """The share with Wilson's interval as statsmodels computes it, or without one if that is not installed."""
    if share is None:
        return Share()
    try:
        from statsmodels.stats.proportion import proportion_confint
    except ImportError:
        return Share(share)
    lower, upper = proportion_confint(share * trials, trials, alpha=0.05, method="wilson")
    return Share(share, max(0.0, float(lower)), min(1.0, float(upper)))
