"""Verb and object of an English question: "How can you explain …?", "What challenges do companies face?"."""

from collections.abc import Sequence

from distilabel_selfinstruct.analysis.verb_noun import lexicon
from distilabel_selfinstruct.analysis.verb_noun.objects import head_noun, object_noun


def question_pair(tokens: Sequence[str]) -> tuple[str, str] | None:
    """The main verb after an auxiliary, and its object: the noun after the verb, or the noun that is asked for.

    Only questions in the active voice with an auxiliary are read: "What is …" and "Who wrote …" have no pair.
    """
    words = [token.lower() for token in tokens]
    asks = words[0] in lexicon.QUESTION_WORDS
    if not asks and words[0] not in lexicon.AUXILIARIES:
        return None
    auxiliary = next((index for index, word in enumerate(words) if word in lexicon.AUXILIARIES), None)
    if auxiliary is None or any(word in lexicon.BE for word in words[:auxiliary]):
        return None
    verb = _main_verb(words, auxiliary)
    if verb is None:
        return None
    noun = object_noun(tokens, verb)
    if noun is None and asks and words[verb + 1 : verb + 2] in ([], ["?"], ["when"], ["in"], ["during"], ["to"]):
        asked = [token for token in tokens[1:auxiliary] if token.lower() not in {"many", "much", "other", "some"}]
        ends = next((index for index, token in enumerate(asked) if token.lower() in lexicon.PREPOSITIONS), len(asked))
        noun = head_noun(asked[:ends], tokens) if words[0] in {"what", "which", "how"} else None
    return (words[verb], noun) if noun else None


def _main_verb(words: Sequence[str], auxiliary: int) -> int | None:
    """The first verb after the subject. The subject has at least one word; a passive ("be used") has no object."""
    if words[auxiliary + 1 : auxiliary + 2] == ["be"]:
        return None
    for index in range(auxiliary + 2, len(words)):
        if words[index] in lexicon.BE:
            return None
        if words[index] in lexicon.VERBS and words[index - 1] not in lexicon.DETERMINERS | lexicon.POSSESSIVES:
            return index
    return None
