"""A search engine for argilla-server that queries the server's own database instead of Elasticsearch.

There is no index: the server writes to its database before it tells the search engine. So the methods that index have
nothing to do, and the search can never be out of date.
"""

import asyncio
from typing import Any

from argilla_server.database import AsyncSessionLocal
from argilla_server.enums import MetadataPropertyType, SimilarityOrder
from argilla_server.models import Record, Response, Vector
from argilla_server.search_engine.base import (
    FloatMetadataMetrics,
    IntegerMetadataMetrics,
    SearchEngine,
    SearchResponseItem,
    SearchResponses,
    TermsMetrics,
)
from sqlalchemy import String, func, literal_column, select, type_coerce

from .conditions import condition, relevance, sort_key
from .database import SHUFFLE
from .json_values import values_under
from .similarity import similarities

NAME = "embedded"


def register() -> None:
    """Register the engine with the server, under its name."""
    SearchEngine.register(NAME)(DatabaseSearchEngine)


async def _nothing_to_do(*_: Any, **__: Any) -> None:
    """The database is the index, and the server has already written to it."""


class DatabaseSearchEngine(SearchEngine):
    """Answers the server's searches. See `conditions` for the meaning of filters and orders."""

    create_index = delete_index = configure_metadata_property = configure_index_vectors = _nothing_to_do
    index_records = delete_records = partial_record_update = _nothing_to_do
    update_record_response = delete_record_response = _nothing_to_do
    update_record_suggestion = delete_record_suggestion = _nothing_to_do
    close = _nothing_to_do

    @classmethod
    async def new_instance(cls) -> "DatabaseSearchEngine":
        """An engine, which has no state."""
        return cls()

    async def ping(self) -> bool:
        """Whether the database answers."""
        return bool(await _rows(select(1)))

    async def info(self) -> dict[str, Any]:
        """The data that the server shows about its search engine."""
        return {"name": NAME, "version": {"number": "1"}, "tagline": "reads the database of the server"}

    async def get_dataset_progress(self, dataset: Any) -> dict[str, int]:
        """The number of records, and of records with each status."""
        counts = select(Record.status, func.count()).where(Record.dataset_id == dataset.id).group_by(Record.status)
        return await _progress(dataset, counts)

    async def get_dataset_user_progress(self, dataset: Any, user: Any) -> dict[str, int]:
        """The number of responses of a user, and of responses with each status."""
        counts = (
            select(Response.status, func.count())
            .join(Record, Record.id == Response.record_id)
            .where(Record.dataset_id == dataset.id, Response.user_id == user.id)
            .group_by(Response.status)
        )
        return await _progress(dataset, counts)

    async def search(
        self,
        dataset: Any,
        query: Any = None,
        filter: Any = None,
        sort: Any = None,
        offset: int = 0,
        limit: int = 100,
        user_id: Any = None,
    ) -> SearchResponses:
        """A page of the records that match a text query and a filter, and the number of all that match.

        They come in the wanted order. Without one, the best answer to the query comes first. Without a query, each user
        gets an order of their own, so that raters do not all begin with the same records. Without a user, records come
        in the order in which they were added.
        """
        orders = list(sort or ())
        keys = [sort_key(order).label(f"key_{number}") for number, order in enumerate(orders)]
        candidates = select(
            Record.id,
            Record.inserted_at,
            literal_column("records.rowid").label("row"),
            relevance(dataset, query).label("score"),
            *keys,
        ).where(Record.dataset_id == dataset.id)
        if filter is not None:
            candidates = candidates.where(condition(filter))
        # Materialized, so that each record is matched once and not at each use of its score.
        found = candidates.cte("found").prefix_with("MATERIALIZED")
        if orders:
            columns = [found.c[key.name] for key in keys]
            order_by = [
                getattr(column, order.order)().nulls_last() for column, order in zip(columns, orders, strict=True)
            ]
        elif query is not None:
            order_by = [found.c.score.desc()]
        elif user_id is not None:
            order_by = [getattr(func, SHUFFLE)(type_coerce(found.c.id, String), str(user_id))]
        else:
            order_by = []
        matching = found.c.score > 0
        page = (
            select(found.c.id, found.c.score, func.count().over())
            .where(matching)
            .order_by(*order_by, found.c.inserted_at, found.c.row)
            .offset(offset)
            .limit(limit)
        )
        rows = await _rows(page)
        # A page behind the last one, or with limit 0, has no row from which to read the total.
        total = rows[0][2] if rows else (await _rows(select(func.count()).select_from(found).where(matching)))[0][0]
        items = [SearchResponseItem(record_id=record, score=score) for record, score, _ in rows]
        return SearchResponses(items=items, total=total)

    async def similarity_search(
        self,
        dataset: Any,
        vector_settings: Any,
        value: Any = None,
        record: Any = None,
        query: Any = None,
        filter: Any = None,
        max_results: int = 100,
        order: Any = SimilarityOrder.most_similar,
        threshold: float | None = None,
    ) -> SearchResponses:
        """The records nearest to a vector, or nearest to another record.

        Raises:
            ValueError: there is no vector to compare with, or both a vector and a record are given.
        """
        if bool(value) == bool(record):
            raise ValueError("A similarity search needs either a vector or a record.")
        wanted = value or record.vector_value_by_vector_settings(vector_settings)
        if not wanted:
            raise ValueError("The record has no vector of this name.")
        statement = (
            select(Record.id, type_coerce(Vector.value, String))
            .join(Vector, Vector.record_id == Record.id)
            .where(Record.dataset_id == dataset.id, Vector.vector_settings_id == vector_settings.id)
            .order_by(Record.inserted_at, literal_column("records.rowid"))
        )
        if record is not None:
            statement = statement.where(Record.id != record.id)
        if query is not None:
            statement = statement.where(relevance(dataset, query) > 0)
        if filter is not None:
            statement = statement.where(condition(filter))
        rows = await _rows(statement)
        inverse = order == SimilarityOrder.least_similar
        scores = await asyncio.to_thread(similarities, [vector for _, vector in rows], wanted, inverse=inverse)
        best = sorted(range(len(rows)), key=lambda index: -scores[index])[:max_results]
        items = [
            SearchResponseItem(record_id=rows[index][0], score=scores[index])
            for index in best
            if threshold is None or scores[index] >= threshold
        ]
        return SearchResponses(items=items, total=len(items))

    async def compute_metrics_for(self, metadata_property: Any) -> Any:
        """The values of a metadata property: each term with its count, or the lowest and the highest number."""
        records = select().select_from(Record).where(Record.dataset_id == metadata_property.dataset_id)
        values = values_under(Record.metadata_, metadata_property.name, records)
        if metadata_property.type == MetadataPropertyType.terms:
            count = func.count()
            counted = values.pick(values.value, count).where(values.kind != "null").group_by(values.value)
            rows = await _rows(counted.order_by(count.desc(), values.value))
            terms = [TermsMetrics.TermCount(term=str(term), count=count) for term, count in rows]
            return TermsMetrics(total=sum(term.count for term in terms), values=terms)
        [(low, high)] = await _rows(values.pick(func.min(values.value), func.max(values.value)))
        is_integer = metadata_property.type == MetadataPropertyType.integer
        return (IntegerMetadataMetrics if is_integer else FloatMetadataMetrics)(min=low, max=high)


async def _rows(statement: Any) -> Any:
    async with AsyncSessionLocal() as session:
        return (await session.execute(statement)).all()


async def _progress(dataset: Any, counts: Any) -> dict[str, int]:
    if dataset.is_draft:
        return {}
    rows = await _rows(counts)
    return {"total": sum(count for _, count in rows), **{status.value: count for status, count in rows}}
