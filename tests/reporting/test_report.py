"""What a report says about runs and other rows."""

import json
import subprocess
import sys

import pytest

from distilabel_selfinstruct.errors import InputFileError, RunFolderError
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.languages import texts_of
from distilabel_selfinstruct.reporting import build_report, source_of_rows, tables, to_html
from distilabel_selfinstruct.reporting.sections import sections
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks
from tests import processes
from tests.builders import seed_row
from tests.reporting.run_folders import completion, instance, rejection, task, write_review, write_run

pytestmark = pytest.mark.slow  # figures are drawn

POEM, SORT = "Write a poem about rain.", "Sort the message into spam or not spam."
TASKS = [task(POEM, 0), task(SORT, 1, is_classification=True)]
INSTANCES = [
    instance(POEM, "Drops fall down."),
    instance(SORT, "spam", "Buy now!", is_classification=True),
    instance(SORT, "not spam", "See you at six.", is_classification=True),
]


@pytest.fixture
def run(tmp_path):
    return write_run(
        tmp_path / "run",
        TASKS,
        INSTANCES,
        [rejection("near_duplicate", 0), rejection("too_short", 1), rejection("empty_output", 1, "instance_filtering")],
        [completion("instruction_generation"), completion("instruction_generation", error="timeout", text=None)],
    )


def test_table_1_is_that_of_the_rows(run):
    found = build_report(run).table_1
    assert (found.instructions, found.classification_instructions, found.instances) == (2, 1, 3)
    assert (found.instances_with_empty_input, found.instruction_length) == (1, 6.5)


def test_a_run_has_every_part_but_the_review(run):
    assert set(build_report(run).left_out) == {"review"}


def test_figure_4_compares_with_the_seed_tasks_and_not_with_the_pool(tmp_path):
    seed = load_seed_tasks()[0].instruction
    same = "Qq ww ee rr tt."
    folder = write_run(tmp_path / "run", [task(seed), task(same), task(same + " yy")], [])
    found = build_report(folder).seed_similarity
    assert found.longest == 1.0
    assert found.counts[-1] == 1
    assert found.counts[0] == 2


def test_changed_seed_tasks_are_not_compared_with(tmp_path):
    folder = write_run(tmp_path / "run", TASKS, INSTANCES, description={"inputs": {"seed_tasks": "other"}})
    report = build_report(folder)
    assert report.seed_similarity is None
    assert "the packaged ones) have changed since" in str(report.left_out["seed_similarity"])


def test_seed_tasks_can_be_named(tmp_path):
    seeds, rows = tmp_path / "seeds.jsonl", tmp_path / "rows.jsonl"
    jsonl.write(seeds, [seed_row(instruction=POEM)])
    jsonl.write(rows, INSTANCES)
    assert build_report(rows, seed_tasks=seeds).seed_similarity.longest == 1.0


def test_a_seed_file_that_is_gone_leaves_out_one_figure(tmp_path):
    folder = write_run(tmp_path / "run", TASKS, INSTANCES, seed_tasks=str(tmp_path / "gone.jsonl"))
    assert "gone.jsonl) cannot be read" in str(build_report(folder).left_out["seed_similarity"])


def test_rejections_and_acceptance_come_from_the_run(run):
    report = build_report(run)
    assert [(rule.reason, rule.count) for rule in report.rejections] == [
        ("near_duplicate", 1),
        ("too_short", 1),
        ("empty_output", 1),
    ]
    assert [(period.admitted, period.rejected) for period in report.acceptance] == [(1, 1), (1, 1)]


def test_tokens_failures_and_cost_are_added_up(tmp_path):
    folder = write_run(
        tmp_path / "run",
        TASKS,
        INSTANCES,
        completions=[completion("classification"), completion("classification", error="x", retries=3, input_tokens=90)],
        llm="openai:m",
        prices={"m": {"input": 1_000, "output": 10_000}},
    )
    usage = build_report(folder).usage
    assert (usage.total.requests, usage.total.failed, usage.total.retries) == (2, 1, 3)
    assert (usage.total.input_tokens, usage.total.output_tokens, usage.total.seconds) == (100, 10, 2.0)
    assert usage.cost == pytest.approx(0.2)


