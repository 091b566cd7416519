"""The longest files of tests come first, and nothing else is moved."""

from types import SimpleNamespace
from typing import Any

from tests import order


def test_each_of_the_longest_files_exists_and_is_named_once() -> None:
    assert [name for name in order.LONGEST_FIRST if not (order.TESTS / name).is_file()] == []
    assert len(set(order.LONGEST_FIRST)) == len(order.LONGEST_FIRST)


def test_files_that_go_together_stand_together_and_have_one_scope() -> None:
    for files in (order.TORCH, order.BROWSER, order.RAY):
        first = order.LONGEST_FIRST.index(files[0])
        assert order.LONGEST_FIRST[first : first + len(files)] == files
        assert {order.scope_of(f"tests/{name}::test_it[a::b]") for name in files} == {files[0]}
    assert order.scope_of("tests/test_order.py::test_it") == "tests/test_order.py"


def test_long_files_move_to_the_front_and_the_order_is_kept_within_files_and_among_the_others() -> None:
    first, second = order.LONGEST_FIRST[:2]
    names = ["b.py", second, second, "a.py", first, "a.py"]
    items: list[Any] = [SimpleNamespace(path=order.TESTS / name, number=number) for number, name in enumerate(names)]
    order.pytest_collection_modifyitems(items)
    assert [item.number for item in items] == [4, 1, 2, 0, 3, 5]
