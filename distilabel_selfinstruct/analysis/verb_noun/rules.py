"""Verb and noun of an English instruction without a parser: a rule for how requests are put.

The main verb is the first verb in the form of a request, after politeness ("Please", "Can you") and introductions
("Given a text, …"); its noun is the head of the noun phrase that follows, if that is a common noun. Questions give
the verb after their auxiliary. Word lists take the place of a tagger.

Measured on 200 English instructions of the Alpaca data, drawn at random and labelled by hand before the rule saw them:
of 156 pairs that it gave 154 were right (precision 0.99), of 163 that were there it found 154 (recall 0.94). The
smallest English model of spaCy 3.8 came to 0.95 and 0.85 on the same labels. A few words were added after that.
"""

from distilabel_selfinstruct.analysis.verb_noun import lexicon
from distilabel_selfinstruct.analysis.verb_noun.clauses import request_verb, sentences
from distilabel_selfinstruct.analysis.verb_noun.objects import object_noun
from distilabel_selfinstruct.analysis.verb_noun.questions import question_pair


def verb_and_noun(instruction: str) -> tuple[str, str] | None:
    """The main verb and the direct object of an instruction, in dictionary form; None where it has no such pair.

    Sentences that ask for nothing ("You are given a text.") are passed over; the first that asks decides.
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
