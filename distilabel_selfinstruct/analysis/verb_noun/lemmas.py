"""Dictionary forms of English nouns, by rule and a list of exceptions."""

from distilabel_selfinstruct.analysis.verb_noun.lexicon import UNCHANGED_NOUNS

_IRREGULAR = {
    "analyses": "analysis", "bases": "basis", "children": "child", "crises": "crisis", "criteria": "criterion",
    "diagnoses": "diagnosis", "dice": "die", "feet": "foot", "geese": "goose", "hypotheses": "hypothesis",
    "halves": "half", "indices": "index", "knives": "knife", "leaves": "leaf", "lives": "life", "loaves": "loaf",
    "men": "man", "mice": "mouse", "movies": "movie", "calories": "calorie", "cookies": "cookie", "oxen": "ox",
    "parentheses": "parenthesis", "phenomena": "phenomenon", "quizzes": "quiz", "selves": "self", "shelves": "shelf",
    "syntheses": "synthesis", "teeth": "tooth", "theses": "thesis", "ties": "tie", "pies": "pie", "lies": "lie",
    "vertices": "vertex", "matrices": "matrix", "wives": "wife", "wolves": "wolf", "women": "woman", "people": "person",
    "zombies": "zombie", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato", "echoes": "echo",
    "axes": "axis", "viruses": "virus", "buses": "bus", "bonuses": "bonus", "statuses": "status",
    "campuses": "campus", "gases": "gas", "biases": "bias", "synopses": "synopsis", "selfies": "selfie",
    "smoothies": "smoothie", "brownies": "brownie", "hobbies": "hobby",
}  # fmt: skip

_SHORTEST_PLURAL = 4

_LIKE_ES = ("ches", "shes", "sses", "xes", "zzes")


def noun_lemma(word: str) -> str:
    """The singular of a noun in lower case. Other words stay as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in UNCHANGED_NOUNS or len(word) < _SHORTEST_PLURAL or not word.endswith("s"):
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(_LIKE_ES):
        return word[:-2]
    return word[:-1]
