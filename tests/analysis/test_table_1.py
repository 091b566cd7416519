from distilabel_selfinstruct.analysis import PAPER, statistics


def test_table_1_counts_tasks_instances_and_mean_lengths_in_words():
    tasks = [
        {"instruction": "one two three", "is_classification": True},
        {"instruction": "one two three four five", "is_classification": False},
    ]
    examples = [
        {"input": "", "output": "a b"},
        {"input": "x y z", "output": "a b c d"},
        {"input": "x", "output": "a b c"},
    ]
    found = statistics(tasks, examples)
    assert (found.instructions, found.classification_instructions, found.non_classification_instructions) == (
        2,
        1,
        1,
    )
    assert (found.instances, found.instances_with_empty_input) == (3, 1)
    assert (found.instruction_length, found.input_length, found.output_length) == (4.0, 2.0, 3.0)


def test_an_empty_dataset_has_lengths_of_zero():
    assert statistics([], []).output_length == 0.0


def test_the_papers_own_figures_add_up():
    assert PAPER.classification_instructions + PAPER.non_classification_instructions == PAPER.instructions


def test_lengths_in_scripts_without_spaces_are_counted_too():
    assert statistics([], [{"input": "", "output": "天气很好"}]).output_length == 2.0


def test_instructions_whose_classification_failed_are_told_from_those_that_were_not_asked():
    tasks = [{"instruction": f"Sort {name}.", "is_classification": None} for name in "abc"]
    failed = [
        {"stage": "classification", "reason": "failed_request", "instruction": "Sort a."},
        {"stage": "classification", "reason": "unreadable", "instruction": "Sort b."},
        {"stage": "instance_generation", "reason": "failed_request", "instruction": "Sort c."},
    ]
    found = statistics(tasks, [], failed)
    assert (found.unasked_instructions, found.unclassified_instructions) == (2, 1)
