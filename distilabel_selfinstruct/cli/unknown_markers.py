"""What a run says at its end about responses whose markers nobody has read."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from distilabel_selfinstruct.languages import Texts
from distilabel_selfinstruct.records import Reason, RecordedRejection
from distilabel_selfinstruct.words import escape_controls

_SHOWN = 6


def unknown_markers_note(
    rejections: Iterable[RecordedRejection], folder: Path, texts: Texts, num_responses: int
) -> str:
    """Which words stood where markers should, and what to do; empty if all markers were known.

    Args:
        rejections: what the run dropped.
        folder: the folder of the run.
        texts: those of the run's language, whose own hint stands in place of the English one.
        num_responses: how many responses with instances there were.
    """
    words: Counter[str] = Counter()
    responses = set()
    for rejection in rejections:
        if rejection.reason is Reason.UNKNOWN_MARKERS:
            responses.add((rejection.stage, rejection.request))
            words.update(word.strip() for word in rejection.detail.split(",") if word.strip())
    if not responses:
        return ""
    listed = ", ".join(f"{word}: ({count:,})" for word, count in words.most_common(_SHOWN))
    more = ", …" if len(words) > _SHOWN else ""
    look = f"selfinstruct rejections {folder} --reason unknown_markers"
    share = f"{len(responses) / max(num_responses, len(responses)):.0%}"
    if hint := texts.find("hints.unknown_markers", share=share, markers=f"{listed}{more}"):
        return escape_controls(f"{hint} {look}")
    count = "1 response was" if len(responses) == 1 else f"{len(responses):,} responses were"
    return escape_controls(
        f"{count} rejected as unknown_markers, because the model marks its texts with words that are not read: "
        f"{listed}{more}. Ask for Input: and Output: in your own prompts (--prompts FOLDER). To see them: {look}"
    )
