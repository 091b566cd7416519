"""The report's sections: what is said, shown and listed, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from distilabel_selfinstruct.analysis import verb_noun
from distilabel_selfinstruct.analysis.verb_noun import VerbNouns
from distilabel_selfinstruct.report.report import Report


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `plots` are (name, what it shows) pairs, `tables` (name, caption) pairs of those there are.

    `left_out` says why the part is missing; empty where it is there. `folded` tables are long ones that start closed.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    plots: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    folded: tuple[tuple[str, str], ...] = ()
    left_out: str = ""


def sections(report: Report) -> list[Section]:
    """All sections; those that could not be made say why."""
    return [
        _dataset(report),
        _verb_noun(report),
        _seeds(report),
        _lengths(report),
        _near_duplicates(report),
        _labels(report),
        _languages(report),
        _review(report),
        _rejections(report),
        _acceptance(report),
        _usage(report),
    ]


def headline(report: Report) -> list[tuple[str, str]]:
    """The most important facts, as names and values."""
    this, run = report.table_1, report.run
    facts = [("instructions", f"{this.instructions:,}"), ("instances", f"{this.instances:,}")]
    if run:
        facts += [("model", str(run["llm"])), ("language", str(run["language"])), ("status", str(run["status"]))]
    if report.usage is not None and report.usage.cost is not None:
        facts.append(("cost", f"{report.usage.cost:,.2f}"))
    if report.review is not None and report.review.quality.all_valid.share is not None:
        facts.append(("rated valid", f"{report.review.quality.all_valid.share:.0%}"))
    return facts


def _dataset(report: Report) -> Section:
    paragraphs = []
    if report.run.get("status") not in {None, "finished"}:
        said = " ".join([str(report.run["stop_reason"]), *map(str, report.run["problems"])]).strip()
        paragraphs.append(f"The run is not finished ({report.run['status']}). {said}".strip())
    if not report.has_instances:
        paragraphs.append("The rows hold instructions without outputs: what needs instances is empty.")
    paragraphs.append(
        "Lengths are counted in words between spaces; in scripts without spaces two characters of Chinese, Japanese or "
        "Korean count as a word, and four of Thai, Lao, Khmer or Burmese."
    )
    return Section("dataset", "The dataset", tuple(paragraphs), tables=(("table_1", "Table 1 of the paper"),))


def _verb_noun(report: Report) -> Section:
    title = "What the instructions ask for"
    found = report.verb_nouns
    if found is None:
        return Section("verb_noun", title, left_out=report.left_out.get("verb_noun", ""))
    paper = verb_noun.PAPER
    paragraphs = (
        (
            f"{found.parsed:,} of {found.instructions:,} instructions ({found.share_parsed:.0%}) have a main verb with "
            f"a noun as its direct object: {found.verbs:,} different verbs, {found.pairs:,} different pairs. The "
            f"{len(found.sectors)} most common verbs with up to four nouns each cover {found.share_covered:.0%} of all "
            f"instructions. In the paper {paper.parsed:,} of {paper.instructions:,} ({paper.share_parsed:.0%}) have "
            f"both, and the figure covers {paper.share_covered:.0%}."
        ),
        _parser(found),
    )
    shown = "Most common verbs (inner ring) and their most common nouns (outer ring), figure 3 of the paper"
    return Section(
        "verb_noun",
        title,
        paragraphs,
        plots=(("verb_noun", shown),),
        folded=(("verb_noun", "Most common verbs and their nouns, as a table"),),
    )


def _parser(found: VerbNouns) -> str:
    if found.parser != "rules":
        return f"Found by the parser {found.parser} of spaCy; the paper used the Berkeley Neural Parser."
    return (
        "Found by word lists and rules, not by a parser as in the paper: on 200 English instructions labelled by "
        "hand, 99% of the pairs that the rules gave were right, and they found 94% of those that were there. They "
        "find a pair in more instructions than a parser does, so compare shares with care. With spaCy and an "
        "English model installed (the extra spacy), that is used instead."
    )


def _seeds(report: Report) -> Section:
    title = "How new the instructions are"
    found = report.seed_similarity
    if found is None:
        return Section("seed_similarity", title, left_out=report.left_out.get("seed_similarity", ""))
    paragraph = (
        "For each instruction, the highest ROUGE-L with any seed instruction: 1 is the same words in the same "
        f"order, 0 no word in common. The mean is {found.mean:.2f}, the median {found.median:.2f}, the highest "
        f"{found.longest:.2f}."
    )
    shown = "Instructions by their highest ROUGE-L with a seed instruction, figure 4 of the paper"
    return Section("seed_similarity", title, (paragraph,), plots=(("seed_similarity", shown),))


def _lengths(report: Report) -> Section:
    shown = "Lengths of instructions, non-empty inputs and outputs in words, figure 5 of the paper"
    named = (("instructions", "instruction"), ("non-empty inputs", "input"), ("outputs", "output"))
    parts = [
        f"{what}: median {report.lengths[name].median:,.0f} words, longest {report.lengths[name].longest:,.0f}"
        for what, name in named
        if report.lengths[name].total
    ]
    return Section(
        "lengths",
        "Lengths",
        (f"{'; '.join(parts).capitalize()}.",) if parts else (),
        plots=(("lengths", shown),),
        left_out="" if parts else "There are no texts.",
    )


def _near_duplicates(report: Report) -> Section:
    title = "Near-duplicates"
    if report.near_duplicates is None:
        return Section("near_duplicates", title, left_out=report.left_out.get("near_duplicates", ""))
    paragraph = (
        "How many instructions a filter would drop that keeps one only if its ROUGE-L with every instruction kept "
        "before is at most the threshold. The paper's threshold is 0.7"
    )
    threshold = report.run.get("max_rouge_l")
    paragraph += f", this run's {threshold:g}." if threshold is not None else "."
    return Section(
        "near_duplicates",
        title,
        (paragraph,),
        tables=(("near_duplicates", "Near-duplicates at several thresholds"),),
        folded=(("similar_pairs", "The most similar pairs"),),
    )


def _labels(report: Report) -> Section:
    title = "Labels of classification tasks"
    found = report.class_balance
    if found is None:
        return Section("labels", title, left_out=report.left_out.get("class_balance", ""))
    paragraphs = [
        (
            f"{found.instances:,} instances of {found.instructions:,} classification instructions have "
            f"{found.labels:,} different labels. Case and surrounding space do not count."
        )
    ]
    if found.with_several_instances:
        paragraphs.append(
            f"{found.with_several_instances:,} of them have two instances or more. On average the most common label of "
            f"such an instruction has {found.majority_share:.0%} of its instances; in {found.with_one_label:,} all "
            "have the same label."
        )
    return Section("labels", title, tuple(paragraphs), tables=(("labels", "Most common labels"),))


def _languages(report: Report) -> Section:
    found = report.languages
    if found is None:
        return Section("languages", "Languages", left_out=report.left_out.get("languages", ""))
    how = (
        "Identified by the library py3langid, one text at a time; of short texts a few in a thousand are taken for "
        "another language. Codes are ISO 639."
        if found.by == "language"
        else "Told by the script of most letters, since the library py3langid (extra analysis) is not installed: "
        "languages that share a script are counted together."
    )
    sampled = (
        f" {found.identified:,} of {report.table_1.instructions:,} instructions were looked at, evenly spread."
        if found.identified < report.table_1.instructions
        else ""
    )
    return Section("languages", "Languages", (how + sampled,), tables=(("languages", "Instructions by language"),))


def _review(report: Report) -> Section:
    title = "What people say"
    found = report.review
    if found is None:
        return Section("review", title, left_out=report.left_out.get("review", ""))
    people = "one person" if found.raters == 1 else f"{found.raters} people"
    paragraphs = [
        (
            f"{found.records:,} instances were rated by {people}. Of several answers to a question the majority "
            "counts; a tie is a no. In the paper one author rated 200 instances."
        )
    ]
    if not found.agreement:
        paragraphs.append("Agreement needs the extra analysis and is left out.")
    elif found.raters > 1:
        paragraphs.append(
            "κ and α are 1 where all agree, and 0 where they agree as often as by chance; 95% intervals are in "
            "brackets. For the rating from A to D, α counts the distance of the letters. The paper's κ is that of two "
            "raters of models' answers."
        )
    return Section(
        "review",
        title,
        tuple(paragraphs),
        tables=(
            ("table_2", "Table 2 of the paper"),
            ("overall", "Overall ratings"),
            ("agreement", "Agreement of the raters"),
        ),
    )


def _rejections(report: Report) -> Section:
    total = sum(rule.count for rule in report.rejections)
    return Section(
        "rejections",
        "What was dropped",
        (f"{total:,} texts were dropped, each by one rule.",) if total else (),
        plots=(("rejections", "Dropped texts by stage and rule"),),
        folded=(("rejections", "Dropped texts by stage and rule, as a table"),),
        left_out=report.left_out.get("rejections", ""),
    )


def _acceptance(report: Report) -> Section:
    admitted = sum(period.admitted for period in report.acceptance)
    candidates = admitted + sum(period.rejected for period in report.acceptance)
    paragraphs: Sequence[str] = ()
    if candidates:
        paragraphs = (
            (
                f"{admitted:,} of {candidates:,} candidate instructions were admitted ({admitted / candidates:.0%}). A "
                "falling share means that the model repeats itself."
            ),
        )
    return Section(
        "acceptance",
        "Acceptance over time",
        tuple(paragraphs),
        plots=(("acceptance", "Share of candidate instructions admitted, over the requests sent for them"),),
        left_out=report.left_out.get("acceptance", ""),
    )


def _usage(report: Report) -> Section:
    found = report.usage
    if found is None:
        return Section("usage", "Tokens and cost", left_out=report.left_out.get("usage", ""))
    paragraphs = []
    if not found.total.input_tokens + found.total.output_tokens:
        paragraphs.append("The model did not count its tokens.")
    if found.cost is not None:
        paragraphs.append(f"By the prices given for the run it cost {found.cost:,.2f}.")
    else:
        paragraphs.append("The cost is not known: the run has no price for its model.")
    if found.unreadable:
        paragraphs.append(f"{found.unreadable:,} lines of the journals could not be read and are not counted.")
    return Section("usage", "Tokens and cost", tuple(paragraphs), tables=(("usage", "Requests and tokens by stage"),))
