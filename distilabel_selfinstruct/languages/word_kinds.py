"""The kinds of words that a language pack lists, each under its name in `locale.yaml` and in `patterns.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class WordKind(str, Enum):
    """What a list of words is for. The value is its name in the files of a pack."""

    YES = "verdict.yes"
    NO = "verdict.no"
    RIGHT = "verdict.right"
    """Words that mean yes where nothing else is said: "True."."""
    WRONG = "verdict.wrong"
    IS_TASK = "verdict.is_task"
    """Statements that mean yes anywhere in a sentence: "is … classification"."""
    IS_NO_TASK = "verdict.is_no_task"
    BOTH = "verdict.both"
    """The question repeated: "yes or no"."""
    JOINED = "verdict.joined"
    """What stands between yes and no where the question is repeated."""
    NEITHER = "verdict.neither"
    """Words of a sentence that gives no verdict, anywhere in it."""
    CONDITIONS = "verdict.conditions"
    """Words that make a statement one about other tasks: "if"."""
    LEAD_IN = "verdict.lead_in"
    """What stands before a verdict: "answer"."""
    LEAD_OVER = "verdict.lead_over"
    """What leads from there to the verdict without a colon: "is"."""
    SAYS = "verdict.says"
    """What leads to a verdict by itself: "I would say"."""
    THEREFORE = "verdict.therefore"
    """What begins a conclusion: "therefore"."""
    BECAUSE = "verdict.because"
    """What ends the reasons right before the verdict."""
    FINAL = "verdict.final"
    """What begins a final answer, which outweighs what comes before it."""
    VERDICT_OPENINGS = "verdict.openings"
    """What a chat model says before a verdict: "Sure!"."""
    ENDINGS = "verdict.endings"
    """What may be attached to a word for yes or no."""
    ONLY_BEFORE_MARK = "verdict.only_before_mark"
    """Words for yes or no that are words of sentences too: a verdict only before a mark, or alone."""

    OPENINGS = "remarks.openings"
    """What begins a remark to the asker, before a mark: "Certainly,"."""
    ANNOUNCEMENTS = "remarks.announcements.whole"
    """Lines that announce a list."""
    ANNOUNCEMENT_BEGINS = "remarks.announcements.begins"
    ANNOUNCEMENT_NAMES = "remarks.announcements.names"
    ANNOUNCEMENT_ENDS = "remarks.announcements.ends"
    POINTS_AHEAD = "remarks.points_ahead"
    """The beginning of a line that points ahead, whatever to: "here"."""
    POINTS_BELOW = "remarks.points_below"
    """Words of a text that speaks of another one below it: "following"."""
    CLOSINGS = "remarks.closings"
    """The beginnings of a last paragraph that is addressed to the asker."""
    GLOSS_LABELS = "remarks.glosses.labels"
    """What labels a remark about a task: "Explanation"."""
    GLOSS_SENTENCES = "remarks.glosses.about"
    """The beginnings of sentences about a task: "This task is"."""

    REFUSALS = "remarks.refusals.whole"
    """What refuses by itself."""
    APOLOGIES = "remarks.refusals.apologies"
    SELVES = "remarks.refusals.selves"
    """What a model calls itself: "as an AI"."""
    CANNOT = "remarks.refusals.cannot"
    """What refuses after an apology or a word about itself."""
    DISCLAIMERS = "remarks.refusals.disclaimers"
    """A word about itself in place of an answer, if none follows."""
    BESIDE_AN_ANSWER = "remarks.refusals.beside"
    """The beginnings of sentences after a refusal that give a reason or offer something else."""
    TURNS = "remarks.refusals.turns"
    """Words that turn from a refusal to an answer."""

    NO_INPUT = "no_input"
    """What is written where there is no input."""
    NO_INPUT_IN_BRACKETS = "no_input_in_brackets"
    """Words that say so in brackets only."""

    ASKS_FOR_PROGRAM = "asks_for_program"
    WRITING = "asks.writing"
    """A task that asks for a text to be made."""
    INVENTING = "asks.inventing"
    """A task with many good answers."""
    SEVERAL = "asks.several"
    """A task that wants more than one of something."""
    DECLINING = "asks.declining"
    """A task whose answer may be an apology or a refusal."""
    LABELLED_LINES = "asks.labelled_lines"
    """A task whose answer may be a text of labelled lines, such as a dialogue."""

    LIST_WORDS = "list.words"
    """What stands before an instruction and its number: "Task 9:"."""
    OTHER_LIST_WORDS = "list.other_words"
    """Words that stand before the numbers of other lists too: "Question 3:"."""
    BEFORE_NUMBER = "list.before_number"
    """Signs before a number: "No."."""
    AFTER_NUMBER = "list.after_number"
    """Counters after a number."""
    NEXT = "list.next"
    """What may stand before the word for a task: "Next"."""
    TASK_BEGINS = "tasks.begins"
    """How an instruction begins."""
    TASK_ENDS = "tasks.ends"
    """How an instruction ends."""
    REFERS_AHEAD = "tasks.refers_ahead"
    """Words of an instruction that speaks of a text to come."""


@dataclass(frozen=True, slots=True)
class ForbiddenWord:
    """A word for what a text model cannot see, make or open, and the letters beside it that make it another word."""

    word: str
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordList:
    """The words of one kind, and regular expressions where plain words do not do."""

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


WordLists = Mapping[WordKind, WordList]
