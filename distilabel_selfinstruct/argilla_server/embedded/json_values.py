"""SQL for values in a JSON column: a list gives a row for each item, anything else gives one row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select, true


@dataclass(frozen=True)
class Values:
    """A query whose rows are values. `value` and `kind` (the JSON type of the value) are its columns."""

    statement: Any
    value: Any
    kind: Any

    def exists(self, condition: Any) -> Any:
        """Whether one of the values meets a condition, as an SQL expression in the enclosing query."""
        return self.statement.add_columns(self.value).where(condition).exists()

    def pick(self, *columns: Any) -> Any:
        """The query with these columns."""
        return self.statement.add_columns(*columns)


def values_of(rows: Any, column: Any) -> Values:
    """The values of a whole JSON column, in the rows of a query."""
    each = func.json_each(column).table_valued("value", "type")
    return Values(rows.join(each, true()), each.c.value, each.c.type)


def values_under(column: Any, name: str, rows: Any = None) -> Values:
    """The values under one name of the JSON object in a column, in the rows of a query or of the enclosing query."""
    entry, statement = _entry(column, name, rows)
    # `json_each` splits a list or an object, and refuses a text.
    as_list = case((entry.c.type == "array", entry.c.value), else_=func.json_array(entry.c.value))
    each = func.json_each(as_list).table_valued("value", "type")
    return Values(statement.join(each, true()), each.c.value, each.c.type)


def answers_under(column: Any, question: str, rows: Any) -> Values:
    """The values of the answers to a question. Each answer is an object with a `value`."""
    entry, statement = _entry(column, question, rows)
    each = func.json_each(entry.c.value, "$.value").table_valued("value", "type")
    return Values(statement.join(each, true()), each.c.value, each.c.type)


def _entry(column: Any, name: str, rows: Any) -> tuple[Any, Any]:
    # The name is compared and not used in a JSON path, because SQLite does not find every name by a path.
    entry = func.json_each(column).table_valued("key", "value", "type")
    if rows is None:
        return entry, select().select_from(entry).where(entry.c.key == name)
    return entry, rows.join(entry, entry.c.key == name)
