"""The dataset card: what is in the dataset, how it was made, how good it is, and how it may be used."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from distilabel_selfinstruct.analysis import PAPER as PAPER_TABLE_1
from distilabel_selfinstruct.analysis import Statistics
from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.card import markdown
from distilabel_selfinstruct.hub.card.figures import CardFigure
from distilabel_selfinstruct.hub.card.front_matter import front_matter
from distilabel_selfinstruct.hub.card.licenses import License
from distilabel_selfinstruct.hub.card.model_terms import terms_of
from distilabel_selfinstruct.hub.card.native import intro, pack_words, seed_words
from distilabel_selfinstruct.hub.card.regeneration import how_regenerated, who_rewrote
from distilabel_selfinstruct.hub.rows.parquet import WrittenTable
from distilabel_selfinstruct.hub.rows.published_rows import PublishedRows
from distilabel_selfinstruct.hub.rows.redaction import public_model, public_text, public_value
from distilabel_selfinstruct.hub.upload.manifest import NAME as MANIFEST_NAME
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.languages import find_pack, reading_pack, texts_of
from distilabel_selfinstruct.prompts import PARAMETERS, apply_overrides, default_decoding, shown_markers
from distilabel_selfinstruct.ratings.agreement import QuestionAgreement
from distilabel_selfinstruct.ratings.agreement.estimate import Estimate
from distilabel_selfinstruct.ratings.decisions import DecisionRule, DecisionStatus
from distilabel_selfinstruct.ratings.table_2 import PAPER as PAPER_TABLE_2
from distilabel_selfinstruct.ratings.table_2 import Count, Quality
from distilabel_selfinstruct.reading import stem
from distilabel_selfinstruct.records import MODEL_STAGES, Reason, Row, Stage
from distilabel_selfinstruct.reporting import Report

_LABELS = {
    "instructions": "instructions",
    "classification_instructions": "– classification",
    "non_classification_instructions": "– not classification",
    "unasked_instructions": "– not asked",
    "unclassified_instructions": "– classification failed",
    "instances": "instances",
    "instances_with_empty_input": "– with an empty input",
    "instruction_length": "length of instructions",
    "input_length": "length of inputs",
    "output_length": "length of outputs",
}
_QUESTIONS = {
    "valid_task": "the instruction is a valid task",
    "input_appropriate": "the input is appropriate for it",
    "output_correct": "the output is correct",
    "all_valid": "all of these",
}


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
        "plain": markdown.plain, "code": markdown.code, "number": _number, "bibtex": _bibtex,
    }  # fmt: skip
    template = resources.files("distilabel_selfinstruct.hub.card") / "templates" / "card.md.jinja"
    text = environment.from_string(template.read_text(encoding="utf-8")).render(_variables(facts))
    return re.sub(r"\n{3,}", "\n\n", text)


def _variables(facts: CardFacts) -> dict[str, Any]:
    owner, _, name = facts.repo_id.partition("/")
    title = re.sub(r"[-_.]+", " ", name).strip()
    published, config, review = facts.published, facts.config, facts.report.review
    table_2 = review.quality if review else None
    llms = _llms(config, facts.hashes) if config else []
    models = published.models or tuple(dict.fromkeys(llm for llm, _ in llms)) or ("an unnamed model",)
    statuses = {DecisionStatus.KEPT, *published.include}
    texts = texts_of(config.language if config else None)
    return {
        "front_matter": front_matter(
            facts.tables, license=facts.license, languages=facts.languages, title=title, tags=_tags(facts)
        ),
        "title": title,
        "texts": texts,
        "native_intro": intro(config, texts, models, published.total, len(published.num_instances)),
        "pack_words": pack_words(config, texts),
        "repo_id": facts.repo_id,
        "owner": owner,
        "cite_key": re.sub(r"\W", "_", facts.repo_id),
        "total": published.total,
        "num_instructions": len(published.num_instances),
        "models": models,
        "reviewed": published.reviewed,
        "include": published.include,
        "num_kept": published.counts[DecisionStatus.KEPT],
        "num_dropped": published.counts[DecisionStatus.DROPPED],
        "decisions": [f"{_number(number)} {status}" for status, number in sorted(published.counts.items())],
        "published_decisions": [
            f"{_number(number)} {status}" for status, number in sorted(published.counts.items()) if status in statuses
        ],
        "num_corrected": published.num_corrected,
        "num_raters": review.raters if review else 0,
        "num_rated": max((count.rated for count in _counts(table_2)), default=0),
        "tables": facts.tables,
        "table_names": {table.config.name for table in facts.tables},
        "examples": [markdown.fenced_json(example) for example in facts.examples],
        "table_1": _table_1(facts.report.table_1),
        "table_2": _table_2(table_2),
        "agreement": [
            _agreement_row(question) for question in (review.agreement if review else ()) if question.num_shared_items
        ],
        "decoding": _decoding(config) if config else [],
        "sampling_notes": _sampling_notes(facts.notes),
        "free_parameters": _free_parameters(config) if config else [],
        "config": config,
        "llms": llms,
        "against": [stem(Path(source.rstrip("/"))) for source in config.against] if config else [],
        "num_contaminated": sum(rule.count for rule in facts.report.rejections if rule.reason == Reason.CONTAMINATED),
        "who_rewrote": who_rewrote(published.output_models),
        "how_regenerated": how_regenerated(published.output_models, facts.regeneration),
        "is_recording": bool(llms) and all(words.startswith("recorded:") for words, _ in llms),
        "is_unfinished": facts.is_unfinished,
        "prompts": public_text(config.prompts) if config else "",
        "seeds": seed_words(config, included=facts.includes_seeds),
        "hashes": facts.hashes,
        "versions": facts.versions,
        "rejections": [(rule.stage.replace("_", " "), rule.reason, rule.count) for rule in facts.report.rejections],
        "rule_words": _rule_words(facts.rule),
        "pipeline": facts.has_pipeline,
        "manifest_name": MANIFEST_NAME,
        "figures": facts.figures,
        "license_words": _license_words(facts.license),
        "terms": terms_of((*models, *published.output_models)),
    }


def _tags(facts: CardFacts) -> list[str]:
    return ["human-reviewed"] if facts.published.reviewed and not facts.published.include else []


def _table_1(dataset: Statistics) -> list[tuple[str, str, str]]:
    paper = asdict(PAPER_TABLE_1)
    rows = [(name, getattr(dataset, name), paper[name]) for name in _LABELS]
    return [
        (_LABELS[name], _number(value), _number(published)) for name, value, published in rows if value or published
    ]


def _table_2(dataset: Quality | None) -> list[tuple[str, str, str]]:
    if not any(count.rated for count in _counts(dataset)):
        return []
    return [
        (_QUESTIONS[field.name], _share(getattr(dataset, field.name)), _share(getattr(PAPER_TABLE_2, field.name)))
        for field in fields(Quality)
    ]


def _counts(quality: Quality | None) -> list[Count]:
    return [getattr(quality, field.name) for field in fields(Quality)] if quality else []


def _share(count: Count) -> str:
    return "–" if count.share is None else f"{count.share:.0%} ({_number(count.yes)} of {_number(count.rated)})"


def _agreement_row(question: QuestionAgreement) -> tuple[str, ...]:
    return (
        markdown.code(question.question),
        _number(question.num_shared_items),
        "–" if question.percent.value is None else f"{question.percent.value:.0%}",
        _value(question.mean_kappa),
        _value(question.alpha_ordinal or question.alpha_nominal),
        _value(question.mean_rho),
    )


def _rule_words(rule: DecisionRule | None) -> str:
    if rule is None:
        return ""
    accept = {"all": "all of its raters accept", "any": "one of its raters accepts"}.get(
        rule.accept, "more than half of its raters accept"
    )
    people = "one person" if rule.min_raters == 1 else f"{rule.min_raters} people"
    return (
        f"An instance is kept if {accept} it and at least {people} rated it. A rater accepts it with an overall rating "
        f"of {rule.worst_rating} or better."
    )


def _value(estimate: Estimate | None) -> str:
    return "–" if estimate is None or estimate.value is None else f"{estimate.value:.2f}"


def _llms(config: RunConfig, hashes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each model, and how it was asked: in which form, and in which stages if there are several models.

    A model in a file on the machine of the run has a digest, by which another one can find the same file.
    """
    asking: dict[tuple[str, str], list[str]] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        asking.setdefault((public_model(own.llm), own.effective_prompt_form), []).append(stage.value.replace("_", " "))
    described = []
    for (llm, form), stages in asking.items():
        where = "" if len(asking) == 1 else f", in {' and '.join(stages)}"
        file = f" (SHA-256 of its file: {hashes[llm]})" if llm in hashes else ""
        described.append((llm, f"with {form} prompts{where}{file}"))
    return described


