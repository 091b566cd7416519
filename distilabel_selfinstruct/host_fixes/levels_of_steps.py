"""The levels of steps, without a matrix.

The host (`pipeline/_dag.py:191`) asks networkx, which inverts the matrix of a graph of any kind, circles included, and
imports SciPy for that: 0.3 seconds of each start for a handful of steps, which have no circles. The levels are the
same: a step without predecessors has 1, another one 1 more than its predecessors have on average.
"""

from __future__ import annotations

from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any

from distilabel_selfinstruct.host_fixes.host_fix import HostFix, replace

FIXES = (
    HostFix(
        "SciPy for the levels of steps",
        "pipeline/_dag.py:191",
        "whoever starts a pipeline waits while SciPy is imported, to order a handful of steps",
        "tests/host_fixes/test_levels_of_steps.py::test_steps_are_ordered_without_scipy",
    ),
)


def apply() -> None:
    """Replace the host's property; called once."""
    from distilabel.pipeline._dag import DAG

    replace(DAG, "trophic_levels", property(levels))


def levels(dag: Any) -> dict[str, float]:
    """The level of each step, by its name, in the order in which the steps were added."""
    predecessors = {step: list(dag.get_step_predecessors(step)) for step in dag.G}
    found: dict[str, Fraction] = {}
    for step in TopologicalSorter(predecessors).static_order():
        before = [found[name] for name in predecessors[step]]
        found[step] = 1 + sum(before, Fraction()) / max(1, len(before))
    return {step: float(found[step]) for step in predecessors}
