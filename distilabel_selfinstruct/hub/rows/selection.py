"""Which rows of a run are published: those that people kept, unless the user says otherwise."""

from collections import Counter
from collections.abc import Collection, Iterator

from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.hub.rows.redaction import public_model
from distilabel_selfinstruct.hub.rows.source import Row, Source
from distilabel_selfinstruct.ratings.decision_file import StoredDecision, with_decisions
from distilabel_selfinstruct.ratings.decisions import DecisionStatus


class Selection:
    """The rows of a source that are published.

    Args:
        source: the rows and the review.
        include: decisions whose instances are published beside the kept ones: `undecided`, `dropped`.
        unreviewed: publish a run that nobody reviewed.

    Attributes:
        verdicts: how many instances of the source have each decision.
        num_instances: how many instances are published for each instruction.
        num_corrected: how many of these have an output that a rater wrote.
        records: the identities of the published instances.
        models: the names of the models that wrote them, the most frequent first.

    Raises:
        PublishError: nobody reviewed the run and `unreviewed` is not set, or nothing is left to publish.
    """

    def __init__(self, source: Source, include: Collection[DecisionStatus] = (), *, unreviewed: bool = False) -> None:
        if source.decisions is None and not unreviewed:
            raise PublishError(
                "Nobody has reviewed this run. Let people rate it (selfinstruct review push, then selfinstruct review "
                "pull), or publish it with --unreviewed: its card will say so."
            )
        if source.decisions is None and include:
            raise PublishError(
                f"There was no review, so no instance is {' or '.join(sorted(include))}: leave --include."
            )
        self._source = source
        self._published = {DecisionStatus.KEPT, DecisionStatus.UNREVIEWED, *include}
        self.include = include
        self.reviewed = source.decisions is not None
        self.verdicts: Counter[DecisionStatus] = Counter()
        self.num_instances: Counter[str] = Counter()
        self.num_corrected = 0
        self.records: set[str] = set()
        self._decided: set[str] = set()
        models: Counter[str] = Counter()
        for row, record, decision in self._with_decisions():
            self.verdicts[decision.status] += 1
            self._decided.add(row["instruction"])
            if decision.status in self._published:
                self.records.add(record)
                self.num_instances[row["instruction"]] += 1
                self.num_corrected += decision.corrected
                models[str(row.get("model_name") or "")] += 1
        self.models = tuple(dict.fromkeys(public_model(name) for name, _ in models.most_common() if name))
        if not self.records:
            counts = ", ".join(f"{number} {verdict}" for verdict, number in self.verdicts.items()) or "it has none"
            raise PublishError(
                f"There is no instance to publish ({counts}): rate some, or add others with --include undecided."
            )

    @property
    def total(self) -> int:
        """How many instances are published."""
        return sum(self.num_instances.values())

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
