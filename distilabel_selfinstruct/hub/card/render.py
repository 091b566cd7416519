"""The dataset card: what is in the dataset, how it was made, how good it is, and how it may be used."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.analysis import PAPER as PAPER_TABLE_1
from distilabel_selfinstruct.analysis import Statistics
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.card import markdown, project
from distilabel_selfinstruct.hub.card.asking import decoding_rows, free_parameters, llms_of, sampling_notes
from distilabel_selfinstruct.hub.card.figures import CardFigure
from distilabel_selfinstruct.hub.card.front_matter import front_matter
from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.card.model_terms import terms_of
from distilabel_selfinstruct.hub.card.native import intro, pack_words, seed_words
from distilabel_selfinstruct.hub.card.regeneration import how_regenerated, who_rewrote
from distilabel_selfinstruct.hub.rows.parquet import WrittenTable
from distilabel_selfinstruct.hub.rows.published_rows import PublishedRows
from distilabel_selfinstruct.hub.rows.redaction import public_text
from distilabel_selfinstruct.hub.upload.manifest import NAME as MANIFEST_NAME
from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.languages import Texts, texts_of
from distilabel_selfinstruct.ratings.agreement import QuestionAgreement
from distilabel_selfinstruct.ratings.agreement.estimate import Estimate
from distilabel_selfinstruct.ratings.decisions import DecisionRule, DecisionStatus
from distilabel_selfinstruct.ratings.table_2 import PAPER as PAPER_TABLE_2
from distilabel_selfinstruct.ratings.table_2 import Count, Quality
from distilabel_selfinstruct.reading import stem
from distilabel_selfinstruct.records import Reason, Row
from distilabel_selfinstruct.reporting import Report

# The rows of Table 1 on a card.
_AMOUNTS = (
    "instructions",
    "classification_instructions",
    "non_classification_instructions",
    "unasked_instructions",
    "unclassified_instructions",
    "instances",
    "instances_with_empty_input",
    "instruction_length",
    "input_length",
    "output_length",
)


@dataclass(frozen=True)
class CardFacts:
    """The contents of a card. `examples` are published instances. In `report`, raters have pseudonyms.

    Of the `notes` of the stages, a card repeats those on sampling: others may tell of the user's own server.
    """

    repo_id: str
    license: License
    languages: tuple[str, ...]
    tables: tuple[WrittenTable, ...]
    published: PublishedRows
    report: Report
    examples: tuple[Row, ...]
    config: RunConfig | None
    versions: Mapping[str, str]
    hashes: Mapping[str, str]
    rule: DecisionRule | None
    has_pipeline: bool
    includes_seeds: bool
    figures: tuple[CardFigure, ...]
    is_unfinished: bool = False
    notes: tuple[tuple[str, Note], ...] = ()
    regeneration: Mapping[str, Any] = field(default_factory=dict)


def render_card(facts: CardFacts) -> str:
    """The card as Markdown with a YAML header. Equal facts give equal text."""
    from jinja2 import Environment, StrictUndefined

    # The card is Markdown, not HTML: every text from outside goes through a filter of `markdown` or through YAML.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    environment.filters |= {
        "plain": markdown.plain, "code": markdown.code, "quoted": markdown.quoted, "number": _number, "bibtex": _bibtex,
    }  # fmt: skip
    template = resources.files("distilabel_selfinstruct.hub.card") / "templates" / "card.md.jinja"
    text = environment.from_string(template.read_text(encoding="utf-8")).render(_variables(facts))
    return re.sub(r"\n{3,}", "\n\n", text)


def _variables(facts: CardFacts) -> dict[str, Any]:
    owner, _, name = facts.repo_id.partition("/")
    title = re.sub(r"[-_.]+", " ", name).strip()
    published, config, review = facts.published, facts.config, facts.report.review
    table_2 = review.quality if review else None
    texts = texts_of(config.language if config else None)
    llms = llms_of(config, facts.hashes, texts) if config else []
    models = published.models or tuple(dict.fromkeys(llm for llm, _ in llms)) or (texts.say("card.unnamed_model"),)
    statuses = {DecisionStatus.KEPT, *published.include}
    decisions = {status: _decision(status, number, texts) for status, number in sorted(published.counts.items())}
    return {
        "front_matter": front_matter(
            facts.tables, license=facts.license, languages=facts.languages, title=title, tags=_tags(facts)
        ),
        "title": title,
        "say": partial(_say, texts),
        "count": partial(_count, texts),
        "intro": intro(config, texts, models, published.total, len(published.num_instances)),
        "pack_words": pack_words(config, texts),
        "rated": _rated(published, review.raters if review else 0, texts) if published.reviewed else "",
        "repo_id": facts.repo_id,
        "owner": owner,
        "cite_key": re.sub(r"\W", "_", facts.repo_id),
        "reviewed": published.reviewed,
        "include": published.include,
        "decisions": ", ".join(decisions.values()),
        "published_decisions": ", ".join(said for status, said in decisions.items() if status in statuses),
        "num_corrected": published.num_corrected,
        "num_raters": review.raters if review else 0,
        "num_rated": _number(max((count.rated for count in _counts(table_2)), default=0)),
        "tables": facts.tables,
        "table_names": {table.config.name for table in facts.tables},
        "examples": [markdown.fenced_json(example) for example in facts.examples],
        "table_1": _table_1(facts.report.table_1, texts),
        "table_2": _table_2(table_2, texts),
        "agreement": [
            _agreement_row(question) for question in (review.agreement if review else ()) if question.num_shared_items
        ],
        "decoding": decoding_rows(config, texts) if config else [],
        "sampling_notes": sampling_notes(facts.notes, texts),
        "free_parameters": free_parameters(config, texts) if config else [],
        "config": config,
        "num_models": len(llms),
        "models": "; ".join(words for _, words in llms),
        "against": ", ".join(_against(config)) if config else "",
        "num_contaminated": sum(rule.count for rule in facts.report.rejections if rule.reason == Reason.CONTAMINATED),
        "who_rewrote": who_rewrote(published.output_models, texts),
        "how_regenerated": how_regenerated(published.output_models, facts.regeneration, texts),
        "is_recording": bool(llms) and all(llm.startswith("recorded:") for llm, _ in llms),
        "is_unfinished": facts.is_unfinished,
        "prompts": public_text(config.prompts) if config else "",
        "seeds": seed_words(config, texts, included=facts.includes_seeds),
        "hashes": facts.hashes,
        "versions": ", ".join(_version(name, version) for name, version in facts.versions.items()),
        "rejections": [
            (texts.name("report.stages", rule.stage), rule.reason, rule.count) for rule in facts.report.rejections
        ],
        "rule_words": _rule_words(facts.rule, texts),
        "pipeline": facts.has_pipeline,
        "manifest_name": MANIFEST_NAME,
        "figures": facts.figures,
        "license_words": _license_words(facts.license),
        "terms": terms_of((*models, *published.output_models)),
    }


def _tags(facts: CardFacts) -> list[str]:
    return ["human-reviewed"] if facts.published.reviewed and not facts.published.include else []


def _say(texts: Texts, key: str, /, **slots: str) -> str:
    return texts.say(f"card.{key}", **slots)


def _count(texts: Texts, key: str, number: int, /, **slots: str) -> str:
    return texts.count(f"card.{key}", number, **slots)


def _rated(published: PublishedRows, num_raters: int, texts: Texts) -> str:
    slots = {
        "kept": _number(published.counts[DecisionStatus.KEPT]),
        "dropped": _number(published.counts[DecisionStatus.DROPPED]),
    }
    return _count(texts, "rated", num_raters, **slots) if num_raters else _say(texts, "rated_by_people", **slots)


def _decision(status: str, number: int, texts: Texts) -> str:
    return markdown.plain(_say(texts, f"decision_{DecisionStatus(status).value}", number=_number(number)))


def _against(config: RunConfig) -> list[str]:
    return [markdown.code(stem(Path(source.rstrip("/")))) for source in config.against]


def _table_1(dataset: Statistics, texts: Texts) -> list[tuple[str, str, str]]:
    paper = asdict(PAPER_TABLE_1)
    rows = [(name, getattr(dataset, name), paper[name]) for name in _AMOUNTS]
    return [
        (_say(texts, f"amount_{name}"), _number(value), _number(published))
        for name, value, published in rows
        if value or published
    ]


def _table_2(dataset: Quality | None, texts: Texts) -> list[tuple[str, str, str]]:
    if not any(count.rated for count in _counts(dataset)):
        return []
    return [
        (
            _say(texts, f"question_{field.name}"),
            _share(getattr(dataset, field.name), texts),
            _share(getattr(PAPER_TABLE_2, field.name), texts),
        )
        for field in fields(Quality)
    ]


def _counts(quality: Quality | None) -> list[Count]:
    return [getattr(quality, field.name) for field in fields(Quality)] if quality else []


def _share(count: Count, texts: Texts) -> str:
    if count.share is None:
        return "–"
    part, whole = _number(count.yes), _number(count.rated)
    return _say(texts, "share", share=f"{count.share:.0%}", part=part, whole=whole)


def _agreement_row(question: QuestionAgreement) -> tuple[str, ...]:
    return (
        markdown.code(question.question),
        _number(question.num_shared_items),
        "–" if question.percent.value is None else f"{question.percent.value:.0%}",
        _value(question.mean_kappa),
        _value(question.alpha_ordinal or question.alpha_nominal),
        _value(question.mean_rho),
    )


def _rule_words(rule: DecisionRule | None, texts: Texts) -> str:
    if rule is None:
        return ""
    accept = rule.accept if rule.accept in ("all", "any") else "majority"
    return _count(texts, f"rule_{accept}", rule.min_raters, worst=rule.worst_rating)


def _value(estimate: Estimate | None) -> str:
    return "–" if estimate is None or estimate.value is None else f"{estimate.value:.2f}"


def _license_words(license: License) -> str:
    if license.id == "other":
        return f"[{markdown.plain(license.name)}](<{license.link}>)"
    return markdown.code(license.id)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _bibtex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def _version(name: str, version: str) -> str:
    """A package and its version; this project with a link to its address, once there is one."""
    said = markdown.plain(name)
    url = project.project_url(project.declared_urls()) if name == project.NAME else None
    return f"{f'[{said}](<{url}>)' if url else said} {markdown.plain(version)}"