def test_a_journal_line_that_is_being_written_is_counted_as_unreadable(run):
    with (run / "state" / "step" / "completions.jsonl").open("a") as stream:
        stream.write('{"key": "k", "sta')
    assert build_report(run).usage.unreadable == 1


def test_a_near_duplicate_counts_at_each_threshold_that_it_exceeds():
    first = "one two three four five six seven eight nine ten eleven twelve"
    rows = [{"instruction": first}, {"instruction": first.replace("ten eleven twelve", "and so on")}]
    found = build_report(source_of_rows(rows)).near_duplicates
    assert dict(zip(found.thresholds, found.dropped, strict=True)) == {0.5: 1, 0.6: 1, 0.7: 1, 0.8: 0, 0.9: 0}
    assert found.examples[0].rouge_l == pytest.approx(0.75)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_any_file_with_the_three_columns_can_be_described(tmp_path, suffix):
    path = tmp_path / f"rows.{suffix}"
    if suffix == "csv":
        path.write_text('instruction,input,output\nWrite a poem.,,"Rain, rain"\nName a sea.,now,North Sea\n')
    else:
        jsonl.write(path, [{"instruction": "Write a poem.", "output": "Rain"}, instance("Name a sea.", "x", "now")])
    report = build_report(path)
    assert (report.name, report.table_1.instructions, report.table_1.instances) == (path.name, 2, 2)
    assert report.table_1.instances_with_empty_input == 1
    assert set(report.left_out) == {"seed_similarity", "class_balance", "rejections", "acceptance", "usage", "review"}


def test_unknown_task_types_are_called_unknown():
    rows = [{"instruction": "Write a poem.", "output": "Rain"}]
    assert tables(build_report(source_of_rows(rows)), texts_of("en"))["table_1"].rows[1][1] == "unknown"


def test_task_types_in_the_rows_are_used():
    report = build_report(source_of_rows(INSTANCES))
    assert report.table_1.classification_instructions == 1
    assert report.class_balance.labels == 2


def test_rows_without_outputs_are_instructions():
    report = build_report(source_of_rows([{"instruction": "Write a poem."}]))
    assert (report.has_instances, report.table_1.instructions, report.table_1.instances) == (False, 1, 0)
    assert "instructions but no outputs" in to_html(report)


def test_a_dataset_that_datasets_saved_can_be_described(tmp_path):
    from datasets import Dataset

    Dataset.from_list(INSTANCES).save_to_disk(str(tmp_path / "saved"))
    assert build_report(tmp_path / "saved").table_1.instances == 3


def test_words_of_scripts_without_spaces_are_counted_by_characters():
    report = build_report(source_of_rows([{"instruction": "写一首关于雨的诗", "output": "雨"}]))
    assert report.table_1.instruction_length == 4


def test_verbs_and_nouns_of_another_language_are_left_out():
    report = build_report(source_of_rows([{"instruction": "写一首关于雨的诗", "output": "雨"}]))
    assert report.verb_nouns is None
    assert "are not found in the language of the instructions, zh" in str(report.left_out["verb_noun"])


def test_languages_are_identified():
    rows = [{"instruction": text} for text in ("Write a short poem about the rain.", "写一首关于雨的诗。", "12")]
    assert dict(build_report(source_of_rows(rows)).languages.counts) == {"en": 1, "none": 1, "zh": 1}


def test_a_full_folder_of_temporary_files_is_one_sentence():
    script = (
        "import resource, signal\n"
        "from distilabel_selfinstruct.errors import OutputFileError\n"
        "from distilabel_selfinstruct.reporting.languages import identify_languages\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))\n"
        "try:\n"
        "    identify_languages(['Explain why the sky is blue.'])\n"
        "except OutputFileError as error:\n"
        "    print(error)\n"
    )
    done = processes.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert "File too large. Make room there, or set TMPDIR to another folder." in done.stdout


