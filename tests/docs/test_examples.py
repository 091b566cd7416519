"""Every code block of the README and of docs/ runs, or says what it needs; `NEEDS` lists those."""

import json
import os
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from tests import processes
from tests.docs.blocks import PAGES, ROOT, Block, Command, blocks_of, name_of

LOCALES = ROOT / "distilabel_selfinstruct" / "locales"
FIRST_RUN = ("run", "--num-instructions", "20", "--output", "runs/first")
READERS = {"run", "report", "export", "show", "rejections", "publish", "models"}
"""Commands whose output no later command of a page reads."""

NEEDS: Counter[tuple[str, str]] = Counter(
    {
        ("README.ko.md", "checkout"): 1,
        ("README.ko.md", "network"): 1,
        ("README.ko.md", "server"): 1,
        ("README.md", "checkout"): 1,
        ("README.md", "network"): 1,
        ("README.md", "server"): 1,
        ("docs/cost.md", "key"): 2,
        ("docs/datadesigner.md", "datadesigner"): 1,
        ("docs/datadesigner.md", "network"): 1,
        ("docs/export.md", "key"): 1,
        ("docs/finetune.md", "model"): 3,
        ("docs/ko/quickstart.md", "key"): 2,
        ("docs/ko/quickstart.md", "network"): 1,
        ("docs/ko/quickstart.md", "server"): 1,
        ("docs/languages.md", "key"): 1,
        ("docs/models.md", "key"): 1,
        ("docs/models.md", "model"): 1,
        ("docs/models.md", "network"): 1,
        ("docs/novelty_at_scale.md", "server"): 1,
        ("docs/publish.md", "hub"): 1,
        ("docs/quickstart.md", "key"): 1,
        ("docs/quickstart.md", "network"): 2,
        ("docs/ray.md", "cluster"): 1,
        ("docs/ray.md", "server"): 1,
        ("docs/resume.md", "key"): 1,
        ("docs/review.md", "server"): 3,
        ("docs/seeds.md", "key"): 1,
    }
)
"""The blocks that need a key, a server, a model, a cluster, the network, the Hub or Data Designer, by page.

Their commands are checked against `--help`, and those that know `--dry-run` are run with it.
"""

LANGUAGES = {"console", "python", "yaml", "json"}
BLOCKS = {name_of(page): blocks_of(page) for page in PAGES}
WITH_BLOCKS = [name for name, blocks in BLOCKS.items() if blocks]


