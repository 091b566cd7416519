"""Which records people rate: a sample as in the paper, and the share of each rater.

Nothing depends on the order of the rows or on earlier draws: the random order comes from a hash of the seed and the id
of each record. So a run that is pushed again gets the same choice, and a larger sample contains the smaller one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from distilabel_selfinstruct.review.argilla.records import ReviewRecord


def sample(records: Iterable[ReviewRecord], size: int, seed: int) -> list[ReviewRecord]:
    """One instance each of `size` instructions, with classification tasks in proportion to all instructions.

    If there are no more than `size` instructions, all of them are taken. The records keep their order. The paper's
    sample was 200 instructions with one instance each (section 3.3).
    """
    instances: dict[str, ReviewRecord] = {}
    ordered = list(records)
    for record in ordered:
        first = instances.get(record.instruction)
        if first is None or sort_key(seed, "instance", record.id) < sort_key(seed, "instance", first.id):
            instances[record.instruction] = record
    chosen = {record.id for record in _stratified(list(instances.values()), size, seed)}
    return [record for record in ordered if record.id in chosen]


def assign(
    records: Sequence[ReviewRecord],
    raters: Sequence[str],
    shared: int,
    seed: int,
    before: Mapping[str, AbstractSet[str]] | None = None,
) -> dict[str, list[ReviewRecord]]:
    """The records of each rater: some that all raters rate, and an even share of the others. They keep their order.

    Args:
        records: the records to rate.
        raters: the raters; at least one.
        shared: how many records all raters rate, with classification tasks in proportion.
        seed: fixes the choice.
        before: raters by record id, as of an earlier assignment. Shared records stay shared and the others stay with
            their raters, so more records can be assigned later.
    """
    earlier = before or {}
    by_all = [record for record in records if earlier.get(record.id, frozenset()) >= set(raters) and len(raters) > 1]
    fresh = [record for record in records if record.id not in earlier]
    common = {record.id for record in by_all[:shared]}
    common |= {record.id for record in _stratified(fresh, shared - len(common), seed)}
    shares: dict[str, set[str]] = {rater: set(common) for rater in raters}
    rest = [record for record in records if record.id not in common]
    for record in rest:
        for rater in earlier.get(record.id, frozenset()) & set(raters):
            shares[rater].add(record.id)
    unassigned = [record for record in rest if not earlier.get(record.id, frozenset()) & set(raters)]
    for record in _shuffled(unassigned, seed):
        least = min(raters, key=lambda rater: (len(shares[rater]), raters.index(rater)))
        shares[least].add(record.id)
    return {rater: [record for record in records if record.id in ids] for rater, ids in shares.items()}


def _stratified(records: Sequence[ReviewRecord], size: int, seed: int) -> list[ReviewRecord]:
    """`size` of the records, or all if there are no more, with classification tasks in proportion."""
    size = max(0, min(size, len(records)))
    ordered = sorted(records, key=lambda record: sort_key(seed, "choice", record.id))
    classification = [record for record in ordered if record.is_classification]
    others = [record for record in ordered if not record.is_classification]
    # One share is rounded and the other is the rest, so the sum is exact, and both only grow with the size.
    quota = (2 * size * len(classification) + len(records)) // (2 * len(records)) if records else 0
    return [*classification[:quota], *others[: size - quota]]


def _shuffled(records: Sequence[ReviewRecord], seed: int) -> list[ReviewRecord]:
    """The records in random order, but classification tasks first, so that each rater gets as many of both kinds."""
    return sorted(records, key=lambda record: (not record.is_classification, sort_key(seed, "share", record.id)))


def sort_key(seed: int, purpose: str, text: str) -> bytes:
    """The key of a text in a random order. Each seed and each purpose give another order."""
    return hashlib.sha256(f"{seed}:{purpose}:{text}".encode("utf-8", "surrogatepass")).digest()
