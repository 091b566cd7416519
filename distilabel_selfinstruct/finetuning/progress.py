"""How far a training is, and how the loss went."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _MARGIN = 640, 360, 48
_MOST_POINTS = 500


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """A step of the optimizer: its number of so many, and the mean loss of its batch, in nats for each token."""

    step: int
    num_steps: int
    loss: float


def loss_curve(steps: Sequence[TrainingProgress], title: str) -> str:
    """The losses by step, as an SVG picture. Of very many steps, means of neighbors are drawn."""
    points = _thinned(steps)
    last = max((step for step, _ in points), default=1) or 1
    top = max((loss for _, loss in points), default=1.0) or 1.0
    path = " ".join(f"{_x(step / last):.1f},{_y(loss / top):.1f}" for step, loss in points)
    labels = (
        (_WIDTH / 2, 24, "middle", title),
        (_WIDTH / 2, _HEIGHT - 10, "middle", "steps"),
        (_MARGIN, _HEIGHT - 26, "middle", "0"),
        (_WIDTH - _MARGIN, _HEIGHT - 26, "middle", f"{last:,.0f}"),
        (_MARGIN - 6, _MARGIN + 4, "end", f"{top:.2f}"),
        (_MARGIN - 6, _HEIGHT - _MARGIN, "end", "0"),
    )
    texts = "".join(
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>' for x, y, anchor, text in labels
    )
    axes = f"M{_MARGIN},{_MARGIN} V{_HEIGHT - _MARGIN} H{_WIDTH - _MARGIN}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/><path d="{axes}" fill="none" stroke="#888"/>'
        f'<polyline points="{path}" fill="none" stroke="#1f77b4" stroke-width="2"/>{texts}</svg>\n'
    )


def _thinned(steps: Sequence[TrainingProgress]) -> list[tuple[float, float]]:
    size = -(-len(steps) // _MOST_POINTS) or 1
    parts = [steps[start : start + size] for start in range(0, len(steps), size)]
    return [
        (sum(step.step for step in part) / len(part), sum(step.loss for step in part) / len(part)) for part in parts
    ]


def _x(share: float) -> float:
    return _MARGIN + share * (_WIDTH - 2 * _MARGIN)


def _y(share: float) -> float:
    return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)
