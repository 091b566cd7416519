"""Which records people rate: a sample as in the paper, and who rates which.

Nothing depends on the order of the rows or on earlier draws: each record has a place of its own, a hash of the seed
and its identity. So the same choice is made when a run is pushed again, and a larger sample holds the smaller one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from distilabel_selfinstruct.review.argilla.records import ReviewRecord


def sample(records: Iterable[ReviewRecord], size: int, seed: int) -> list[ReviewRecord]:
    """One instance each of `size` instructions, with as many classification tasks, in proportion, as there are.

    All instructions are taken if there are no more than `size`. The records keep their order. For the paper 200
    instructions were rated, one instance of each (section 3.3).
    """
    instances: dict[str, ReviewRecord] = {}
    ordered = list(records)
    for record in ordered:
        best = instances.get(record.instruction)
        if best is None or place(seed, "instance", record.id) < place(seed, "instance", best.id):
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
    """The records of each rater: a subset that all rate, and an even share of the rest. They keep their order.

    Args:
        records: what is to be rated.
        raters: who rates; at least one.
        shared: how many all rate, stratified by classification. At most all.
        seed: fixes the choice.
        before: raters by record id of an earlier assignment. Shared records stay shared, the others stay with whoever
            has them, so that more records can be assigned later.
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
    for record in _spread(unassigned, seed):
        least = min(raters, key=lambda rater: (len(shares[rater]), raters.index(rater)))
        shares[least].add(record.id)
    return {rater: [record for record in records if record.id in ids] for rater, ids in shares.items()}


def _stratified(records: Sequence[ReviewRecord], size: int, seed: int) -> list[ReviewRecord]:
    """`size` of the records (all, if there are no more), classification tasks and others in proportion."""
    size = max(0, min(size, len(records)))
    ordered = sorted(records, key=lambda record: place(seed, "choice", record.id))
    classification = [record for record in ordered if record.is_classification]
    others = [record for record in ordered if not record.is_classification]
    # Rounding one share fixes the other, so the sum is exact, and both only grow with the size.
    quota = (2 * size * len(classification) + len(records)) // (2 * len(records)) if records else 0
    return [*classification[:quota], *others[: size - quota]]


def _spread(records: Sequence[ReviewRecord], seed: int) -> list[ReviewRecord]:
    """In random order, classification tasks first: dealt out in turn, each rater gets as many of both kinds."""
    return sorted(records, key=lambda record: (not record.is_classification, place(seed, "share", record.id)))


def place(seed: int, purpose: str, text: str) -> bytes:
    """The place of a text in the random order that a seed and a purpose give."""
    return hashlib.sha256(f"{seed}:{purpose}:{text}".encode("utf-8", "surrogatepass")).digest()
