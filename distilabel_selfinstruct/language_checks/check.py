"""All checks of a pack, in order."""

import os

from distilabel_selfinstruct.errors import ConfigError, SeedTaskError
from distilabel_selfinstruct.formatting.templates import templates_of
from distilabel_selfinstruct.language_checks.files import check_files, check_slots
from distilabel_selfinstruct.language_checks.finding import PackFinding
from distilabel_selfinstruct.language_checks.round_trip import check_round_trip
from distilabel_selfinstruct.language_checks.said import check_said
from distilabel_selfinstruct.language_checks.seeds import check_seeds
from distilabel_selfinstruct.language_checks.style import check_style
from distilabel_selfinstruct.language_checks.texts import check_examples
from distilabel_selfinstruct.language_checks.words import check_words
from distilabel_selfinstruct.languages import load_pack
from distilabel_selfinstruct.prompts import load_prompts
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks


def check_pack(language: str | os.PathLike[str], against: str | os.PathLike[str] | None = None) -> list[PackFinding]:
    """All that is wrong with a pack.

    Args:
        language: the tag of a packaged language, or a folder.
        against: a file or dataset with instructions, such as an evaluation set, that the seeds must not overlap with.

    Raises:
        InputFileError: `against` cannot be read.
    """
    try:
        pack = load_pack(language)
    except ConfigError as error:
        return [PackFinding("error", "locale.yaml", str(error).rstrip("."), "Repair it.")]
    findings = [*check_files(pack), *check_said(pack), *check_words(pack)]
    try:
        prompts = load_prompts(pack.folder) if pack.has_prompts else None
        templates_of(str(pack.folder))
    except ConfigError as error:
        return [*findings, PackFinding("error", "prompts or templates", str(error).rstrip("."), "Repair it.")]
    if prompts is None:
        findings.append(PackFinding("error", "prompts.yaml", "it is missing", "Copy it from the English pack."))
    else:
        findings += check_slots(prompts)
        findings += check_round_trip(pack, prompts)
        findings += check_examples(pack, prompts)
    findings += check_seeds(pack, prompts, against)
    try:
        seeds = load_seed_tasks(pack.seed_file, str(pack.folder)) if pack.seed_file.is_file() else ()
    except SeedTaskError:
        return findings  # the seeds' own findings say what is wrong
    return [*findings, *check_style(pack, seeds)]