def _decoding(config: RunConfig) -> list[tuple[str, ...]]:
    stages = (
        ("instruction generation", Stage.INSTRUCTION_GENERATION, False),
        ("classification", Stage.CLASSIFICATION, False),
        ("instances of classification tasks", Stage.INSTANCE_GENERATION, True),
        ("instances of other tasks", Stage.INSTANCE_GENERATION, False),
    )
    pack = find_pack(config.prompts) or reading_pack(config.language)
    markers = shown_markers(pack)
    rows = []
    for label, stage, is_classification in stages:
        form = config.for_stage(stage).effective_prompt_form
        usual = default_decoding(stage, is_classification=is_classification, form=form, markers=markers)
        used = apply_overrides(usual, config.decoding.get(stage, {}))
        numbers = (used.temperature, used.top_p, used.presence_penalty, used.frequency_penalty, used.max_tokens)
        rows.append((label, *(f"{number:g}" for number in numbers), ", ".join(map(markdown.code, used.stop)) or "none"))
    return rows


def _free_parameters(config: RunConfig) -> list[tuple[str, str]]:
    """What requests held beyond the parameters of the paper: where, and the fields as JSON."""
    fields = [("every request", public_value(config.extra_body))]
    for stage, options in config.stages.items():
        fields.append((stage.value.replace("_", " "), public_value(options.get("extra_body", {}))))
    for stage, overrides in config.decoding.items():
        extra = {name: value for name, value in overrides.items() if name not in PARAMETERS}
        fields.append((stage.value.replace("_", " "), public_value(extra)))
    return [(where, json.dumps(held, ensure_ascii=False)) for where, held in fields if held]


def _sampling_notes(notes: Iterable[tuple[str, Note]]) -> list[tuple[str, str]]:
    """What differs in sampling from the paper's table: each sentence with the stages that it holds for."""
    stages: dict[str, list[str]] = {}
    for stage, note in notes:
        if note.kind is NoteKind.SAMPLING:
            stages.setdefault(note.text, []).append(stage.replace("_", " "))
    return [(text.rstrip("."), ", ".join(of)) for text, of in stages.items()]


def _license_words(license: License) -> str:
    if license.id == "other":
        return f"[{markdown.plain(license.name)}](<{license.link}>)"
    return markdown.code(license.id)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _bibtex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
