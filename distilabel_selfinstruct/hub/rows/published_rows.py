"""Which rows of a source are published: those that people kept, unless the user says otherwise."""

from collections import Counter
from collections.abc import Collection, Iterator

from distilabel_selfinstruct.errors import ConfigError, PublishError
from distilabel_selfinstruct.hub.rows.redaction import public_model
from distilabel_selfinstruct.hub.rows.source import Source
from distilabel_selfinstruct.ratings.decision_file import StoredDecision, with_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus
from distilabel_selfinstruct.records import Row


class PublishedRows:
    """The rows of a source that are published.

    Args:
        source: the rows and the review.
        include: decisions whose instances are published beside the kept ones: `undecided`, `dropped`.
        unreviewed: publish a source that nobody reviewed.

    Attributes:
        counts: the number of instances of the source by decision.
        num_instances: the number of published instances by instruction.
        num_corrected: the number of published instances with an output that a rater wrote.
        records: the identities of the published instances.
        models: the names of the models that wrote them, the most frequent first.
        output_models: those of the models that rewrote their outputs; empty if none did.

    Raises:
        ConfigError: there was no review, and `include` names decisions.
        PublishError: nobody reviewed the source and `unreviewed` is not set, or nothing is left to publish.
    """

    def __init__(self, source: Source, include: Collection[DecisionStatus] = (), *, unreviewed: bool = False) -> None:
        if source.decisions is None and not unreviewed:
            raise PublishError(
                "Nobody has reviewed this run: let people rate it (selfinstruct review push, then selfinstruct review "
                "pull), or publish it with `unreviewed`, which its card will say."
            )
        if source.decisions is None and include:
            names = " or ".join(sorted(map(str, include)))
            raise ConfigError(f"There was no review, so no instance is {names}: omit `include`.")
        self._source = source
        self._published = {DecisionStatus.KEPT, DecisionStatus.UNREVIEWED, *include}
        self.include = include
        self.reviewed = source.decisions is not None
        self.counts: Counter[DecisionStatus] = Counter()
        self.num_instances: Counter[str] = Counter()
        self.num_corrected = 0
        self.records: set[str] = set()
        self._decided: set[str] = set()
        models: Counter[str] = Counter()
        output_models: Counter[str] = Counter()
        for row, record, decision in self._with_decisions():
            self.counts[decision.status] += 1
            self._decided.add(row["instruction"])
            if decision.status in self._published:
                self.records.add(record)
                self.num_instances[row["instruction"]] += 1
                self.num_corrected += decision.corrected
                models[str(row.get("model_name") or "")] += 1
                output_models[str(row.get("output_model") or "")] += 1
        self.models, self.output_models = map(_names, (models, output_models))
        if not self.records:
            counts = ", ".join(f"{number} {status}" for status, number in self.counts.items()) or "the file has no rows"
            raise PublishError(
                f"There is no instance to publish ({counts}): rate some, or add others with `include=undecided`."
            )

    @property
    def total(self) -> int:
        """The number of published instances."""
        return self.num_instances.total()

    def instances(self) -> Iterator[Row]:
        """The published instances, with the outputs that the review chose."""
        for row, record, decision in self._with_decisions():
            if decision.status in self._published:
                yield {
                    **row,
                    "output": decision.output if decision.corrected else row["output"],
                    "model_name": public_model(str(row.get("model_name") or "")),
                    "record": record,
                    "review": decision.status.value,
                    "corrected": decision.corrected,
                }

    def instructions(self) -> Iterator[Row]:
        """The published instructions: those with a published instance.

        If undecided instances are published too, so are instructions without any decision.
        """
        undecided_too = not self.reviewed or DecisionStatus.UNDECIDED in self.include
        for row in self._source.instructions():
            instruction = row["instruction"]
            number = self.num_instances.get(instruction, 0)
            if number or (undecided_too and instruction not in self._decided):
                model = public_model(str(row.get("model_name") or ""))
                yield {**row, "num_instances": number, "model_name": model}

    def _with_decisions(self) -> Iterator[tuple[Row, str, StoredDecision]]:
        return with_decisions(self._source.instances(), self._source.decisions)


def _names(models: Counter[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(public_model(name) for name, _ in models.most_common() if name))
