"""Recorded fine-tuning rows of the reference, explained by our templates.

`python -m tests.parity.test_finetuning_rows` prints the share that is explained, run by run.
A row is explained if strict mode can make exactly it, prompt and completion, of an instance or a seed of its run.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.formatting import END_OF_TEXT, FormatOptions, format_rows
from distilabel_selfinstruct.formatting.examples import Example, read_example, seed_rows
from distilabel_selfinstruct.formatting.input_texts import input_variants
from distilabel_selfinstruct.formatting.templates import Template, templates_for, templates_of
from distilabel_selfinstruct.records import Rejection
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from tests.parity.report import VARIABLE

Row = dict[str, Any]
FOLDER = os.environ.get(VARIABLE, "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason=f"{VARIABLE} does not name a folder of recordings"),
]


@dataclass(frozen=True)
class RecordedRows:
    """What a run trained on, and the instances and seeds that it had."""

    name: str
    rows: list[Row]
    instances: list[Row]
    paper_seeds: list[Row]
    own_seeds: list[Row]

    @property
    def sources(self) -> list[Row]:
        return self.instances + self.paper_seeds + self.own_seeds


WITH_INPUT, WITHOUT_INPUT = templates_of("en")


def recorded_rows(folder: str) -> list[RecordedRows]:
    """The runs that have fine-tuning rows.

    Two runs had seeds of their own. Of these only the instructions are recorded; their rows show that the instances
    had neither input nor output.
    """
    paper_seeds = list(seed_rows(load_seed_tasks(Path(folder) / "self_instruct" / "seed_tasks_175.jsonl")))
    found = []
    for file in sorted((Path(folder) / "recorded_runs").glob("*/recorded_finetuning_data.jsonl")):
        seeds = json.loads((file.parent / "stage1_replay.seeds.json").read_text(encoding="utf-8"))
        known = {row["instruction"] for row in paper_seeds}
        found.append(
            RecordedRows(
                name=file.parent.name,
                rows=_read(file),
                instances=_read(file.parent / "recorded_all_generated_instances.jsonl"),
                paper_seeds=paper_seeds,
                own_seeds=[{"instruction": seed, "output": ""} for seed in seeds if seed not in known],
            )
        )
    return found


def explanations(sources: Iterable[Row], mode: Any = "strict") -> dict[tuple[str, str], tuple[Example, str, Template]]:
    """Every row that can be made of the sources, with the example, the form of its input and the template."""
    found = {}
    for row in sources:
        example = read_example(row, as_reference=True)
        assert not isinstance(example, Rejection)
        for given in input_variants(example.input, mode):
            for template in templates_for(given):
                pair = template.fill(example.instruction, given), template.answer(example.output) + END_OF_TEXT
                found.setdefault(pair, (example, given, template))
    return found


def unexplained(run: RecordedRows, sources: Iterable[Row]) -> list[Row]:
    known = explanations(sources)
    return [row for row in run.rows if (row["prompt"], row["completion"]) not in known]


def _read(path: Path) -> list[Row]:
    return list(jsonl.read(path))


RUNS = recorded_rows(FOLDER) if FOLDER else []
EACH_RUN = pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)


@EACH_RUN
def test_every_recorded_row_is_one_that_strict_mode_can_make(run: RecordedRows) -> None:
    assert unexplained(run, run.sources) == []


@EACH_RUN
def test_runs_with_the_papers_seeds_need_no_others(run: RecordedRows) -> None:
    # "leadawon" marks the two runs about dialogues, which had seeds of their own.
    if "leadawon" not in run.name:
        assert unexplained(run, run.instances + run.paper_seeds) == []


def test_every_template_was_used() -> None:
    used = {explanations(run.sources)[row["prompt"], row["completion"]][2].prompt for run in RUNS for row in run.rows}
    assert used == {template.prompt for template in (*WITH_INPUT, *WITHOUT_INPUT)}


@EACH_RUN
def test_strict_mode_makes_as_many_rows_of_the_instances_as_were_recorded(run: RecordedRows) -> None:
    known = explanations(run.sources)
    instances = {read_example(row) for row in run.instances}
    recorded = sum(known[row["prompt"], row["completion"]][0] in instances for row in run.rows)
    made = format_rows(run.instances, FormatOptions(mode="strict"))
    assert len(made.train) == recorded


@EACH_RUN
def test_what_strict_mode_makes_is_explained_by_the_same_templates(run: RecordedRows) -> None:
    known = explanations(run.sources)
    made = format_rows(run.sources, FormatOptions(mode="strict"))
    assert all((row["prompt"], row["completion"]) in known for row in made.train)


@EACH_RUN
def test_default_mode_keeps_all_of_an_input_but_a_label_at_its_start(run: RecordedRows) -> None:
    for row in run.sources:
        text = (row.get("input") or "").strip()
        _, without = input_variants(text)
        assert text.endswith(without)
        assert "\n" not in text.removesuffix(without).strip()
        assert len(text.removesuffix(without).split()) <= 2


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    """Print the explained share of each run, and what strict mode costs an input."""
    if not FOLDER:
        raise SystemExit(f"Set {VARIABLE} to the folder that holds recorded_runs/.")
    write(f"{'run':24}{'rows':>6}{'explained':>11}{'of them':>10}{'paper':>8}{'own':>6}{'empty':>7}\n")
    write(f"{'':24}{'':>6}{'':>11}{'instances':>10}{'seeds':>8}{'seeds':>6}{'output':>7}\n")
    uses: Counter[str] = Counter()
    for run in RUNS:
        _write_run(run, uses, write)
    write("\nrows per template\n")
    for template in (*WITH_INPUT, *WITHOUT_INPUT):
        write(f"{uses[template.prompt]:>6}  {template.prompt!r}\n")
    _write_inputs(write)


def _write_run(run: RecordedRows, uses: Counter[str], write: Callable[[str], object]) -> None:
    known = explanations(run.sources)
    kinds = [{read_example(row, as_reference=True) for row in part} for part in (run.instances, run.paper_seeds)]
    counts: Counter[str] = Counter()
    for row in run.rows:
        if (row["prompt"], row["completion"]) not in known:
            write(f"    not explained: {row!r:.200}\n")
            continue
        example, _, template = known[row["prompt"], row["completion"]]
        uses[template.prompt] += 1
        counts["all"] += 1
        counts["instances" if example in kinds[0] else "paper" if example in kinds[1] else "own"] += 1
        counts["empty"] += not example.output
    share = counts["all"] / len(run.rows)
    cells = f"{len(run.rows):>6}{share:>11.1%}{counts['instances']:>10}{counts['paper']:>8}{counts['own']:>6}"
    write(f"{run.name:24}{cells}{counts['empty']:>7}\n")


def _write_inputs(write: Callable[[str], object]) -> None:
    """Of the different inputs that strict mode may shorten, how many lose more than a label."""
    rows = [row for run in RUNS for row in run.sources]
    for file in sorted((Path(FOLDER) / "recorded_runs").glob("*/recorded_all_generated_instances.jsonl")):
        rows += _read(file)
    inputs = {(row.get("input") or "").strip() for row in rows} - {""}
    counts: Counter[str] = Counter()
    for text in inputs:
        flat = text.replace("\n\n", "\n")
        cut = input_variants(text, "strict")[1] != flat
        counts["cut"] += cut
        counts["harmed"] += cut and input_variants(text)[1] == text
        counts["joined"] += flat != text
        counts["label"] += input_variants(text)[1] != text
    write(f"\n{len(inputs):,} different inputs. strict: {counts['cut']} may be cut, {counts['harmed']} of them where ")
    write(f"default mode sees no label; {counts['joined']} may lose paragraphs.\n")
    write(f"default: {counts['label']} may lose a label.\n")


if __name__ == "__main__":
    main()
