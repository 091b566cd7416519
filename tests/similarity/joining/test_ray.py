"""On Ray the filter decides as in one process, and what goes wrong there is a sentence."""

import json
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from distilabel_selfinstruct.cli.app import app
from distilabel_selfinstruct.errors import ConfigError, MissingExtraError, ServerError
from distilabel_selfinstruct.exporting import filter_dataset
from distilabel_selfinstruct.ray_cluster import LOCAL, connected
from distilabel_selfinstruct.similarity import FilteredText, batch, filter_texts
from distilabel_selfinstruct.similarity.joining import ahead, ray_search
from distilabel_selfinstruct.similarity.joining.ray_search import RaySearch

INSTALLED = find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not INSTALLED and "CI" not in os.environ, reason="the extra ray is not installed")

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with connected(LOCAL, print, num_cpus=2):
        yield


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray is used from the hundredth kept text on, for blocks of 300 texts in parts of 100."""
    monkeypatch.setattr(batch, "BLOCK", 60)
    monkeypatch.setattr(batch, "FIRST_BLOCK", 30)
    monkeypatch.setattr(batch, "RENUMBER_AT", (40, 100))
    monkeypatch.setattr(ahead, "MIN_LARGE", 300)
    monkeypatch.setattr(ahead, "MAX_LARGE", 300)
    monkeypatch.setattr(ray_search, "MIN_PART", 100)


def texts_with_near_duplicates(count: int) -> list[str]:
    random = Random(3)
    texts: list[list[str]] = []
    for _ in range(count):
        words = list(random.choice(texts)) if texts and random.random() < 0.6 else ["w"] * 9
        for _ in range(random.choice([1, 2, 9])):
            words[random.randrange(9)] = f"w{random.randrange(300)}"
        texts.append(words)
    return [" ".join(words) for words in texts]


@needs_ray
@pytest.mark.usefixtures("cluster", "small_blocks")
@pytest.mark.parametrize("against", [0, 250])
def test_every_decision_is_that_of_one_process(against: int) -> None:
    texts = texts_with_near_duplicates(2000 + against)
    known, texts = texts[:against], texts[against:]
    here: list[FilteredText] = list(filter_texts(texts, against=known, engine="numpy"))
    assert list(filter_texts(texts, against=known, engine="numpy", ray=True)) == here
    assert 300 < sum(text.kept for text in here) < 1700


@needs_ray
@pytest.mark.usefixtures("cluster", "small_blocks")
def test_the_command_writes_the_same_files(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    rows = [{"instruction": text, "id": number} for number, text in enumerate(texts_with_near_duplicates(1000))]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    here = filter_dataset(source, tmp_path / "here")
    result = CliRunner().invoke(app, ["filter", str(source), "--ray", "--workers", "2", "-o", str(tmp_path / "there")])
    assert result.exit_code == 0, result.output
    for path in (here.kept, here.rejected):
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes()


@needs_ray
@pytest.mark.usefixtures("cluster")
def test_a_search_that_fails_is_one_sentence() -> None:
    import ray

    @ray.remote(max_retries=0)
    def killed() -> None:
        os.abort()

    with pytest.raises(ServerError, match=r"^A search on Ray failed \(.*\): run the same command again\.$"):
        list(RaySearch(0.7, "numpy").finish([killed.remote()]))


@needs_ray
def test_a_process_without_a_cluster_is_told_to_connect() -> None:
    import ray

    if ray.is_initialized():
        ray.shutdown()
    with pytest.raises(ConfigError, match=r"ray\.init"):
        filter_texts([], ray=True)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"\[ray\]"):
        filter_texts([], ray=True)
