"""The sections of a report, in the order of the page: their texts, figures and tables."""

from dataclasses import asdict, replace

from distilabel_selfinstruct.analysis import verb_noun
from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.config import why_unfinished
from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.languages import NO_TEXTS, Texts
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.run_sections import (
    acceptance_section,
    rejections_section,
    review_section,
    usage_section,
)
from distilabel_selfinstruct.reporting.section import ReportSection, counted


def sections(report: Report, texts: Texts = NO_TEXTS) -> list[ReportSection]:
    """All sections, with the titles, captions and sentences that a language has. A section left out says why."""
    found = [
        _dataset(report, texts),
        _verb_noun(report),
        _seeds(report),
        _lengths(report),
        _near_duplicates(report),
        _labels(report),
        _languages(report),
        review_section(report),
        rejections_section(report, texts),
        acceptance_section(report, texts),
        usage_section(report, texts),
    ]
    return [_titled(section, texts) for section in found]


def _titled(section: ReportSection, texts: Texts) -> ReportSection:
    def captioned(tables: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, texts.say(f"report.tables.{name}", caption)) for name, caption in tables)

    title = texts.say(f"report.titles.{section.name}", section.title)
    return replace(section, title=title, tables=captioned(section.tables), folded=captioned(section.folded))


def headline(report: Report, texts: Texts = NO_TEXTS) -> list[tuple[str, str]]:
    """The most important facts, as names and values."""
    this, run = report.table_1, report.run
    facts = [("instructions", f"{this.instructions:,}"), ("instances", f"{this.instances:,}")]
    if run is not None:
        facts += [("model", run.llm), ("language", run.language), ("status", run.status)]
    if report.usage is not None and report.usage.cost is not None:
        facts.append(("cost", in_dollars(report.usage.cost)))
    if report.review is not None and report.review.quality.all_valid.share is not None:
        facts.append(("rated valid", f"{report.review.quality.all_valid.share:.0%}"))
    return [(texts.say(f"report.facts.{name}", name), value) for name, value in facts]


def _dataset(report: Report, texts: Texts) -> ReportSection:
    paragraphs = []
    run = report.run
    if run is not None and (why := why_unfinished(asdict(run))):
        paragraphs.append(f"The run {why}")
    if not report.has_instances:
        paragraphs.append("The rows have instructions but no outputs, so figures about instances are empty.")
    counted = (
        "Lengths are numbers of words between spaces. Two characters of Chinese, Japanese or Korean count as a word, "
        "and so do four characters of Thai, Lao, Khmer or Burmese."
    )
    paragraphs.append(texts.say("report.sentences.lengths_counted", counted))
    return ReportSection("dataset", "The dataset", tuple(paragraphs), tables=(("table_1", "Table 1 of the paper"),))


def _verb_noun(report: Report) -> ReportSection:
    title = "What the instructions ask for"
    found = report.verb_nouns
    if found is None:
        return ReportSection("verb_noun", title, left_out=report.left_out.get("verb_noun", ""))
    paper = verb_noun.PAPER
    paragraphs = (
        (
            f"{found.parsed:,} of {found.instructions:,} instructions ({found.share_parsed:.0%}) have a main verb with "
            f"a noun as its direct object, with {counted(found.verbs, 'different verb')} and "
            f"{counted(found.pairs, 'different pair')}.{_covered(found)} In the paper, {paper.parsed:,} of "
            f"{paper.instructions:,} instructions ({paper.share_parsed:.0%}) have both, and the figure covers "
            f"{paper.share_covered:.0%}."
        ),
        _parser(found),
    )
    advice = (
        ("Install spaCy with an English model (the extra spacy) to use a parser instead.",)
        if found.parser == "rules"
        else ()
    )
    caption = "The most common verbs (inner ring) and their most common nouns (outer ring), figure 3 of the paper"
    return ReportSection(
        "verb_noun",
        title,
        paragraphs,
        plots=(("verb_noun", caption),),
        folded=(("verb_noun", "The most common verbs and their nouns, as a table"),),
        advice=advice,
    )


def _covered(found: VerbNouns) -> str:
    """What the figure covers; empty where there is no verb."""
    if not found.sectors:
        return ""
    verbs = "one verb" if len(found.sectors) == 1 else f"{len(found.sectors)} most common verbs"
    does = "covers" if len(found.sectors) == 1 else "cover"
    return f" The {verbs}, with up to four nouns each, {does} {found.share_covered:.0%} of all instructions."


