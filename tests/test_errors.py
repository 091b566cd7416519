import pickle

import pytest

from distilabel_selfinstruct import errors

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SelfInstructError)
]
ARGUMENTS = {
    "MissingColumnError": ("There is no column", "name it"),
    "MissingExtraError": ("Plots", "analysis"),
    "MissingKeyError": ("openai", "OPENAI_API_KEY"),
}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_arrives_whole_from_another_process(kind):
    error = kind(*ARGUMENTS.get(kind.__name__, ("What happened.",)))
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (kind, str(error), vars(error))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_tree_at_the_top_of_the_module_shows_every_class_under_its_parent(kind):
    lines = (errors.__doc__ or "").split("\n")
    row = next(line for line in lines if f" {kind.__name__} " in f" {line} ")
    depth = (len(row) - len(row.lstrip("│├└─ "))) // 4
    assert depth == len(kind.__mro__) - len(errors.SelfInstructError.__mro__)


@pytest.mark.parametrize(
    ("manager", "kind", "said"),
    [
        (errors.reading("rows.jsonl"), errors.InputFileError, "Cannot read rows.jsonl: Is a directory."),
        (
            errors.writing("rows.jsonl", "Make room."),
            errors.OutputFileError,
            "Cannot write to rows.jsonl: Is a directory. Make room.",
        ),
    ],
)
def test_a_fault_of_the_file_system_is_one_sentence_with_the_path(manager, kind, said):
    with pytest.raises(kind) as raised, manager:
        raise IsADirectoryError(21, "Is a directory")
    assert (str(raised.value), raised.value.path) == (said, "rows.jsonl")
