"""Large blocks, searched elsewhere while the block before is decided on here: exactly the decisions of one process.

1. Whether a text is kept depends on the texts kept before it, and on nothing else.
2. Let H be the texts kept when a block is handed over: all of them, in the order of keeping, since blocks are decided
   on in order. They never change, so it does not matter when or where they are searched.
3. Let G be the texts kept after that and before a text of the block. H and G together are all that were kept before
   it, so its nearest kept text is the better one of its nearest in H and its nearest in G; of two that are equally
   near, the one in H, which was kept first.
4. The nearest in H is the better one of the nearest in each run, the first of equals: runs divide H into ranges. Each
   is found exactly (`keys`), by any process.
5. G is searched here, block by block, as without Ray (`KeptTexts.decide`).
6. So each decision, score and nearest text equals that of one process, whatever the number of machines, and however
   late their answers come.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from distilabel_selfinstruct.similarity.joining.greedy import KeptTexts, Matches
from distilabel_selfinstruct.similarity.joining.ray_search import RaySearch, Searches
from distilabel_selfinstruct.similarity.joining.texts import EncodedTexts

MIN_LARGE, MAX_LARGE = 1 << 16, 1 << 20
"""Texts of a large block: as many as are kept, between these."""

NUM_AHEAD = 1
"""Large blocks that are searched for while another one is decided on."""

Encode = Callable[[list[str]], EncodedTexts]


class Block(NamedTuple):
    """Texts to decide on; `matches` has what was found among the first `num_searched` kept texts."""

    texts: list[str]
    encoded: EncodedTexts
    matches: Matches
    num_searched: int = 0


class _Searched(NamedTuple):
    texts: list[str]
    encoded: EncodedTexts
    num_searched: int
    searches: Searches


def blocks_searched_ahead(
    texts: Iterator[str], encode: Encode, kept: KeptTexts, elsewhere: RaySearch, block: int
) -> Iterator[Block]:
    """All texts in blocks, in order. Each must be decided on before the next is asked for.

    Args:
        texts: what is left to decide on.
        encode: gives texts as numbers, which must not change any more.
        kept: the kept texts; those that all waiting blocks were searched for among are dropped here.
        elsewhere: where the searches are.
        block: texts of a block.
    """
    waiting: deque[_Searched] = deque()
    while True:
        if large := list(islice(texts, min(MAX_LARGE, max(MIN_LARGE, len(kept))))):
            for run in kept.sealed_from(len(elsewhere)):
                elsewhere.add(run)
            encoded = encode(large)
            searches = elsewhere.begin(kept.searcher.queries(encoded)) if len(elsewhere) else []
            waiting.append(_Searched(large, encoded, len(elsewhere), searches))
        if not waiting:
            return
        if not large or len(waiting) > NUM_AHEAD:
            yield from _in_blocks(waiting.popleft(), kept, elsewhere, block)


def _in_blocks(large: _Searched, kept: KeptTexts, elsewhere: RaySearch, block: int) -> Iterator[Block]:
    matches = kept.no_matches(len(large.texts))
    for pairs in elsewhere.finish(large.searches):
        matches.improve(pairs)
    kept.drop_before(large.num_searched)
    for begin in range(0, len(large.texts), block):
        part = slice(begin, begin + block)
        encoded = large.encoded.part(begin, min(begin + block, len(large.texts)))
        yield Block(large.texts[part], encoded, matches.part(part), large.num_searched)
