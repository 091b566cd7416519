"""What the code says in English about a run is said in its language, sentence by sentence."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilabel_selfinstruct import languages
from distilabel_selfinstruct.analysis.quality import Fault, QualityWatch
from distilabel_selfinstruct.analysis.short_context import longer_context
from distilabel_selfinstruct.journal.notes import Note
from distilabel_selfinstruct.journal.stop_file import raise_limit
from distilabel_selfinstruct.languages import english, in_words_of, load_pack, pack_names, pack_texts, texts_of
from distilabel_selfinstruct.languages.messages import GROUP
from distilabel_selfinstruct.languages.texts import SLOT
from distilabel_selfinstruct.llms.refusals import Refusal, RefusalKind
from distilabel_selfinstruct.llms.server_rules import ServerRules
from distilabel_selfinstruct.llms.thinking import Seen, ThinkingControl
from distilabel_selfinstruct.records import Reason, Stage
from distilabel_selfinstruct.running.interrupts import INTERRUPTED
from distilabel_selfinstruct.running.preview import reason_of_end
from tests.languages.messages import every_message

PACKAGE = Path(languages.__file__).parent.parent
WRITTEN = [name for name in pack_names() if name != "en" and load_pack(name).file("report.yaml")]
KOREAN = texts_of("ko")


def english_left(text: str) -> list[str]:
    """Runs of English words outside of names and code."""
    return re.findall(r"[A-Za-z]+(?: [A-Za-z]+){2,}", re.sub(r"`[^`]*`|'[^']*'", "", text))


@pytest.mark.parametrize("key", every_message())
def test_each_message_is_found_by_itself_and_among_others(key):
    text = every_message()[key]
    said = in_words_of(KOREAN, text)
    assert not english_left(said)
    assert re.search("[\uac00-\ud7a3]", said)
    assert in_words_of(KOREAN, f"Boom at x.py. {text} Gone.") == f"Boom at x.py. {said} Gone."


@given(st.lists(st.sampled_from([*every_message().values(), "Boom: {a} 'x.", "step 'a', loading: E: no", "日本。"])))
def test_english_stays_as_it_is(said):
    assert in_words_of(texts_of("en"), " ".join(said)) == " ".join(said)
    assert in_words_of(texts_of("th"), " ".join(said)) == " ".join(said)


@given(st.text())
def test_the_words_of_others_stay_as_they_are(text):
    assert in_words_of(texts_of("ko"), text) == text


def test_no_blank_follows_a_japanese_full_stop():
    said = in_words_of(texts_of("ja"), raise_limit("max_cost", "5"))
    assert "。" in said[:-1]
    assert "。 " not in said


@given(st.sampled_from(["max_tokens", "max_cost", "max_requests"]), st.integers(0, 10**9))
def test_limits_are_said_in_korean(option, value):
    said = in_words_of(KOREAN, raise_limit(option, f"{value:,}"))
    assert said == f"`{option}`의 한도({value:,})에 이르렀습니다. 이어서 하려면 `{option}` 값을 올리세요."


@pytest.mark.parametrize("text", [INTERRUPTED, reason_of_end(1), reason_of_end(1234), *map(longer_context, Stage)])
def test_ends_and_remedies_are_said_in_korean(text):
    assert not english_left(in_words_of(KOREAN, text))


@given(st.text(min_size=1, max_size=100), st.sampled_from(Stage), st.booleans())
def test_hints_are_said_in_korean_whatever_they_quote(example, stage, is_classification):
    watch = QualityWatch(prompt_tokens={stage: 4096})
    for number in range(40):
        watch.answer(stage, example * 70, truncated=True)
        watch.rejection(stage, Reason.UNKNOWN_MARKERS, example, number)
        watch.rejection(stage, Reason.PROMPT_ECHO, example, number)
        watch.verdict(is_classification=is_classification)
    watch.failure(stage, "maximum context length is 2048")
    hints = watch.hints()
    assert len(hints) >= 3
    for hint in hints:
        quoted = re.findall(r"""(?:are|as in) (['"].*['"])\.""", hint.text, re.DOTALL)
        assert bool(quoted) == (hint.fault in (Fault.LOOPS, Fault.UNKNOWN_MARKERS))
        said = in_words_of(KOREAN, hint.text)
        assert all(part in said for part in quoted)
        for part in quoted:
            said = said.replace(part, "")
        assert not english_left(said)


def test_what_a_server_refuses_is_said_in_korean():
    notes: list[Note] = []
    rules = ServerRules(tell=notes.append)
    for kind, field, bound in [
        (RefusalKind.FIELD, "temperature", 0),
        (RefusalKind.FIELD, "stop", 0),
        (RefusalKind.LIMIT_TOO_HIGH, "", 2048),
        (RefusalKind.LIMIT_TOO_LOW, "", 16),
        (RefusalKind.SYSTEM_ROLE, "", 0),
        (RefusalKind.FIELD, "max_tokens", 0),
        (RefusalKind.FIELD, "max_completion_tokens", 0),
    ]:
        rules.learn(Refusal(kind, field, bound), {"messages": []})
    assert len(notes) == 7
    assert not [said for note in notes if english_left(said := in_words_of(KOREAN, note.text))]


@given(
    st.sampled_from([None, "off", "on", "low"]),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=30),
)
def test_what_is_learned_of_thoughts_is_said_in_korean(wanted, hides_thoughts, can_steer, answers):
    notes: list[Note] = []
    control = ThinkingControl(wanted, room=4096, hides_thoughts=hides_thoughts, can_steer=can_steer, tell=notes.append)
    for size, unfinished, refuses in answers:
        if refuses:
            control.refuse(control.turn)
        control.see(control.turn, Seen(size=size, unfinished=unfinished and size > 0))
    control.shrink_room(control.turn)
    sampling = [note.text for note in notes if note.kind.value == "sampling"]
    assert not [said for text in sampling if english_left(said := in_words_of(KOREAN, text))]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+|\0", text)


@cache
def _words_of_the_code() -> str:
    """All texts in the code, each with a mark where a value is filled in."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
                found += _words("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += _words(node.value)
    return f" {' '.join(found)} "


@pytest.mark.parametrize("key", every_message())
def test_each_message_is_in_the_code(key):
    """A wording that changed in the code would reach reports in English."""
    pairs = []
    for part in SLOT.split(pack_texts(english())[key])[::2]:
        words = _words(part)
        pairs += [" ".join(words[start : start + 2]) for start in range(max(1, len(words) - 1)) if words]
    missing = [pair for pair in pairs if f" {pair} " not in _words_of_the_code()]
    assert len(missing) <= max(1, len(pairs) // 3), missing  # where the code joins two texts


@pytest.mark.parametrize("language", WRITTEN)
def test_a_message_keeps_the_code_and_the_slots_of_the_english_one(language):
    own = pack_texts(load_pack(language))
    for key, text in pack_texts(english()).items():
        if key.startswith(f"{GROUP}."):
            assert set(SLOT.findall(own[key])) == set(SLOT.findall(text)), key
            assert set(re.findall("`[^`]*`", text)) <= set(re.findall("`[^`]*`", own[key])), key