class Once:
    """What takes seconds and stands on several pages is done once; the others get what it printed and its folder."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._printed: dict[tuple[str, ...], str] = {}

    def run(self, words: tuple[str, ...], folder: Path) -> str:
        """What `selfinstruct run` prints; its output folder is in `folder` afterwards."""
        output = words[words.index("--output") + 1]
        kept = self._kept / str(len(self._printed) if words not in self._printed else [*self._printed].index(words))
        if words not in self._printed:
            self._printed[words] = call(["-m", "distilabel_selfinstruct", *words], folder)
            shutil.copytree(folder / output, kept)
        elif not (folder / output).exists():
            shutil.copytree(kept, folder / output)
        return self._printed[words]

    def look(self, words: tuple[str, ...], place: str) -> str:
        """What another command prints. Of those in `READERS` nothing is needed afterwards."""
        if words not in self._printed:
            result = CliRunner().invoke(app, words, env={"COLUMNS": "300"})
            assert result.exit_code == 0, f"{place}: {result.output} {result.exception!r}"
            if words[0] not in READERS:
                return str(result.output)
            self._printed[words] = str(result.output)
        return self._printed[words]

    def python(self, code: str, folder: Path) -> None:
        """Run a Python example."""
        if (code,) not in self._printed:
            (folder / "example.py").write_text(code, encoding="utf-8")
            self._printed[code,] = call(["example.py"], folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    return Once(tmp_path_factory.mktemp("once"))


@pytest.fixture
def folder(once: Once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user: the first run, and the files that the pages name."""
    assert "20 instructions were wanted and admitted." in once.run(FIRST_RUN, tmp_path)
    question = {"question": "Name a river in Austria.", "answer": "The Danube.", "reply": "The Danube."}
    texts = {
        "my_seeds.jsonl": (LOCALES / "en" / "seed_tasks.jsonl").read_text(encoding="utf-8"),
        "ko_seeds.jsonl": (LOCALES / "ko" / "seed_tasks.jsonl").read_text(encoding="utf-8"),
        "evaluation_set.jsonl": json.dumps({"instruction": "Name the longest river in Peru.", "prompt": "Sing."}),
        "responses.jsonl": json.dumps(
            {"id": "r1", "text": " Name five rivers in Europe.\n10. Draw a map of Europe.", "finish_reason": "stop"}
        ),
        "mine.csv": "question,answer\nName a river in Austria.,The Danube.\n",
        "answers.csv": "question;reply.text\nName a river in Austria.;The Danube.\n",
        "dolly.jsonl": json.dumps(
            {"instruction": question["question"], "context": "", "response": "The Danube.", "category": "open_qa"}
        ),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    pq.write_table(pa.table({"prompt": ["Name a river.", "Name the river."]}), tmp_path / "rows.parquet")
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def call(arguments: list[str], folder: Path) -> str:
    """What a Python process of its own prints, which must end well."""
    done = processes.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=180, cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return f"{done.stdout}{done.stderr}"


def help_of(words: tuple[str, ...]) -> str:
    """The help of the command in these words, however many of them name it."""
    command = [word for word in words if re.fullmatch(r"[a-z]+", word)]
    for size in (2, 1):
        result = CliRunner().invoke(app, [*command[:size], "--help"], env={"COLUMNS": "300"})
        if result.exit_code == 0 and (size == 1 or f" {' '.join(command[:2])} " in result.stdout):
            return str(result.stdout)
    raise AssertionError(f"There is no command {' '.join(words)}.")


def check(command: Command, block: Block) -> None:
    """Check a command of a block that needs something: its name, its options, and what it says with `--dry-run`."""
    words = command.words
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), words
    elif words[0] == "selfinstruct":
        known = help_of(words[1:])
        for option in (word for word in words if re.fullmatch(r"--?[a-z-]+", word)):
            assert f"{option} " in known, f"{block.page}, line {block.line}: {option}"
        if "--dry-run" in known and block.needs == "key" and "--preview" not in words:
            result = CliRunner().invoke(app, [*words[1:], "--dry-run"])
            assert result.exit_code == 0, f"{block.page}, line {block.line}: {result.output}"
    else:
        assert words[0] in {"export", "pip", "python3", "ray", "source", "uv", "uvx", "vllm", "git"}, words


def run(command: Command, block: Block, folder: Path, once: Once) -> None:
    """Run a command, and compare what it prints with what the block shows."""
    place = f"{block.page}, line {block.line}"
    assert command.words[0] == "selfinstruct", f"{place}: say what the block needs"
    words = command.words[1:]
    is_run = words[0] == "run" and "--dry-run" not in words
    printed = once.run(words, folder) if is_run else once.look(words, place)
    for line in command.shown:
        assert line.strip() in printed, f"{place}: {line}"


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_all_code_of_a_page_runs(page: str, folder: Path, once: Once) -> None:
    if any("copy my_seeds.jsonl" in block.code for block in BLOCKS[page]):
        (folder / "my_seeds.jsonl").unlink()
    for block in BLOCKS[page]:
        if block.title:
            (folder / block.title).write_text(block.code, encoding="utf-8")
        if block.language == "console":
            for command in block.commands:
                if block.needs:
                    check(command, block)
                else:
                    run(command, block, folder, once)
        elif block.language == "python" and block.needs != "datadesigner":  # `tests/datadesigner` runs it
            once.python(block.code, folder)
        elif block.language in {"yaml", "json"}:
            assert isinstance(yaml.safe_load(block.code), dict), f"{page}, line {block.line}"


def test_what_needs_more_than_a_test_run_has_is_listed() -> None:
    needs = Counter((block.page, block.needs) for blocks in BLOCKS.values() for block in blocks if block.needs)
    assert needs == NEEDS


def test_every_block_is_in_a_language_that_is_run() -> None:
    unknown = [block for blocks in BLOCKS.values() for block in blocks if block.language not in LANGUAGES]
    assert unknown == []


def test_a_python_example_has_about_fifteen_lines() -> None:
    for block in (block for blocks in BLOCKS.values() for block in blocks if block.language == "python"):
        assert len([line for line in block.code.splitlines() if line]) <= 15, block