def test_without_the_library_languages_are_told_by_script():
    code = (
        "import sys; sys.modules['py3langid'] = None\n"
        "from distilabel_selfinstruct.reporting.languages import identify_languages as identify\n"
        "found = identify(['Write a poem.', 'Name a sea.', '写一首诗。'])\n"
        "assert (found.by, found.counts) == ('script', (('LATIN', 2), ('CJK', 1))), found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_of_very_many_instructions_some_are_identified():
    from distilabel_selfinstruct.reporting.languages import MAX_IDENTIFIED, identify_languages

    found = identify_languages(["12"] * (MAX_IDENTIFIED + 1))
    assert found.identified == MAX_IDENTIFIED // 2 + 1


def test_a_review_is_counted_beside_table_2_with_the_agreement_of_its_raters(run):
    write_review(run, INSTANCES, {"anna": ["yes", "yes", "no"], "ben": ["yes", "no", "no"]})
    report = build_report(run)
    assert (report.review.records, report.review.raters) == (3, 2)
    assert tables(report, texts_of("en"))["table_2"].rows[0][1:] == ("1 of 3", "33%", "92%")
    assert tables(report, texts_of("en"))["agreement"].rows[0][:3] == ("Is the instruction a task?", "3", "67%")


def test_no_rater_is_named(run):
    write_review(run, INSTANCES, {"anna.k": ["yes", "yes", "no"], "benjamin": ["yes", "no", "no"]})
    report = build_report(run)
    for text in (json.dumps(report.to_json()), to_html(report)):
        assert "anna.k" not in text
        assert "benjamin" not in text


def test_the_keys_for_programs_are_stable(run):
    write_review(run, INSTANCES, {"anna": ["yes", "yes", "no"], "ben": ["yes", "no", "no"]})
    found = json.loads(json.dumps(build_report(run, parser="rules").to_json()))
    assert found["format"] == "selfinstruct-report/1"
    assert list(found) == [
        "format", "name", "run", "table_1", "verb_noun", "seed_similarity", "lengths", "near_duplicates",
        "class_balance", "languages", "review", "rejections", "acceptance", "usage", "faults", "left_out",
    ]  # fmt: skip
    assert set(found["run"]) == {
        "llm", "language", "mode", "num_instructions", "max_rouge_l", "random_seed", "status", "stop_reason",
        "problems", "versions",
    }  # fmt: skip
    assert set(found["table_1"]) == {"this", "paper", "has_task_types"}
    assert {"parser", "parsed", "share_parsed", "share_covered", "sectors", "paper"} <= set(found["verb_noun"])
    assert set(found["lengths"]) == {"instruction", "input", "output"}
    assert set(found["lengths"]["output"]) == {"edges", "counts", "beyond", "total", "mean", "median", "longest"}
    assert set(found["review"]) == {"records", "raters", "table_2", "overall", "agreement"}
    assert found["review"]["table_2"]["this"]["valid_task"] == {"yes": 1, "rated": 3}
    assert found["review"]["agreement"][0]["pairs"][0]["percent"]["num_items"] == 3
    assert set(found["usage"]) == {"stages", "cost", "unreadable", "total"}
    assert found["verb_noun"]["sectors"][0] == {"verb": "sort", "count": 1, "nouns": [["message", 1]]}


@pytest.mark.parametrize(
    ("instructions", "instances", "rejections"),
    [
        ([], [], []),
        ([task(POEM)], [], []),
        ([task(POEM)], [instance(POEM)], [rejection("too_long")]),
        ([], [], [rejection("too_long", number) for number in range(3)]),
        ([task("?")], [instance("?", "")], []),
    ],
    ids=["empty", "one instruction", "one of each", "rejections only", "no word at all"],
)
def test_a_run_with_little_in_it_can_be_described(tmp_path, instructions, instances, rejections):
    report = build_report(write_run(tmp_path / "run", instructions, instances, rejections))
    page = to_html(report)
    assert "The dataset" in page
    assert "nan" not in json.dumps(report.to_json()).lower().replace("instances", "")


def test_a_run_that_stopped_says_so(tmp_path):
    description = {"status": "stopped", "stop_reason": "max_requests (3) was reached."}
    page = to_html(build_report(write_run(tmp_path / "run", TASKS, INSTANCES, description=description)))
    assert "The run stopped early: max_requests (3) was reached." in page


def test_a_folder_that_is_neither_run_nor_dataset_is_refused(tmp_path):
    with pytest.raises(InputFileError, match=r"holds neither a run \(run.json is missing\) nor a dataset"):
        build_report(tmp_path)


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputFileError, match=r"nowhere\.jsonl"):
        build_report(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"config": {"nonsense": 1}}', '{"config": 3}'])
