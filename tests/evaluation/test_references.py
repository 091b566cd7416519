"""Answers against references: the scores of published and recorded evaluations come out.

The recordings are third-party data and no part of this repository: `SELFINSTRUCT_RECORDINGS` names their folder.
"""

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from distilabel_selfinstruct.evaluation import Cut, Measures, Track, evaluate, exact_match, measure_of
from distilabel_selfinstruct.files import jsonl
from tests import processes

VARIABLE = "SELFINSTRUCT_RECORDINGS"
RECORDINGS = Path(os.environ.get(VARIABLE, ""))

needs_recordings = pytest.mark.skipif(
    not os.environ.get(VARIABLE), reason=f"{VARIABLE} does not name a folder of recordings"
)


def rouge_l_scorer(track=Track.DEFAULT):
    measure = measure_of(track)
    return lambda answer, references: measure(answer, references).rouge_l / 100


def expected(name):
    return json.loads((RECORDINGS / "rouge" / f"{name}.expected.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@needs_recordings
def test_the_recorded_scores_of_eight_models_come_out_to_the_digits_given():
    rouge_l = rouge_l_scorer()
    by_model = defaultdict(list)
    for row in jsonl.read(RECORDINGS / "rouge" / "human_eval_8x252.jsonl"):
        by_model[row["model"]].append(rouge_l(row["prediction"], [row["reference"]]))
        assert by_model[row["model"]][-1] == pytest.approx(row["rougeL_f_stem"], abs=1e-15)
    (means,) = expected("human_eval_8x252").values()
    assert {model: round(100 * fmean(scores), 4) for model, scores in by_model.items()} == means


@pytest.mark.slow
@needs_recordings
def test_the_longest_of_the_published_predictions_have_their_scores_with_every_cut(tmp_path):
    scores = json.loads((RECORDINGS / "superni" / "human_eval_cuts.json").read_text(encoding="utf-8"))
    rows = [row for row in jsonl.read(RECORDINGS / "rouge" / "human_eval_8x252.jsonl") if row["model"] == "davinci"]
    answers = [
        {"id": row["id"], "instruction": row["id"], "output": row["prediction"], "references": [row["reference"]]}
        for row in rows
    ]
    jsonl.write(tmp_path / "davinci.jsonl", answers)
    names = {
        Cut.FIRST_SENTENCE: "first_sentence_tk",
        Cut.FIRST_LINE: "first_line",
        Cut.FIRST_PARAGRAPH: "first_paragraph",
        Cut.BEFORE_ECHO: "cut_at_echo",
        Cut.WORDS_128: "first_128_words",
    }
    for cut, name in names.items():  # the other seven files agree too; they take minutes
        (found,) = evaluate(tmp_path / "davinci.jsonl", cut=cut, track=Track.DEFAULT).files
        assert round(found.metrics.overall.rouge_l, 2) == scores["davinci"][name]


@pytest.mark.slow
@needs_recordings
def test_the_published_score_of_rouge_1_5_5_lies_beside_ours():
    rouge_l = rouge_l_scorer()
    rows = list(jsonl.read(RECORDINGS / "rouge" / "rouge155_large.jsonl"))
    mean = fmean(rouge_l(row["prediction"], [row["target"]]) for row in rows)
    figures = expected("rouge155_large")
    assert mean == pytest.approx(figures["recomputed_mean_rougeL_stem_F"], abs=1e-15)
    low, middle, high = figures["published_ROUGE-1.5.5 (google-research rouge tests, low/mid/high)"]["rougeL_stem_F"]
    # Theirs is the median of a bootstrap, ours the mean itself.
    assert low < mean < high
    assert mean == pytest.approx(middle, abs=2e-4)


@needs_recordings
@pytest.mark.parametrize(
    ("model", "rouge_l"),
    [
        ("davinci-self-instruct", 28.1317),
        ("text-davinci-003", 33.6378),
    ],
)
@pytest.mark.slow
def test_files_of_the_paper_are_scored_as_they_are(model, rouge_l):
    folder = RECORDINGS / "self_instruct"
    result = evaluate(
        folder / "predictions" / f"{model}.jsonl", folder / "user_oriented_instructions_252.jsonl", column="response"
    )
    (scores,) = result.files
    assert scores.skipped == result.skipped == ()
    assert (scores.metrics.num_tasks, scores.num_unanswered, scores.num_unknown) == (252, 0, 0)
    assert round(scores.metrics.overall.rouge_l, 4) == rouge_l


def test_the_best_of_several_references_counts():
    assert rouge_l_scorer()("red green", ["blue", "red green", "red"]) == 1.0
    assert rouge_l_scorer()("red", ["blue", "red green"]) == pytest.approx(2 / 3)


def test_each_measure_takes_its_own_best_reference():
    measures = measure_of(Track.DEFAULT)("a b c d", ["d c b a", "a b x y z"])
    assert (measures.exact_match, measures.rouge1, round(measures.rouge_l, 4)) == (0.0, 100.0, 44.4444)


def test_an_empty_answer_matches_a_reference_of_punctuation_only():
    assert measure_of(Track.DEFAULT)("", ["?"]) == Measures(100.0, 0.0, 0.0)


def test_words_are_compared_by_their_stems():
    assert rouge_l_scorer()("The models answered", ["the model answers"]) == 1.0


def test_scripts_that_the_package_does_not_see_need_the_unicode_track():
    assert rouge_l_scorer()("红色", ["红色"]) == 0.0
    assert rouge_l_scorer(Track.UNICODE)("红色", ["红色"]) == 1.0


@pytest.mark.parametrize("answer", ["red, green", " Red green.", "RED\n green", '"red" green!'])
def test_case_punctuation_and_whitespace_do_not_count_in_an_exact_match(answer):
    assert exact_match(answer, ["blue", "Red, green"])


@pytest.mark.parametrize("answer", ["", "red", "green red", "red green blue"])
def test_everything_else_counts_in_an_exact_match(answer):
    assert not exact_match(answer, ["Red green"])


def command(*arguments):
    return processes.run(
        [sys.executable, "-m", "distilabel_selfinstruct", "evaluate", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_command_prints_a_line_per_file_and_what_is_missing(tmp_path):
    rows = [{"instruction": f"Say {number}.", "output": str(number)} for number in range(4)]
    jsonl.write(tmp_path / "refs.jsonl", rows)
    jsonl.write(tmp_path / "good.jsonl", rows)
    jsonl.write(tmp_path / "half.jsonl", [{**row, "output": "no"} for row in rows[:2]])
    done = command(tmp_path / "good.jsonl", tmp_path / "half.jsonl", "--references", tmp_path / "refs.jsonl")
    assert done.returncode == 0, done.stderr
    assert f"{tmp_path / 'half.jsonl'}: JSON Lines, read as Alpaca rows (instruction, output)." in done.stderr
    assert "Track: default, because nearly all letters are ASCII" in done.stderr
    lines = [" ".join(line.replace("│", " ").split()) for line in done.stdout.splitlines()]
    assert "good 4 100.00 100.00 to 100.00 100.00 100.00" in lines
    assert "half 4 0.00 0.00 to 0.00 0.00 0.00" in lines
    assert f"{tmp_path / 'half.jsonl'} has no answer to 2 tasks; they count as 0." in lines


def test_files_that_share_no_task_are_a_mistake_in_one_sentence(tmp_path):
    jsonl.write(tmp_path / "refs.jsonl", [{"instruction": "One.", "output": "x"}])
    jsonl.write(tmp_path / "other.jsonl", [{"instruction": "Two.", "output": "x"}])
    done = command(tmp_path / "other.jsonl", "--references", tmp_path / "refs.jsonl")
    assert done.returncode == 1
    assert "answers none of the tasks of" in done.stderr.splitlines()[-1]
