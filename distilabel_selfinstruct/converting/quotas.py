"""How many rows of each task are taken, so that a sample covers all of them."""

from collections.abc import Mapping

from distilabel_selfinstruct.errors import ConfigError


def quotas(sizes: Mapping[str, int], num_rows: int | None) -> dict[str, int]:
    """The number of rows to take of each task: as equal as the tasks allow, at least one, `num_rows` in all.

    A task with fewer rows than its share gives all of them, and the others share what is left. Of shares that do not
    come out even, the first tasks get one more.

    Args:
        sizes: the number of rows that each task has; tasks without rows are left out.
        num_rows: how many to take; None or more than there are takes all.

    Raises:
        ConfigError: there are more tasks than rows to take.
    """
    left = {name: size for name, size in sizes.items() if size > 0}
    if num_rows is None or num_rows >= sum(left.values()):
        return left
    if num_rows < len(left):
        raise ConfigError(f"`rows` is {num_rows:,} and there are {len(left):,} tasks: give at least so many.")
    taken: dict[str, int] = {}
    rest = num_rows
    for done, (name, size) in enumerate(sorted(left.items(), key=lambda item: item[1])):
        # From the smallest task on: what it cannot give is shared by the larger ones.
        share, extra = divmod(rest, len(left) - done)
        taken[name] = min(size, share + (extra > 0))
        rest -= taken[name]
    return {name: taken[name] for name in left}
