"""What is said of exceptions that nobody expected."""

from distilabel_selfinstruct.cli.unexpected import report_of


def test_a_lack_of_memory_is_no_fault_of_the_program() -> None:
    said = report_of(MemoryError())
    assert said.splitlines() == [
        "selfinstruct: There is not enough memory: end other programs, or raise the limit that this one has."
    ]


def test_any_other_exception_is_one() -> None:
    assert report_of(KeyError("odd")).endswith(
        "This is a fault of the program and not yours. Please report it with the lines above."
    )
