"""The direct object of a verb in an English instruction: the head of the noun phrase that follows."""

from collections.abc import Sequence

from distilabel_selfinstruct.analysis.verb_noun import lexicon
from distilabel_selfinstruct.analysis.verb_noun.clauses import QUOTED, is_word
from distilabel_selfinstruct.analysis.verb_noun.lemmas import noun_lemma

_COMES_BEFORE = lexicon.DETERMINERS | lexicon.POSSESSIVES | lexicon.NUMBERS | {"not"}
_ENDS_PHRASE = lexicon.PREPOSITIONS | lexicon.RELATIVES | lexicon.FINITE_VERBS | lexicon.JOINS | {"let"}
_NO_OBJECT = (_ENDS_PHRASE | lexicon.TAILS) - lexicon.DETERMINERS
_DESCRIBES = frozenset({"following", "other", "same", "above", "below", "each", "both", "all"})
"""Words that are pronouns when they stand alone and adjectives before a noun."""

_PASSED_OVER = frozenset({"$", "#", "_", "-", "*", "/"})
_ENDS_OF_ADJECTIVES = ("ous", "ful", "able", "ible", "less", "ical", "ive", "ern", "ual", "onal")


def object_noun(tokens: Sequence[str], verb: int) -> str | None:
    """The noun that the verb at this index acts on, in its dictionary form; None if it has no such object."""
    index = _after_verb(tokens, verb)
    return None if index is None else head_noun(_phrase(tokens, index), tokens)


def head_noun(words: Sequence[str], tokens: Sequence[str]) -> str | None:
    """The last word of a phrase that can be a common noun, as its singular.

    A capitalized word is a name and not a common noun, unless the whole sentence `tokens` is in capitals.
    """
    words = list(words)
    while words and (words[-1].lower() in lexicon.ADJECTIVES or words[-1].lower().endswith("'s")):
        words.pop()
    shouted = all(token.isupper() for token in tokens if is_word(token) and len(token) > 1)
    if not shouted:
        words = _without_name(words)
    if not words:
        return None
    head = words[-1].lower()
    is_name = words[-1][0].isupper() and not shouted
    is_gerund = head.endswith("ing") and head not in lexicon.NOUNS_IN_ING  # "compare leasing and buying"
    if is_name or is_gerund or not head.isascii() or head in lexicon.PRONOUNS or head in lexicon.NUMBERS:
        return None
    return noun_lemma(head.split("'")[0].rpartition("-")[2])


def _after_verb(tokens: Sequence[str], verb: int) -> int | None:
    """Where the object may begin: after more verbs ("compare and contrast"), particles, recipients, adverbs."""
    index = verb + 1
    while index < len(tokens):
        word, following = tokens[index].lower(), _lower(tokens, index + 1)
        joins_verbs = word in {"and", "or", ",", "/", "then"} and following in lexicon.VERBS | {"and", "then"}
        if joins_verbs or (word == "at" and following in {"least", "most"}):
            index += 2
        elif (
            (word in lexicon.PARTICLES and following not in lexicon.PREPOSITIONS)
            or (word in lexicon.RECIPIENTS and following[:1].isalnum() and following not in _NO_OBJECT)
            or (word.endswith("ly") and word not in lexicon.ADVERB_LIKE_NOUNS)
            or word in {"both", "not", "again", "also", ":"}
        ):
            index += 1
        else:
            break
    return None if index >= len(tokens) or tokens[index].lower() in _NO_OBJECT else index


def _phrase(tokens: Sequence[str], start: int) -> list[str]:
    """The words from here to the end of the noun phrase, determiners left out."""
    words: list[str] = []
    for index in range(start, len(tokens)):
        token, following = tokens[index], _lower(tokens, index + 1)
        if _is_passed_over(token, following, words):
            continue
        if _ends(token, following, words):
            if token.lower() in lexicon.FINITE_VERBS and len(words) > 1:
                words.pop()  # the subject of a clause without "that": "three ways technology has …"
            break
        words.append(token)
    return words


def _is_passed_over(token: str, following: str, words: Sequence[str]) -> bool:
    """Whether the phrase continues after this token, which is not part of its noun."""
    if token.lower() in _COMES_BEFORE:
        return not words or not _is_head(words)
    if token in {",", "and", "or"} and words:
        return not _is_head(words) or _joins_adjectives(words[-1], following)
    return token[0].isdigit() or token in _PASSED_OVER or (token == QUOTED and not words and bool(following))


def _ends(token: str, following: str, words: Sequence[str]) -> bool:
    """Whether the phrase ends before this token."""
    word = token.lower()
    if not is_word(token) or word in _COMES_BEFORE or word in _ENDS_PHRASE:
        return True
    if word in lexicon.PRONOUNS - _DESCRIBES and (word == "i" or not token.isupper()):  # "US" is no pronoun
        return True
    return bool(words) and _is_head(words) and (word in lexicon.TAILS or _begins_clause(word, following))


def _begins_clause(word: str, following: str) -> bool:
    """Whether a word after a noun begins a clause about it: "a poem describing …", "steps involved in …"."""
    if word.endswith("ing"):
        return word not in lexicon.NOUNS_IN_ING or following in lexicon.PARTICLES
    if word.endswith("ed") or word in lexicon.PARTICIPLES:
        return not is_word(following) or following in _ENDS_PHRASE or following in _COMES_BEFORE
    return word.endswith("ly") and word not in lexicon.ADVERB_LIKE_NOUNS


def _joins_adjectives(before: str, after: str) -> bool:
    """Whether both sides of "and" describe: "a memorable and logical end", unlike "the cost and overall effect"."""
    return before.lower().endswith(_ENDS_OF_ADJECTIVES) and (
        after in lexicon.ADJECTIVES or after.endswith(_ENDS_OF_ADJECTIVES)
    )


def _is_head(words: Sequence[str]) -> bool:
    """Whether the phrase so far could end in a noun."""
    last = words[-1].lower()
    if last.endswith("ly") and last not in lexicon.ADVERB_LIKE_NOUNS:  # "a weekly plan"
        return False
    return last not in lexicon.ADJECTIVES and last not in lexicon.PRONOUNS and "-" not in last


def _without_name(words: list[str]) -> list[str]:
    """The words without the name at their end, where they say what it names: "the countries India" (and Japan)."""
    end = len(words)
    while end and words[end - 1][0].isupper():
        end -= 1
    return words[:end] if end and noun_lemma(words[end - 1].lower()) in lexicon.NAMED else words


def _lower(tokens: Sequence[str], index: int) -> str:
    return tokens[index].lower() if index < len(tokens) else ""
