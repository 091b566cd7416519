"""How the seed tasks are worded: what a pack says is rare in its language, and what people use."""

from collections.abc import Iterator, Sequence

from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.languages import Pack, english
from distilabel_selfinstruct.records import SeedTask
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks

# How long instructions are, in characters, beside the English ones: a translation that adds or loses much is no text of
# its own.
_LENGTHS = (0.2, 1.5)

_MARKS = " .!?\u3002\uff01\uff1f\"'\u201d\u2019)"


def check_style(pack: Pack, seeds: Sequence[SeedTask]) -> Iterator[PackFinding]:
    """Warnings about translationese, by the measures of the pack's own `style`."""
    texts = [task.instruction.strip().rstrip(_MARKS) for task in seeds]
    if not texts:
        return
    style = pack.style
    rare = [text for text in texts if text.endswith(style.rare_endings)] if style.rare_endings else []
    if len(rare) > style.most_rare_endings * len(texts):
        fault = f"{len(rare)} of {len(texts)} instructions end as people rarely do, as {rare[0][-20:]!r}"
        yield PackFinding("warning", "seed_tasks.jsonl", fault, "Reword them: such endings come from translating.")
    for word in style.rare_words:
        holding = [text for text in texts if word in text]
        if len(holding) > style.most_rare_words * len(texts):
            fault = f"{len(holding)} of {len(texts)} instructions say {word!r}"
            yield PackFinding("warning", "seed_tasks.jsonl", fault, "Reword them: the word comes from translating.")
    for name, endings in style.wanted_endings.items():
        questions = "?" in endings and any(task.instruction.rstrip().endswith(("?", "\uff1f")) for task in seeds)
        if not questions and not any(text.endswith(endings) for text in texts):
            fault = f"no instruction ends as {name} ones do"
            yield PackFinding("warning", "seed_tasks.jsonl", fault, f"Add some: {', '.join(endings[:4])}.")
    if pack.language != "en":
        ours = sum(map(len, texts)) / len(texts)
        paper = [task.instruction for task in load_seed_tasks(english().seed_file)]
        ratio = ours / (sum(map(len, paper)) / len(paper))
        if not _LENGTHS[0] <= ratio <= _LENGTHS[1]:
            fault = f"the instructions are {ratio:.1f} times as long as the English ones"
            yield PackFinding("warning", "seed_tasks.jsonl", fault, "Compare them with what people write.")
