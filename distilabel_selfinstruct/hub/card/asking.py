"""How the models of a run were asked, in the words of a card."""

import json
from collections.abc import Iterable, Mapping
from functools import reduce

from distilabel_selfinstruct.config import RunConfig
from distilabel_selfinstruct.hub.card import markdown
from distilabel_selfinstruct.hub.rows.redaction import public_model, public_value
from distilabel_selfinstruct.journal.notes import Note, NoteKind
from distilabel_selfinstruct.languages import Texts, find_pack, in_words_of, reading_pack
from distilabel_selfinstruct.prompts import PARAMETERS, apply_overrides, default_decoding, shown_markers
from distilabel_selfinstruct.records import MODEL_STAGES, Stage


def llms_of(config: RunConfig, hashes: Mapping[str, str], texts: Texts) -> list[tuple[str, str]]:
    """Each model, and how it was asked: in which form, and in which stages if there are several models.

    A model in a file on the machine of the run has a digest, by which another one can find the same file.
    """
    asking: dict[tuple[str, str], list[str]] = {}
    for stage in MODEL_STAGES:
        own = config.for_stage(stage)
        stage_name = texts.name("report.stages", stage.value)
        asking.setdefault((public_model(own.llm), own.effective_prompt_form), []).append(stage_name)
    described = []
    for (llm, form), stages in asking.items():
        slots = {"model": markdown.code(llm), "form": form}
        if len(asking) == 1:
            words = texts.say("card.model_form", **slots)
        else:
            named = reduce(lambda first, second: texts.say("card.both", first=first, second=second), stages)
            words = texts.say("card.model_form_in", **slots, stages=named)
        if llm in hashes:
            words = texts.say("card.model_file", model=words, hash=hashes[llm])
        described.append((llm, words))
    return described


def decoding_rows(config: RunConfig, texts: Texts) -> list[tuple[str, ...]]:
    """The parameters of sampling, a row for each kind of request."""
    stages = (
        ("instruction_generation", Stage.INSTRUCTION_GENERATION, False),
        ("classification", Stage.CLASSIFICATION, False),
        ("classification_instances", Stage.INSTANCE_GENERATION, True),
        ("other_instances", Stage.INSTANCE_GENERATION, False),
    )
    pack = find_pack(config.prompts) or reading_pack(config.language)
    markers = shown_markers(pack)
    rows = []
    for label, stage, is_classification in stages:
        form = config.for_stage(stage).effective_prompt_form
        usual = default_decoding(stage, is_classification=is_classification, form=form, markers=markers)
        used = apply_overrides(usual, config.decoding.get(stage, {}))
        numbers = (used.temperature, used.top_p, used.presence_penalty, used.frequency_penalty, used.max_tokens)
        stop = ", ".join(map(markdown.code, used.stop)) or texts.say("card.decoding_no_stop")
        rows.append((texts.say(f"card.decoding_{label}"), *(f"{number:g}" for number in numbers), stop))
    return rows


def free_parameters(config: RunConfig, texts: Texts) -> list[tuple[str, str]]:
    """What requests held beyond the parameters of the paper: where, and the fields as JSON."""
    fields = [(texts.say("card.every_request"), public_value(config.extra_body))]
    for stage, options in config.stages.items():
        fields.append((texts.name("report.stages", stage.value), public_value(options.get("extra_body", {}))))
    for stage, overrides in config.decoding.items():
        extra = {name: value for name, value in overrides.items() if name not in PARAMETERS}
        fields.append((texts.name("report.stages", stage.value), public_value(extra)))
    return [(where, json.dumps(held, ensure_ascii=False)) for where, held in fields if held]


def sampling_notes(notes: Iterable[tuple[str, Note]], texts: Texts) -> list[tuple[str, str]]:
    """What differs in sampling from the paper's table: each sentence with the stages that it holds for."""
    stages: dict[str, list[str]] = {}
    for stage, note in notes:
        if note.kind is NoteKind.SAMPLING:
            said = in_words_of(texts, note.text).rstrip(".\N{IDEOGRAPHIC FULL STOP}")
            stages.setdefault(said, []).append(texts.name("report.stages", stage))
    return [(text, ", ".join(of)) for text, of in stages.items()]