def _parser(found: VerbNouns) -> str:
    if found.parser == "kiwi":
        return (
            "The pairs were found by the morphemes of kiwipiepy: the first object of an instruction and the next verb. "
            "The paper used a parser for English, so compare shares with care."
        )
    if found.parser != "rules":
        return f"The pairs were found by the parser {found.parser} of spaCy. The paper used the Berkeley Neural Parser."
    return (
        "The pairs were found by word lists and rules; the paper used a parser. On 200 English instructions that were "
        "labeled by hand, 99% of the pairs that the rules found were right, and they found 94% of all pairs. They find "
        "pairs in more instructions than a parser does, so compare shares with care."
    )


def _seeds(report: Report) -> ReportSection:
    title = "How new the instructions are"
    found = report.seed_similarity
    if found is None:
        return ReportSection("seed_similarity", title, left_out=report.left_out.get("seed_similarity", ""))
    paragraph = (
        "The figure shows the highest ROUGE-L of each instruction with any seed instruction: 1 means the same words in "
        f"the same order, 0 means no word in common. The mean is {found.mean:.2f}, the median is {found.median:.2f}, "
        f"and the highest value is {found.longest:.2f}."
    )
    caption = "Instructions by their highest ROUGE-L with a seed instruction, figure 4 of the paper"
    return ReportSection("seed_similarity", title, (paragraph,), plots=(("seed_similarity", caption),))


def _lengths(report: Report) -> ReportSection:
    caption = "Lengths of instructions, non-empty inputs and outputs in words, figure 5 of the paper"
    named = (("instructions", "instruction"), ("non-empty inputs", "input"), ("outputs", "output"))
    parts = [
        f"{what}: median {report.lengths[name].median:,.0f} words, longest {report.lengths[name].longest:,.0f}"
        for what, name in named
        if report.lengths[name].total
    ]
    return ReportSection(
        "lengths",
        "Lengths",
        (f"{'; '.join(parts).capitalize()}.",) if parts else (),
        plots=(("lengths", caption),),
        left_out="" if parts else "There are no texts.",
    )


def _near_duplicates(report: Report) -> ReportSection:
    title = "Near-duplicates"
    if report.near_duplicates is None:
        return ReportSection("near_duplicates", title, left_out=report.left_out.get("near_duplicates", ""))
    paragraph = (
        "The table shows how many instructions a filter would drop. The filter keeps an instruction if its ROUGE-L "
        "with every instruction kept before is at most the threshold. The threshold of the paper is 0.7"
    )
    paragraph += f", and that of this run is {report.run.max_rouge_l:g}." if report.run is not None else "."
    return ReportSection(
        "near_duplicates",
        title,
        (paragraph,),
        tables=(("near_duplicates", "Near-duplicates at several thresholds"),),
        folded=(("similar_pairs", "The most similar pairs"),),
    )


def _labels(report: Report) -> ReportSection:
    title = "Labels of classification tasks"
    found = report.class_balance
    if found is None:
        return ReportSection("labels", title, left_out=report.left_out.get("class_balance", ""))
    paragraphs = [
        (
            f"{counted(found.instances, 'instance')} of {counted(found.instructions, 'classification instruction')} "
            f"were found, with {counted(found.labels, 'different label')}. Case and white space around a label do not "
            "count."
        )
    ]
    if found.with_several_instances:
        paragraphs.append(
            f"{found.with_several_instances:,} of these instructions have two or more instances. On average, "
            f"{found.majority_share:.0%} of the instances of such an instruction have its most common label. All "
            f"instances have the same label in {found.with_one_label:,} of these instructions."
        )
    return ReportSection("labels", title, tuple(paragraphs), tables=(("labels", "The most common labels"),))


def _languages(report: Report) -> ReportSection:
    found = report.languages
    if found is None:
        return ReportSection("languages", "Languages", left_out=report.left_out.get("languages", ""))
    how = (
        "The library py3langid identified the language of each text. It mistakes a few in a thousand short texts for "
        "another language. The codes are ISO 639."
        if found.by == "language"
        else "These are the scripts of most letters: languages that share a script are counted together."
    )
    advice = () if found.by == "language" else ("Install the extra analysis to identify languages.",)
    sampled = (
        f" The figures are for an even sample of {found.identified:,} of {report.table_1.instructions:,} instructions."
        if found.identified < report.table_1.instructions
        else ""
    )
    return ReportSection(
        "languages",
        "Languages",
        (how + sampled,),
        tables=(("languages", "Instructions by language"),),
        advice=advice,
    )
