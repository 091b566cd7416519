"""Which rows of a run are published: those that people kept, unless the user says otherwise."""

from collections import Counter
from collections.abc import Collection, Iterator

from distilabel_selfinstruct.errors import PublishError
from distilabel_selfinstruct.hub.rows.redaction import public_model
from distilabel_selfinstruct.hub.rows.source import Row, Source
from distilabel_selfinstruct.ratings.decision_file import Include, Ruling, ruled


class Selection:
    """The rows of a source that are published.

    Args:
        source: the rows and the review.
        include: verdicts whose instances are published beside the kept ones: `undecided`, `dropped`.
        unreviewed: publish a run that nobody reviewed.

    Attributes:
        verdicts: how many instances of the source have each verdict.
        num_instances: how many instances are published for each instruction.
        num_corrected: how many of these have an output that a rater wrote.
        records: the identities of the published instances.
        models: the names of the models that wrote them, the most frequent first.

    Raises:
        PublishError: nobody reviewed the run and `unreviewed` is not set, or nothing is left to publish.
    """

    def __init__(self, source: Source, include: Collection[Include] = (), *, unreviewed: bool = False) -> None:
        if source.rulings is None and not unreviewed:
            raise PublishError(
                "Nobody has reviewed this run. Let people rate it (selfinstruct review push, then selfinstruct review "
                "pull), or publish it with --unreviewed: its card will say so."
            )
        if source.rulings is None and include:
            raise PublishError(
                f"There was no review, so no instance is {' or '.join(sorted(include))}: leave --include."
            )
        self._source = source
        self._published = {"kept", "unreviewed", *include}
        self.include = include
        self.reviewed = source.rulings is not None
        self.verdicts: Counter[str] = Counter()
        self.num_instances: Counter[str] = Counter()
        self.num_corrected = 0
        self.records: set[str] = set()
        self._decided: set[str] = set()
        models: Counter[str] = Counter()
        for row, record, ruling in self._ruled():
            self.verdicts[ruling.verdict] += 1
            self._decided.add(row["instruction"])
            if ruling.verdict in self._published:
                self.records.add(record)
                self.num_instances[row["instruction"]] += 1
                self.num_corrected += ruling.corrected
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
        for row, record, ruling in self._ruled():
            if ruling.verdict in self._published:
                yield {
                    **row,
                    "output": ruling.output if ruling.corrected else row["output"],
                    "model_name": public_model(str(row.get("model_name") or "")),
                    "record": record,
                    "review": ruling.verdict,
                    "corrected": ruling.corrected,
                }

    def instructions(self) -> Iterator[Row]:
        """The published instructions: those with a published instance, and those never judged if these may go too."""
        undecided_too = not self.reviewed or "undecided" in self.include
        for row in self._source.instructions():
            instruction = row["instruction"]
            number = self.num_instances.get(instruction, 0)
            if number or (undecided_too and instruction not in self._decided):
                model = public_model(str(row.get("model_name") or ""))
                yield {**row, "num_instances": number, "model_name": model}

    def _ruled(self) -> Iterator[tuple[Row, str, Ruling]]:
        return ruled(self._source.instances(), self._source.rulings)
