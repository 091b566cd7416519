"""The sections on a run: what people say, what was dropped, how the run went, what it used."""

from distilabel_selfinstruct.config.pricing import in_dollars
from distilabel_selfinstruct.languages import Texts, in_words_of
from distilabel_selfinstruct.reporting.contents import Report
from distilabel_selfinstruct.reporting.section import ReportSection, why_left_out


def review_section(report: Report, texts: Texts) -> ReportSection:
    """What people say about the instances."""
    found = report.review
    if found is None:
        return ReportSection("review", left_out=why_left_out(report, "review", texts))
    instances = texts.count("report.counts.instances", found.records)
    paragraphs = [texts.count("report.sentences.rated", found.raters, instances=instances)]
    if found.agreement and found.raters > 1:
        paragraphs.append(texts.say("report.sentences.agreement"))
    return ReportSection(
        "review",
        tuple(paragraphs),
        tables=("table_2", "overall", "agreement"),
        advice=() if found.agreement else (texts.say("report.advice.agreement"),),
    )


def rejections_section(report: Report, texts: Texts) -> ReportSection:
    """What the rules dropped."""
    total = sum(rule.count for rule in report.rejections)
    return ReportSection(
        "rejections",
        (texts.count("report.sentences.rejected", total),) if total else (),
        plots=("rejections",),
        folded=("rejections",),
        advice=tuple(
            texts.say(
                "report.advice.fault",
                stage=texts.name("report.stages", fault.stage.value),
                text=in_words_of(texts, fault.text),
            )
            for fault in report.faults
        ),
        left_out=why_left_out(report, "rejections", texts),
    )


def acceptance_section(report: Report, texts: Texts) -> ReportSection:
    """How the share of admitted candidates changed."""
    admitted = sum(period.admitted for period in report.acceptance)
    candidates = admitted + sum(period.rejected for period in report.acceptance)
    paragraph = ""
    if candidates:
        paragraph = texts.say(
            "report.sentences.admitted",
            admitted=f"{admitted:,}",
            candidates=f"{candidates:,}",
            share=f"{admitted / candidates:.0%}",
        )
    return ReportSection(
        "acceptance",
        (paragraph,) if paragraph else (),
        plots=("acceptance",),
        left_out=why_left_out(report, "acceptance", texts),
    )


def usage_section(report: Report, texts: Texts) -> ReportSection:
    """Requests, tokens and cost."""
    found = report.usage
    if found is None:
        return ReportSection("usage", left_out=why_left_out(report, "usage", texts))
    paragraphs = []
    if not found.total.input_tokens + found.total.output_tokens:
        paragraphs.append(texts.say("report.sentences.no_tokens"))
    if found.cost is not None:
        paragraphs.append(texts.say("report.sentences.cost", cost=in_dollars(found.cost)))
    else:
        paragraphs.append(texts.say("report.sentences.no_price"))
    if found.unreadable:
        paragraphs.append(texts.count("report.sentences.unreadable", found.unreadable))
    return ReportSection("usage", tuple(paragraphs), tables=("usage",))
