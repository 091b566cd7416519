"""The letters A to D that people gave to the answers of models (paper, section 4.4 and Figure 6)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from distilabel_selfinstruct.ratings.answers import OVERALL, OVERALL_RATINGS, Rating, latest_answers

ACCEPTABLE = ("A", "B")
"""What the paper calls acceptable, and sums in its Figure 6."""

POINTS = {letter: len(OVERALL_RATINGS) - place for place, letter in enumerate(OVERALL_RATINGS)}
"""4 for A to 1 for D: for the mean of several raters on one answer."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95% interval, from 0 to 1; None where nothing was rated, or no library is there."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class ModelResult:
    """The letters of one model.

    `counts` are of ratings, by letter. In `shares` and `acceptable` each rated answer weighs the same, however many
    people rated it. The interval is Wilson's for as many trials as there are rated answers: several ratings of one
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
    """Two models on the same tasks: how often the first was rated better, equal and worse.

    A task counts once, if both answers were rated; of several raters the mean decides, with 4 for A to 1 for D.
    """

    first: str
    second: str
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All models, and each pair of them. `note` says what could not be computed."""

    models: tuple[ModelResult, ...]
    pairs: tuple[PairResult, ...]
    note: str = ""


def compare(ratings: Iterable[Rating], answers: Mapping[str, Mapping[str, str]]) -> Comparison:
    """Count the letters by model and by pair of models.

    Of several letters of a rater for an answer the latest counts. Ratings of records that are no answer are ignored.

    Args:
        ratings: what people answered, on any question.
        answers: for each model the record that holds its answer, by task. Models that answer alike share a record,
            and its letters count for each of them.
    """
    letters: dict[str, list[str]] = defaultdict(list)
    for (record, _, question), rating in sorted(latest_answers(ratings).items()):
        if question == OVERALL:
            letters[record].append(rating.value)
    models = tuple(_result(model, records.values(), letters) for model, records in answers.items())
    pairs = tuple(_pair(first, second, answers, letters) for first, second in combinations(answers, 2))
    lacking = any(model.ratings and model.acceptable.lower is None for model in models)
    note = "The intervals need an extra: pip install 'distilabel-selfinstruct[analysis]'." if lacking else ""
    return Comparison(models, pairs, note)


def _result(model: str, records: Iterable[str], letters: Mapping[str, Sequence[str]]) -> ModelResult:
    records = list(records)
    given = [letters[record] for record in records if record in letters]
    counts = Counter(letter for one in given for letter in one)
    shares = {
        letter: fmean(one.count(letter) / len(one) for one in given) if given else None for letter in OVERALL_RATINGS
    }
    acceptable = fmean(sum(letter in ACCEPTABLE for letter in one) / len(one) for one in given) if given else None
    return ModelResult(
        model=model,
        answers=len(records),
        rated_answers=len(given),
        ratings=counts.total(),
        counts={letter: counts[letter] for letter in OVERALL_RATINGS},
        shares=shares,
        acceptable=_with_interval(acceptable, len(given)),
    )


def _pair(
    first: str, second: str, answers: Mapping[str, Mapping[str, str]], letters: Mapping[str, Sequence[str]]
) -> PairResult:
    outcomes: Counter[int] = Counter()
    for task in answers[first].keys() & answers[second].keys():
        one, other = letters.get(answers[first][task]), letters.get(answers[second][task])
        if one and other:
            # In whole numbers: no rounding makes or breaks a tie.
            difference = sum(map(POINTS.__getitem__, one)) * len(other) - sum(map(POINTS.__getitem__, other)) * len(one)
            outcomes[(difference > 0) - (difference < 0)] += 1
    return PairResult(first, second, wins=outcomes[1], ties=outcomes[0], losses=outcomes[-1])


def _with_interval(share: float | None, trials: int) -> Share:
    """The share with Wilson's interval, of statsmodels; without one where that is not installed."""
    if share is None:
        return Share()
    try:
        from statsmodels.stats.proportion import proportion_confint
    except ImportError:
        return Share(share)
    lower, upper = proportion_confint(share * trials, trials, alpha=0.05, method="wilson")
    return Share(share, max(0.0, float(lower)), min(1.0, float(upper)))
