"""`import distilabel_selfinstruct as si`: what it offers, and what it does not do."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import distilabel_selfinstruct as si
from distilabel_selfinstruct import errors, steps

ROOT = Path(__file__).parents[1]
STUB = ROOT / "distilabel_selfinstruct" / "__init__.pyi"
PROMISED = {
    "RunConfig", "run", "RunResult", "report", "export", "publish", "push_for_review", "pull_decisions", "evaluate",
    "NoveltyIndex", "filter_texts", "OpenAICompatibleLLM", "RecordedLLM",
}  # fmt: skip


def in_a_process(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True).stdout


def homes() -> dict[str, str]:
    """The module that each name of the API comes from."""
    found = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.name] = f"distilabel_selfinstruct.{node.module}"
    return found


def test_all_names_what_was_promised_every_step_and_every_error() -> None:
    every_error = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.SelfInstructError)
    }
    assert set(si.__all__) >= PROMISED | set(steps.__all__) | every_error
    assert set(si.__all__) == homes().keys()


@pytest.mark.parametrize("name", si.__all__)
def test_a_name_is_the_object_of_its_home(name: str) -> None:
    assert getattr(si, name) is getattr(import_module(homes()[name]), name)


@pytest.mark.parametrize("name", si.__all__)
def test_no_name_is_hidden_by_a_module_of_the_package(name: str) -> None:
    package = ROOT / "distilabel_selfinstruct"
    assert not (package / name).exists()
    assert not (package / f"{name}.py").exists()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        si.nothing_of_ours  # noqa: B018


def test_a_bare_import_loads_no_host_and_changes_no_warning_filter() -> None:
    code = (
        "import sys, warnings\nbefore = list(warnings.filters)\nimport distilabel_selfinstruct\n"
        "heavy = {'distilabel', 'argilla', 'datasets', 'huggingface_hub', 'pydantic', 'numpy'} & set(sys.modules)\n"
        "print(sorted(heavy), warnings.filters == before)"
    )
    assert in_a_process(code).strip() == "[] True"


def test_status_and_progress_import_neither_distilabel_nor_datasets(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom distilabel_selfinstruct.config import RunConfig\n"
        "from distilabel_selfinstruct.running.folder import RunFolder\n"
        "import distilabel_selfinstruct.running.progress, distilabel_selfinstruct.running.outputs\n"
        f"with RunFolder({str(tmp_path / 'run')!r}).prepared(RunConfig()): pass\n"
        "from distilabel_selfinstruct.cli.app import app\n"
        f"app(['status', {str(tmp_path / 'run')!r}], standalone_mode=False)\n"
        "import json\nprint(json.dumps(sorted({'distilabel', 'datasets', 'argilla'} & set(sys.modules))))"
    )
    assert json.loads(in_a_process(code).strip().splitlines()[-1]) == []


def test_the_novelty_filter_needs_no_host() -> None:
    code = (
        "import sys\nimport distilabel_selfinstruct as si\n"
        "kept = [text.kept for text in si.filter_texts(['Name a river.', 'Name a river.'])]\n"
        "print(kept, 'distilabel' in sys.modules)"
    )
    assert in_a_process(code).strip() == "[True, False] False"
