"""The sections on a run: what people say, what was dropped, how the run went, what it used."""

from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.section import ReportSection, counted


def review_section(report: Report) -> ReportSection:
    """What people say about the instances."""
    title = "What people say"
    found = report.review
    if found is None:
        return ReportSection("review", title, left_out=report.left_out.get("review", ""))
    people = "one person" if found.raters == 1 else f"{found.raters} people"
    paragraphs = [
        (
            f"{people.capitalize()} rated {counted(found.records, 'instance')}. If people answered a question "
            "differently, the majority counts, and a tie counts as no. In the paper, one author rated 200 instances."
        )
    ]
    advice = () if found.agreement else ("Install the extra analysis to see how far the raters agree.",)
    if found.agreement and found.raters > 1:
        paragraphs.append(
            "κ and α are 1 if all raters agree, and 0 if they agree as often as by chance. The 95% intervals are in "
            "parentheses. For the ratings from A to D, α takes the distance of the letters into account. The κ of the "
            "paper is for two raters who rated answers of models."
        )
    return ReportSection(
        "review",
        title,
        tuple(paragraphs),
        tables=(
            ("table_2", "Table 2 of the paper"),
            ("overall", "Overall ratings"),
            ("agreement", "Agreement of the raters"),
        ),
        advice=advice,
    )


def rejections_section(report: Report, texts: Texts) -> ReportSection:
    """What the rules dropped."""
    total = sum(rule.count for rule in report.rejections)
    english = f"Dropped: {counted(total, 'text')}, each by one rule."
    return ReportSection(
        "rejections",
        "What was dropped",
        (texts.say("report.sentences.rejected", english, total=f"{total:,}"),) if total else (),
        plots=(("rejections", "Dropped texts by stage and rule"),),
        folded=(("rejections", "Dropped texts by stage and rule, as a table"),),
        advice=tuple(f"In {fault.stage.value.replace('_', ' ')}: {fault.text}" for fault in report.faults),
        left_out=report.left_out.get("rejections", ""),
    )


def acceptance_section(report: Report, texts: Texts) -> ReportSection:
    """How the share of admitted candidates changed."""
    admitted = sum(period.admitted for period in report.acceptance)
    candidates = admitted + sum(period.rejected for period in report.acceptance)
    paragraph = ""
    if candidates:
        paragraph = texts.say(
            "report.sentences.admitted",
            "{admitted} of {candidates} candidate instructions were admitted ({share}). If the share falls, the model "
            "repeats itself.",
            admitted=f"{admitted:,}",
            candidates=f"{candidates:,}",
            share=f"{admitted / candidates:.0%}",
        )
    return ReportSection(
        "acceptance",
        "Acceptance over time",
        (paragraph,) if paragraph else (),
        plots=(("acceptance", "The share of admitted candidate instructions, over the requests for instructions"),),
        left_out=report.left_out.get("acceptance", ""),
    )


def usage_section(report: Report, texts: Texts) -> ReportSection:
    """Requests, tokens and cost."""
    found = report.usage
    if found is None:
        return ReportSection("usage", "Tokens and cost", left_out=report.left_out.get("usage", ""))
    paragraphs = []
    if not found.total.input_tokens + found.total.output_tokens:
        paragraphs.append(texts.say("report.sentences.no_tokens", "The model did not count its tokens."))
    if found.cost is not None:
        paragraphs.append(f"At the prices in run.json, it cost {in_dollars(found.cost)}.")
    else:
        unknown = "The cost is unknown, because the run has no price for its model."
        paragraphs.append(texts.say("report.sentences.no_price", unknown))
    if found.unreadable:
        lines = counted(found.unreadable, "line")
        paragraphs.append(f"Not counted, because the journals could not be read there: {lines}.")
    return ReportSection(
        "usage", "Tokens and cost", tuple(paragraphs), tables=(("usage", "Requests and tokens by stage"),)
    )
