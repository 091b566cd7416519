"""Argilla's filters, orders and text queries as SQL expressions on a record.

They have the same meaning as upstream, where Elasticsearch answers them:

- A filter on metadata, a suggestion or a response holds if one of its values is wanted, or is in the range.
- A filter on responses that names a user looks only at that user's responses. "pending" means that there is none.
- An order by a response uses the average over the responses. Labels have no average, so the first or the last of them
  counts. Records without a value come last.
"""

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from argilla_server.enums import RecordStatus, ResponseStatus, SuggestionType
from argilla_server.models import Question, Record, Response, Suggestion
from argilla_server.search_engine.base import (
    AndFilter,
    MetadataFilterScope,
    RangeFilter,
    RecordFilterScope,
    ResponseFilterScope,
    SuggestionFilterScope,
    TextQuery,
)
from sqlalchemy import Float, String, and_, case, false, func, literal, not_, or_, select, true, type_coerce

from .database import RELEVANCE
from .json_values import Values, answers_under, values_of, values_under
from .query_syntax import parse, required_words

PENDING = "pending"


def _moment(text: str) -> datetime:
    """A time as the database holds it: in UTC, without a zone."""
    moment = datetime.fromisoformat(text.removesuffix("Z") + "+00:00" if text.endswith("Z") else text)
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


_RECORD_COLUMNS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "id": (Record.id, UUID),
    "external_id": (Record.external_id, str),
    "status": (Record.status, RecordStatus),
    "inserted_at": (Record.inserted_at, _moment),
    "updated_at": (Record.updated_at, _moment),
}


def condition(wanted: Any) -> Any:
    """A filter as an SQL condition on a record."""
    if isinstance(wanted, AndFilter):
        return and_(true(), *map(condition, wanted.filters))
    scope = wanted.scope
    if isinstance(scope, RecordFilterScope):
        column, convert = _RECORD_COLUMNS[scope.property]
        return _column_condition(column, wanted, convert)
    if isinstance(scope, MetadataFilterScope):
        return _value_condition(values_under(Record.metadata_, scope.metadata_property), wanted)
    if isinstance(scope, SuggestionFilterScope):
        suggestions = _suggestions(scope.question)
        if scope.property == "agent":
            return _any(suggestions.where(_column_condition(Suggestion.agent, wanted, str)))
        if scope.property == "type":
            return _any(suggestions.where(_column_condition(Suggestion.type, wanted, SuggestionType)))
        return _value_condition(values_of(suggestions, _suggestion_column(scope)), wanted)
    if isinstance(scope, ResponseFilterScope) and scope.question:
        return _value_condition(answers_under(Response.values, scope.question, _responses(scope)), wanted)
    if isinstance(scope, ResponseFilterScope) and scope.property == "status":
        has_status = _any(_responses(scope).where(_column_condition(Response.status, wanted, ResponseStatus)))
        return or_(has_status, not_(_any(_responses(scope)))) if PENDING in wanted.values else has_status
    raise ValueError(f"Cannot filter on {scope}")


def sort_key(order: Any) -> Any:
    """The sort key of a record: an SQL expression that is null if the record has no value."""
    scope, pick = order.scope, (func.min if order.order == "asc" else func.max)
    if isinstance(scope, RecordFilterScope):
        return _RECORD_COLUMNS[scope.property][0]
    if isinstance(scope, MetadataFilterScope):
        values = values_under(Record.metadata_, scope.metadata_property)
        return values.pick(pick(values.value)).scalar_subquery()
    if isinstance(scope, SuggestionFilterScope):
        if scope.property in ("agent", "type"):
            column = getattr(Suggestion, scope.property)
            return _suggestions(scope.question).add_columns(pick(column)).scalar_subquery()
        values = values_of(_suggestions(scope.question), _suggestion_column(scope))
        return values.pick(pick(values.value)).scalar_subquery()
    if not scope.question:
        return _responses(scope).add_columns(pick(getattr(Response, scope.property))).scalar_subquery()
    values = answers_under(Response.values, scope.question, _responses(scope))
    average = func.avg(values.value)
    key = case((func.max(values.kind) == "text", pick(values.value)), else_=average)
    return values.pick(key).scalar_subquery()


def relevance(dataset: Any, query: Any) -> Any:
    """How well a record answers a text query; 0 if it does not match. Without a query it is 1 for every record."""
    if query is None:
        return literal(1.0)
    query = TextQuery(q=query) if isinstance(query, str) else query
    names = [query.field] if query.field else [field.name for field in dataset.fields if not field.is_image]
    fields = type_coerce(Record.fields, String)
    # LIKE on the JSON text is fast and excludes most records; Python looks at the words of the others.
    sieve = and_(true(), *(fields.contains(word) for word in required_words(parse(query.q))))
    score = getattr(func, RELEVANCE)(fields, query.q, json.dumps(names), type_=Float)
    return case((sieve, score), else_=0.0)


def _suggestions(question: str) -> Any:
    rows = select().select_from(Suggestion).join(Question, Question.id == Suggestion.question_id)
    return rows.where(Suggestion.record_id == Record.id, Question.name == question)


def _suggestion_column(scope: Any) -> Any:
    return Suggestion.score if scope.property == "score" else Suggestion.value


def _responses(scope: Any) -> Any:
    rows = select().select_from(Response).where(Response.record_id == Record.id)
    return rows.where(Response.user_id == scope.user.id) if scope.user else rows


def _any(rows: Any) -> Any:
    return rows.add_columns(literal(1)).exists()


def _column_condition(column: Any, wanted: Any, convert: Callable[[str], Any]) -> Any:
    """A filter on an ordinary column. A value that the column cannot hold matches nothing."""
    if isinstance(wanted, RangeFilter):
        bounds = []
        for bound, compare in ((wanted.ge, column.__ge__), (wanted.le, column.__le__)):
            if bound is not None:
                value = _converted(bound, convert)
                bounds.append(false() if value is None else compare(value))
        return and_(true(), *bounds)
    values = (_converted(value, convert) for value in wanted.values)
    return column.in_([value for value in values if value is not None])


def _converted(value: Any, convert: Callable[[str], Any]) -> Any:
    try:
        return convert(value)
    except (ValueError, TypeError):
        return None


def _value_condition(values: Values, wanted: Any) -> Any:
    """A filter on JSON values. Numbers are compared as numbers, whether they come as numbers or as text."""
    value, kind = values.value, values.kind
    if isinstance(wanted, RangeFilter):
        bounds = []
        for bound, compare in ((wanted.ge, value.__ge__), (wanted.le, value.__le__)):
            if bound is not None:
                number = _converted(bound, float)
                bounds.append(kind.in_(("text",) if number is None else ("integer", "real")))
                bounds.append(compare(str(bound) if number is None else number))
        return values.exists(and_(true(), *bounds))
    numbers = [number for number in (_converted(value, float) for value in wanted.values) if number is not None]
    return values.exists(
        or_(and_(kind == "text", value.in_(wanted.values)), and_(kind.in_(("integer", "real")), value.in_(numbers)))
    )
