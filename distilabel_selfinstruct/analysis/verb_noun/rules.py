"""Verb and noun of an English instruction without a parser: rules for the wording of requests.

The main verb is the first verb in the form of a request, after politeness ("Please", "Can you") and introductions
("Given a text, …"); its noun is the head of the noun phrase that follows, if that is a common noun. Questions give
the verb after their auxiliary. Word lists replace a tagger.

Measured on 200 English instructions of the Alpaca data, drawn at random and labeled by hand before the rules saw them:
it gave 156 pairs, of which 154 were right (precision 0.99), and found 154 of the 163 labeled ones (recall 0.94). The
smallest English model of spaCy 3.8 reached 0.95 and 0.85 on the same labels. A few words were added after that.
"""

from distilabel_selfinstruct.analysis.verb_noun import lexicon
from distilabel_selfinstruct.analysis.verb_noun.clauses import request_verb, sentences
from distilabel_selfinstruct.analysis.verb_noun.objects import object_noun
from distilabel_selfinstruct.analysis.verb_noun.questions import question_pair


def verb_and_noun(instruction: str) -> tuple[str, str] | None:
    """The main verb and the direct object of an instruction, in dictionary form; None if it has no such pair.

    The first sentence that is a request decides. Others ("You are given a text.") are skipped.
    """
    for tokens in sentences(instruction):
        verb = request_verb(tokens)
        if verb is not None:
            noun = object_noun(tokens, verb)
            return (tokens[verb].lower(), noun) if noun else None
        first = tokens[0].lower()
        if first in lexicon.QUESTION_WORDS or first in lexicon.AUXILIARIES | lexicon.BE:
            return question_pair(tokens)
    return None
