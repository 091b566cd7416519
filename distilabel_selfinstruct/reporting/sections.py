"""The sections of a report, in the order of the page: their texts, figures and tables."""

from dataclasses import asdict
from functools import reduce

from distilabel_selfinstruct.analysis import verb_noun
from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.files.run_rows import why_ended
from distilabel_selfinstruct.languages import Texts, in_words_of
from distilabel_selfinstruct.records import RunStatus
from distilabel_selfinstruct.reporting.contents import Report, RunFacts
from distilabel_selfinstruct.reporting.run_sections import (
    acceptance_section,
    rejections_section,
    review_section,
    usage_section,
)
from distilabel_selfinstruct.reporting.section import ReportSection, why_left_out


def sections(report: Report, texts: Texts) -> list[ReportSection]:
    """All sections, with the sentences that a language has. A section that is left out says why."""
    return [
        _dataset(report, texts),
        _verb_noun(report, texts),
        _seeds(report, texts),
        _lengths(report, texts),
        _near_duplicates(report, texts),
        _labels(report, texts),
        _languages(report, texts),
        review_section(report, texts),
        rejections_section(report, texts),
        acceptance_section(report, texts),
        usage_section(report, texts),
    ]


def headline(report: Report, texts: Texts) -> list[tuple[str, str]]:
    """The most important facts, as names and values."""
    this, run = report.table_1, report.run
    facts = [("instructions", f"{this.instructions:,}"), ("instances", f"{this.instances:,}")]
    if run is not None:
        status = texts.say(key) if (key := f"report.statuses.{run.status}") in texts else run.status
        facts += [("model", run.llm), ("language", run.language), ("status", status)]
    if report.usage is not None and report.usage.cost is not None:
        facts.append(("cost", in_dollars(report.usage.cost)))
    if report.review is not None and report.review.quality.all_valid.share is not None:
        facts.append(("rated_valid", f"{report.review.quality.all_valid.share:.0%}"))
    return [(texts.say(f"report.facts.{name}"), value) for name, value in facts]


def _dataset(report: Report, texts: Texts) -> ReportSection:
    paragraphs = []
    if report.run is not None and report.run.status != RunStatus.FINISHED.value:
        paragraphs.append(_unfinished(report.run, texts))
    if not report.has_instances:
        paragraphs.append(texts.say("report.sentences.no_instances"))
    paragraphs.append(texts.say("report.sentences.lengths_counted"))
    return ReportSection("dataset", tuple(paragraphs), tables=("table_1",))


def _unfinished(run: RunFacts, texts: Texts) -> str:
    if run.status == RunStatus.STARTED.value:
        return texts.say("report.sentences.interrupted")
    ended = run.status if run.status in (RunStatus.STOPPED.value, RunStatus.FAILED.value) else "unfinished"
    reason = in_words_of(texts, why_ended(asdict(run)))
    return texts.say(f"report.sentences.{ended}_because" if reason else f"report.sentences.{ended}", reason=reason)


def _verb_noun(report: Report, texts: Texts) -> ReportSection:
    found = report.verb_nouns
    if found is None:
        return ReportSection("verb_noun", left_out=why_left_out(report, "verb_noun", texts))
    paper = verb_noun.PAPER
    num_verbs, share = len(found.sectors), f"{found.share_covered:.0%}"
    paragraph = texts.say(
        "report.sentences.verb_noun",
        parsed=f"{found.parsed:,}",
        instructions=f"{found.instructions:,}",
        share=f"{found.share_parsed:.0%}",
        verbs=texts.count("report.counts.verbs", found.verbs),
        pairs=texts.count("report.counts.pairs", found.pairs),
        covered=texts.count("report.sentences.covered", num_verbs, share=share) if num_verbs else "",
        paper_parsed=f"{paper.parsed:,}",
        paper_instructions=f"{paper.instructions:,}",
        paper_share=f"{paper.share_parsed:.0%}",
        paper_covered=f"{paper.share_covered:.0%}",
    )
    return ReportSection(
        "verb_noun",
        (paragraph, _parser(found, texts)),
        plots=("verb_noun",),
        folded=("verb_noun",),
        advice=(texts.say("report.advice.spacy"),) if found.parser == "rules" else (),
    )


