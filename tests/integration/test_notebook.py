"""A run inside a Jupyter kernel, where an event loop runs already and signals belong to the kernel."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.local_openai_server import KEY, LocalOpenAIServer
from tests.running.cli_runs import ROOT, Model

CELLS = (
    """
import distilabel_selfinstruct as si
seen = []
config = si.RunConfig(llm="openai:small", base_url={url!r}, num_instructions=8)
""",
    "result = si.run(config, {folder!r}, on_progress=seen.append)",
    "print(result.status.value, len(result.tasks), result.statistics.instructions, len(seen) > 0)",
    "again = si.run(config, {folder!r})\nprint(again.tasks == result.tasks)",
    """
try:
    si.run(config.model_copy(update=dict(random_seed=1)), {folder!r})
except si.RunFolderError as error:
    print(error.path)
""",
)


@pytest.mark.process
def test_a_run_works_in_a_notebook_and_can_be_given_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    folder = str(tmp_path / "run")
    with LocalOpenAIServer(Model()) as server:
        sources = [cell.format(folder=folder, url=server.url) for cell in CELLS]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = [printed_by(cell) for cell in notebook.cells]
    assert [text.strip() for text in printed] == ["", "", "finished 8 8 True", "True", folder]


@pytest.mark.process
def test_the_notebook_of_the_documentation_prints_what_it_shows(tmp_path: Path) -> None:
    path = ROOT / "docs" / "first_dataset.ipynb"
    shown, notebook = nbformat.read(path, as_version=4), nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(tmp_path)}}).execute()
    if os.environ.get("UPDATE_GOLDEN"):
        for cell, executed in zip(shown.cells, notebook.cells, strict=True):
            if text := printed_by(executed):
                cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        nbformat.write(shown, path)
    assert [printed_by(cell) for cell in notebook.cells] == [printed_by(cell) for cell in shown.cells]
    assert (tmp_path / "runs" / "notebook" / "report.html").is_file()


def printed_by(cell: nbformat.NotebookNode) -> str:
    """What a cell prints, less what goes to standard error."""
    outputs = cell.get("outputs", [])
    return "".join(one.text for one in outputs if one.output_type == "stream" and one.name == "stdout")
