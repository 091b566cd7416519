"""SQL for the values at a place of a JSON column: a row per item of a list, one row for anything else."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, true


@dataclass(frozen=True)
class Values:
    """A query whose rows are values; `value` and `kind` (its JSON type) are columns of it."""

    statement: Any
    value: Any
    kind: Any

    def exists(self, condition: Any) -> Any:
        """Whether a value meets a condition: an SQL expression of the enclosing query."""
        return self.statement.add_columns(self.value).where(condition).exists()

    def pick(self, *columns: Any) -> Any:
        """The query, with these columns of it."""
        return self.statement.add_columns(*columns)


def values_of(rows: Any, column: Any) -> Values:
    """The values that a JSON column holds itself, in the rows of a query."""
    each = func.json_each(column).table_valued("value", "type")
    return Values(rows.join(each, true()), each.c.value, each.c.type)


def values_under(column: Any, name: str, rows: Any = None) -> Values:
    """The values under a name of the JSON object in a column, in the rows of a query or the enclosing one's row."""
    entry, statement = _entry(column, name, rows)
    # `json_each` takes a list or an object apart, and refuses a text.
    as_list = case((entry.c.type == "array", entry.c.value), else_=func.json_array(entry.c.value))
    each = func.json_each(as_list).table_valued("value", "type")
    return Values(statement.join(each, true()), each.c.value, each.c.type)


def answers_under(column: Any, question: str, rows: Any) -> Values:
    """The values of the answer to a question: it is an object with a `value`."""
    entry, statement = _entry(column, question, rows)
    each = func.json_each(entry.c.value, "$.value").table_valued("value", "type")
    return Values(statement.join(each, true()), each.c.value, each.c.type)


def _entry(column: Any, name: str, rows: Any) -> tuple[Any, Any]:
    # The name is compared, not put into a JSON path: SQLite does not find every name by its path.
    entry = func.json_each(column).table_valued("key", "value", "type")
    if rows is None:
        return entry, select().select_from(entry).where(entry.c.key == name)
    return entry, rows.join(entry, entry.c.key == name)