def test_a_damaged_description_is_refused(run, content):
    (run / "run.json").write_text(content)
    with pytest.raises(RunFolderError, match=r"run\.json (is damaged|was written by another version, or is damaged)"):
        build_report(run)


def test_a_run_without_rows_yet_is_refused_with_how_to_resume_it(run):
    (run / "instances.jsonl").unlink()
    with pytest.raises(
        RunFolderError, match=r"instances\.jsonl is missing: restore it, or give the command that made the run again"
    ):
        build_report(run)


@pytest.mark.parametrize(
    ("line", "message"),
    [("{oops", "line 2: the line is not JSON"), ('{"instruction": 3}', "row 2: 'instruction' is 3 and must be a text")],
)
def test_damaged_rows_of_a_run_are_named(run, line, message):
    path = run / "instructions.jsonl"
    path.write_text(path.read_text().splitlines()[0] + "\n" + line + "\n")
    with pytest.raises(InputFileError, match=message):
        build_report(run)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"aim": "x"}, r"has no column 'instruction' \(there is aim\): name the one that holds it with `columns`"),
        ({"instruction": "x", "output": ["y", "z"]}, r"row 1 has under 'output' what is \['y', 'z'\], not a text"),
    ],
)
def test_rows_without_an_instruction_are_refused(row, message):
    with pytest.raises(InputFileError, match=message):
        source_of_rows([row])


def test_tasks_that_a_file_calls_no_classification_are_none(tmp_path):
    texts = ["No", " No", "false", "0", "Yes", "TRUE", "1", "no."]
    rows = [{"instruction": f"Task {n}.", "output": "x", "is_classification": text} for n, text in enumerate(texts)]
    jsonl.write(tmp_path / "rows.jsonl", rows)
    assert build_report(tmp_path / "rows.jsonl", parser="rules").table_1.classification_instructions == 3


def test_one_verb_with_one_noun_is_no_figure_and_is_counted_in_the_singular():
    report = build_report(source_of_rows([{"instruction": "Write a poem.", "output": "x"}]))
    assert "verb_noun" not in report.plots()
    assert "1 different verb and 1 different pair. The one verb, with" in to_html(report)


def test_tokens_that_nobody_counted_are_a_dash(tmp_path):
    uncounted = {**completion("classification"), "input_tokens": None, "output_tokens": None}
    folder = write_run(tmp_path / "run", TASKS, INSTANCES, [], [uncounted])
    assert {row[4:6] for row in tables(build_report(folder), texts_of("en"))["usage"].rows} == {("–", "–")}


def test_advice_stands_apart_from_what_a_card_repeats():
    report = build_report(source_of_rows([{"instruction": "Write a poem.", "output": "x"}]), parser="rules")
    found = {section.name: section for section in sections(report, texts_of("en"))}["verb_noun"]
    assert found.advice == ("Install spaCy with an English model (the extra spacy) to use a parser instead.",)
    assert not any("Install" in paragraph for paragraph in found.paragraphs)