def _parser(found: VerbNouns, texts: Texts) -> str:
    own = found.parser if found.parser in ("kiwi", "rules") else "spacy"
    return texts.say(f"report.sentences.parser_{own}", parser=found.parser)


def _seeds(report: Report, texts: Texts) -> ReportSection:
    found = report.seed_similarity
    if found is None:
        return ReportSection("seed_similarity", left_out=why_left_out(report, "seed_similarity", texts))
    paragraph = texts.say(
        "report.sentences.seed_similarity",
        mean=f"{found.mean:.2f}",
        median=f"{found.median:.2f}",
        highest=f"{found.longest:.2f}",
    )
    return ReportSection("seed_similarity", (paragraph,), plots=("seed_similarity",))


def _lengths(report: Report, texts: Texts) -> ReportSection:
    parts = [
        texts.say(
            f"report.sentences.{name}_lengths",
            median=f"{report.lengths[name].median:,.0f}",
            longest=f"{report.lengths[name].longest:,.0f}",
        )
        for name in ("instruction", "input", "output")
        if report.lengths[name].total
    ]
    if not parts:
        return ReportSection("lengths", plots=("lengths",), left_out=texts.say("report.left_out.no_texts"))
    joined = reduce(lambda first, second: texts.say("report.sentences.joined", first=first, second=second), parts)
    sentence = texts.say("report.sentences.lengths", parts=joined[:1].upper() + joined[1:])
    return ReportSection("lengths", (sentence,), plots=("lengths",))


def _near_duplicates(report: Report, texts: Texts) -> ReportSection:
    if report.near_duplicates is None:
        return ReportSection("near_duplicates", left_out=why_left_out(report, "near_duplicates", texts))
    if report.run is None:
        paragraph = texts.say("report.sentences.near_duplicates")
    else:
        paragraph = texts.say("report.sentences.near_duplicates_of_run", threshold=f"{report.run.max_rouge_l:g}")
    return ReportSection("near_duplicates", (paragraph,), tables=("near_duplicates",), folded=("similar_pairs",))


def _labels(report: Report, texts: Texts) -> ReportSection:
    found = report.class_balance
    if found is None:
        return ReportSection("labels", left_out=why_left_out(report, "class_balance", texts))
    numbers = {"instances": found.instances, "classification_instructions": found.instructions, "labels": found.labels}
    counted = {name: texts.count(f"report.counts.{name}", number) for name, number in numbers.items()}
    paragraphs = [texts.say("report.sentences.labels", **counted)]
    if found.with_several_instances:
        paragraphs.append(
            texts.say(
                "report.sentences.label_balance",
                several=f"{found.with_several_instances:,}",
                share=f"{found.majority_share:.0%}",
                with_one=f"{found.with_one_label:,}",
            )
        )
    return ReportSection("labels", tuple(paragraphs), tables=("labels",))


def _languages(report: Report, texts: Texts) -> ReportSection:
    found = report.languages
    if found is None:
        return ReportSection("languages", left_out=why_left_out(report, "languages", texts))
    said = [texts.say("report.sentences.languages" if found.by == "language" else "report.sentences.scripts")]
    if found.identified < report.table_1.instructions:
        numbers = {"identified": f"{found.identified:,}", "instructions": f"{report.table_1.instructions:,}"}
        said.append(texts.say("report.sentences.sample", **numbers))
    advice = () if found.by == "language" else (texts.say("report.advice.languages"),)
    return ReportSection("languages", (" ".join(said),), tables=("languages",), advice=advice)
