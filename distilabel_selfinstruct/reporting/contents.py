"""The report as data, and its forms for programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from distilabel_selfinstruct import analysis
from distilabel_selfinstruct.analysis import ClassBalance, Histogram, Period, RuleCount, Statistics, verb_noun
from distilabel_selfinstruct.analysis.quality import Hint
from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.languages import Texts, texts_of
from distilabel_selfinstruct.ratings import table_2
from distilabel_selfinstruct.ratings.agreement import Estimate, PairAgreement, QuestionAgreement
from distilabel_selfinstruct.reporting import plots
from distilabel_selfinstruct.reporting.languages import Languages
from distilabel_selfinstruct.reporting.missing import Missing
from distilabel_selfinstruct.reporting.review import RatingSummary
from distilabel_selfinstruct.reporting.similarities import NearDuplicates
from distilabel_selfinstruct.reporting.usage import Usage

FORMAT = "selfinstruct-report/1"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The settings of a run, its status (see `run.json`) and why it ended."""

    llm: str
    language: str
    mode: str
    num_instructions: int
    max_rouge_l: float
    random_seed: int
    status: str = ""
    stop_reason: str = ""
    problems: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What is known about a dataset. Parts that could not be made are None or empty, and `left_out` says why.

    `run` is None for rows that do not come from a run. `lengths` has the keys `instruction`, `input` (without empty
    inputs) and `output`. `has_task_types` says whether the rows tell which instructions are classification tasks. If
    they do not, these figures of Table 1 mean nothing. `faults` are faults of the model's answers that a user can
    remedy.
    """

    name: str
    table_1: Statistics
    lengths: Mapping[str, Histogram]
    has_instances: bool = True
    has_task_types: bool = True
    run: RunFacts | None = None
    verb_nouns: VerbNouns | None = None
    seed_similarity: Histogram | None = None
    near_duplicates: NearDuplicates | None = None
    class_balance: ClassBalance | None = None
    languages: Languages | None = None
    review: RatingSummary | None = None
    rejections: tuple[RuleCount, ...] = ()
    acceptance: tuple[Period, ...] = ()
    usage: Usage | None = None
    faults: tuple[Hint, ...] = ()
    left_out: Mapping[str, Missing] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All figures, for programs. The keys do not change while `format` is the same. Missing parts are null.

        - `format`, `name`, `run` (null for rows that do not come from a run), `left_out` (reasons by part)
        - `table_1`: `this` and `paper`, with the fields of `analysis.Statistics`; `has_task_types`
        - `verb_noun`: the fields of `VerbNouns` with `share_parsed` and `share_covered`; `paper` with these shares
        - `seed_similarity` and `lengths.instruction`, `.input`, `.output`: the fields of `analysis.Histogram`
        - `near_duplicates`, `class_balance`, `languages`, `rejections`, `acceptance`, `usage`, `faults`: the fields of
          the types
        - `review`: `records`, `raters` (how many), `table_2` with `this` and `paper`, `overall`, `agreement`
        """
        return {
            "format": FORMAT,
            "name": self.name,
            "run": self.run and asdict(self.run),
            "table_1": {
                "this": asdict(self.table_1),
                "paper": asdict(analysis.PAPER),
                "has_task_types": self.has_task_types,
            },
            "verb_noun": self.verb_nouns and _verb_nouns(self.verb_nouns),
            "seed_similarity": self.seed_similarity and asdict(self.seed_similarity),
            "lengths": {name: asdict(histogram) for name, histogram in self.lengths.items()},
            "near_duplicates": self.near_duplicates and asdict(self.near_duplicates),
            "class_balance": self.class_balance and asdict(self.class_balance),
            "languages": self.languages and asdict(self.languages),
            "review": self.review and _review(self.review),
            "rejections": [asdict(rule) for rule in self.rejections],
            "acceptance": [{**asdict(period), "acceptance": period.acceptance} for period in self.acceptance],
            "usage": self.usage and {**asdict(self.usage), "total": asdict(self.usage.total)},
            "faults": [asdict(fault) for fault in self.faults],
            "left_out": {name: str(missing) for name, missing in self.left_out.items()},
        }

    def plots(self, format: plots.PlotFormat = "svg", texts: Texts | None = None) -> dict[str, bytes]:
        """The figures as files, by name without suffix. Figures without data are left out. Equal data give equal bytes.

        The names are `verb_noun` (of two pairs or more), `seed_similarity`, `lengths`, `rejections` and `acceptance`.

        Args:
            format: of the files.
            texts: what the axes say. The default is English.

        Raises:
            MissingExtraError: matplotlib is not installed (the extra `analysis`).
            ConfigError: the format is neither `svg` nor `png`.
        """
        texts = texts or texts_of("en")
        figures: dict[str, bytes] = {}
        if self.verb_nouns is not None and sum(len(sector.nouns) for sector in self.verb_nouns.sectors) > 1:
            figures["verb_noun"] = plots.draw_sunburst(self.verb_nouns, format, texts)
        if self.seed_similarity is not None and self.seed_similarity.total:
            figures["seed_similarity"] = plots.draw_seed_similarity(self.seed_similarity, format, texts)
        if any(histogram.total for histogram in self.lengths.values()):
            figures["lengths"] = plots.draw_lengths(self.lengths, format, texts)
        if self.rejections:
            figures["rejections"] = plots.draw_rejections(self.rejections, format, texts)
        if sum(period.acceptance is not None for period in self.acceptance) > 1:
            figures["acceptance"] = plots.draw_acceptance(self.acceptance, format, texts)
        return figures


def _verb_nouns(found: VerbNouns) -> dict[str, Any]:
    paper = verb_noun.PAPER
    return {
        **asdict(found),
        "share_parsed": found.share_parsed,
        "share_covered": found.share_covered,
        "paper": {
            "instructions": paper.instructions,
            "parsed": paper.parsed,
            "share_parsed": paper.share_parsed,
            "share_covered": paper.share_covered,
        },
    }


def _review(review: RatingSummary) -> dict[str, Any]:
    return {
        "records": review.records,
        "raters": review.raters,
        "table_2": {"this": asdict(review.quality), "paper": asdict(table_2.PAPER)},
        "overall": dict(review.overall),
        "agreement": [_agreement(question) for question in review.agreement],
    }


def _agreement(question: QuestionAgreement) -> dict[str, Any]:
    """Everything except the names of the raters."""
    return {
        "question": question.question,
        "num_items": question.num_items,
        "num_shared_items": question.num_shared_items,
        "num_raters": len(question.raters),
        **_estimates(question),
        "pairs": [_estimates(pair) for pair in question.pairs],
        "paper": question.paper and asdict(question.paper),
    }


def _estimates(agreement: QuestionAgreement | PairAgreement) -> dict[str, Any]:
    found = {field.name: getattr(agreement, field.name) for field in fields(agreement)}
    return {name: asdict(value) for name, value in found.items() if isinstance(value, Estimate)}
