"""What instructions ask for: their main verb and its direct object (paper, section 2.3 and figure 3)."""

from distilabel_selfinstruct.analysis.verb_noun.counts import PAPER, Parser, Sector, VerbNouns, count_verb_nouns
from distilabel_selfinstruct.analysis.verb_noun.rules import verb_and_noun

__all__ = ["PAPER", "Parser", "Sector", "VerbNouns", "count_verb_nouns", "verb_and_noun"]
