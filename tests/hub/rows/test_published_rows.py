"""Which rows are published, and the pseudonyms of people."""

import stat

import pytest

from distilabel_selfinstruct.errors import (
    ConfigError,
    FolderInUseError,
    InputFileError,
    OutputFileError,
    PublishError,
    RunFolderError,
)
from distilabel_selfinstruct.files import jsonl
from distilabel_selfinstruct.hub.rows.pseudonyms import FILE, pseudonyms, public_ratings
from distilabel_selfinstruct.hub.rows.published_rows import PublishedRows
from distilabel_selfinstruct.hub.rows.source import row_source, run_source
from tests.hub.builders import instance, rating, review, run_folder


def published(folder, *include, **options):
    rows = PublishedRows(run_source(folder), frozenset(include), **options)
    return [row["output"] for row in rows.instances()], [row["instruction"] for row in rows.instructions()]


def test_a_run_that_nobody_reviewed_is_refused_unless_told(run):
    with pytest.raises(PublishError, match=r"Nobody has reviewed this run.*`unreviewed`"):
        PublishedRows(run_source(run))
    outputs, instructions = published(run, unreviewed=True)
    assert (len(outputs), len(instructions)) == (6, 7)


def test_of_a_reviewed_run_kept_instances_only_are_published(reviewed):
    outputs, instructions = published(reviewed)
    rows = list(jsonl.read(reviewed / "instances.jsonl"))
    assert outputs == [row["output"] for row in rows[:2]]
    assert instructions == [row["instruction"] for row in rows[:2]]


def test_unreviewed_does_not_open_a_reviewed_run(reviewed):
    assert len(published(reviewed, unreviewed=True)[0]) == 2


def test_undecided_instances_are_published_when_asked_for(reviewed):
    outputs, instructions = published(reviewed, "undecided")
    assert len(outputs) == 5
    assert len(instructions) == 6, "the one without any instance too; the dropped one not"


def test_dropped_instances_are_published_when_asked_for(reviewed):
    assert len(published(reviewed, "dropped")[0]) == 3
    assert len(published(reviewed, "dropped", "undecided")[0]) == 6


def test_rows_say_what_the_review_decided(reviewed):
    rows = PublishedRows(run_source(reviewed), frozenset(["dropped", "undecided"]))
    decisions = [row["review"] for row in rows.instances()]
    assert decisions == ["kept", "kept", "dropped", "undecided", "undecided", "undecided"]


def test_a_corrected_output_replaces_that_of_the_model(run):
    review(run, ["kept", "kept"], corrections=["By a person."])
    rows = PublishedRows(run_source(run))
    assert next((row["output"], row["corrected"]) for row in rows.instances()) == ("By a person.", True)
    assert rows.num_corrected == 1


def test_a_review_that_kept_nothing_leaves_nothing_to_publish(run):
    review(run, ["dropped", "undecided"])
    with pytest.raises(PublishError, match=r"no instance to publish \(1 dropped, 5 undecided\)"):
        PublishedRows(run_source(run))


def test_what_was_never_reviewed_cannot_be_included(run):
    with pytest.raises(ConfigError, match="so no instance is undecided: omit `include`"):
        PublishedRows(run_source(run), frozenset(["undecided"]), unreviewed=True)


@pytest.mark.parametrize("status", ["started", "stopped", "failed"])
def test_an_unfinished_run_is_refused_unless_told(tmp_path, status):
    folder = run_folder(tmp_path / "run", status=status)
    with pytest.raises(PublishError, match="`unfinished`"):
        run_source(folder)
    assert run_source(folder, unfinished=True).config is not None


def test_a_run_that_still_works_is_refused(run):
    from distilabel_selfinstruct.files import run_layout
    from distilabel_selfinstruct.files.locks import lock

    with lock(run / run_layout.LOCK), pytest.raises(FolderInUseError, match="is still working"):
        run_source(run, unfinished=True)


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(RunFolderError, match=r"holds no run: run\.json is missing"):
        run_source(tmp_path)


def test_a_damaged_decision_is_named_by_its_line(run):
    review(run, ["kept"])
    with (run / "review" / "decisions.jsonl").open("a") as stream:
        stream.write('{"record": "x", "verdict": "perhaps"}\n')
    with pytest.raises(InputFileError, match=r"decisions\.jsonl, line 2"):
        run_source(run)


def test_rows_of_any_origin_can_be_published():
    rows = PublishedRows(row_source([instance("sort"), instance("rank")]), unreviewed=True)
    assert [row["instruction"] for row in rows.instructions()] == list(rows.num_instances)


def test_raters_keep_their_names_for_good_and_numbers_follow_no_order(tmp_path):
    first = pseudonyms(tmp_path, ["anna", "ben"])
    later = pseudonyms(tmp_path, ["aaron", "anna", "carl"])
    assert {name: later[name] for name in first} == first
    assert sorted(later.values()) == ["rater-1", "rater-2", "rater-3", "rater-4"]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_the_order_of_raters_differs_from_run_to_run(tmp_path):
    names = [f"r{number}" for number in range(10)]
    orders = set()
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        given = pseudonyms(folder, names)
        orders.add(tuple(given[name] for name in names))
    assert len(orders) > 1


def test_a_damaged_file_of_names_is_an_error_that_says_so(tmp_path):
    (tmp_path / FILE).write_text("{")
    with pytest.raises(RunFolderError, match="is damaged: repair it, or remove it") as caught:
        pseudonyms(tmp_path, ["anna"])
    assert caught.value.path == str(tmp_path / FILE)


def test_a_file_of_names_that_cannot_be_written_is_an_error_with_its_path(tmp_path):
    with pytest.raises(OutputFileError, match="Cannot write to") as caught:
        pseudonyms(tmp_path / "no folder", ["anna"])
    assert caught.value.path == str(tmp_path / "no folder" / FILE)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"rule": 5}', '{"rule": {"accept": "few"}}', '{"rule": {"x": 1}}']
)
def test_a_rule_that_cannot_be_read_is_unknown(reviewed, content):
    (reviewed / "review" / "pull.json").write_text(content)
    assert run_source(reviewed).rule is None


def test_names_of_raters_leave_comments_but_not_other_words():
    row = instance()
    [row_for_anyone] = public_ratings(
        [rating(row, "ann", "comment", "ANN, annual plan; see Ann.")],
        {"ann": "rater-1"},
        {rating(row, "ann", "comment", "").record},
    )
    assert row_for_anyone["value"] == "rater-1, annual plan; see rater-1."


@pytest.mark.parametrize("name", ["@anna", "anna!", "+49 170", "(ben)", "a.b+", "_ann_", "안나"])
@pytest.mark.parametrize("comment", ["{}", "see {}, he knows", "({}).", "{} {}", "x {}"])
def test_names_that_begin_or_end_with_a_symbol_leave_comments_too(name, comment):
    row = instance()
    [row_for_anyone] = public_ratings(
        [rating(row, name, "comment", comment.format(name, name))],
        {name: "rater-1"},
        {rating(row, name, "comment", "").record},
    )
    assert row_for_anyone["value"] == comment.format("rater-1", "rater-1")
