"""The citation of the paper, which all steps have in common, where the host looks for it: in their docstrings."""

from textwrap import indent
from typing import TypeVar

Class = TypeVar("Class", bound=type)

CITATIONS = """
Citations:
    ```
    @misc{wang2022selfinstruct,
        title={Self-Instruct: Aligning Language Models with Self-Generated Instructions},
        author={Yizhong Wang and others},
        year={2022},
        eprint={2212.10560},
        archivePrefix={arXiv}
    }
    ```
"""


def cites_self_instruct(component: Class) -> Class:
    """Add the section `Citations` to the docstring of a class.

    The host writes it into the card of a dataset. For a docstring with an arXiv reference and without this section it
    would ask a server for the citation.
    """
    if component.__doc__:  # `python -OO` removes docstrings
        lines = component.__doc__.splitlines()[1:]
        # The compiler of Python 3.13 removes the margin that earlier ones keep, and the host's parser counts columns.
        margin = " " * min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        component.__doc__ = f"{component.__doc__.rstrip()}\n{indent(CITATIONS, margin)}{margin}"
    return component
