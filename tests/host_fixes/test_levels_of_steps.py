"""Steps have the levels that the host gives them, without SciPy."""

import sys
from types import SimpleNamespace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct.host_fixes.levels_of_steps import levels
from tests import processes


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph:
    graph = nx.DiGraph()
    names = draw(st.permutations([f"step_{number}" for number in range(draw(st.integers(1, 8)))]))
    graph.add_nodes_from(sorted(names))
    for place, name in enumerate(names):
        for before in draw(st.sets(st.sampled_from(names[:place]), max_size=3)) if place else ():
            graph.add_edge(before, name)
    return graph


@given(graphs())
def test_the_levels_are_those_of_the_host(graph: nx.DiGraph) -> None:
    dag = SimpleNamespace(G=graph, get_step_predecessors=graph.predecessors)
    assert levels(dag) == pytest.approx(nx.trophic_levels(graph))


def test_steps_are_ordered_without_scipy() -> None:
    code = (
        "from distilabel_selfinstruct import host_fixes\n"
        "host_fixes.apply()\n"
        "from distilabel.pipeline import Pipeline\n"
        "from distilabel.steps import KeepColumns, LoadDataFromDicts\n"
        "with Pipeline() as pipeline:\n"
        "    LoadDataFromDicts(name='rows', data=[{'a': 1}]) >> KeepColumns(name='kept', columns=['a'])\n"
        "pipeline.dag.validate()\n"
        "import sys\n"
        "print([*pipeline.dag.iter_based_on_trophic_levels()], 'scipy' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = processes.run(command, capture_output=True, text=True, check=True, imported="libraries", timeout=120)
    assert done.stdout.strip() == "[['rows'], ['kept']] False"
