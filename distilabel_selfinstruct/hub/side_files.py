"""The files beside the tables and the card: the options of the run, its seed tasks, and the questions to raters."""

import hashlib
import shutil
from pathlib import Path

import yaml

from distilabel_selfinstruct.config import read_yaml
from distilabel_selfinstruct.errors import InputFileError, reading
from distilabel_selfinstruct.files.links import is_inside
from distilabel_selfinstruct.hub.rows.redaction import SEEDS_FILE, public_config, public_pipeline
from distilabel_selfinstruct.hub.rows.source import Source
from distilabel_selfinstruct.seeds.tasks import load_seed_tasks, packaged_seeds_path


def write_yaml(source: Source, folder: Path, *, has_seeds: bool) -> None:
    """Write `run.yaml` and `pipeline.yaml`, if the source knows them."""
    if source.config is not None:
        notes = ["# The options that decide what a run makes. selfinstruct run --config run.yaml --output DIR"]
        if source.config.seed_tasks and not has_seeds:
            notes.append(f"# {SEEDS_FILE} is not in this repository: put your own next to this file.")
        text = yaml.safe_dump(public_config(source.config), sort_keys=False, allow_unicode=True)
        (folder / "run.yaml").write_text("\n".join([*notes, text]), encoding="utf-8")
    if source.pipeline is not None:
        text = yaml.safe_dump(public_pipeline(source.pipeline), sort_keys=False, allow_unicode=True)
        (folder / "pipeline.yaml").write_text(text, encoding="utf-8")


def copy_seeds(source: Source, folder: Path) -> None:
    """Copy the seed file byte by byte, so that it has the hash that the run has noted.

    Raises:
        InputFileError: the file cannot be read, holds no seed tasks, or has changed since the run.
    """
    own = source.config.seed_tasks if source.config else None
    path = Path(own) if own else packaged_seeds_path(source.config.language if source.config else "en")
    with reading(path):
        content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != source.hashes.get("seed_tasks", ""):
        raise InputFileError(
            f"The seed tasks in {path} have changed since the run: restore the file, or omit `include_seeds`.", path
        )
    load_seed_tasks(path)  # the run may be a stranger's, and name any file
    (folder / SEEDS_FILE).write_bytes(content)


def copy_settings(run: Path | None, target: Path) -> str:
    """Copy the questions and guidelines of the raters: those of this package, or files in the folder of the run.

    Returns:
        What was not copied, as a sentence: the run names the files, and may be a stranger's. Empty if all was.
    """
    from distilabel_selfinstruct.review.argilla.settings import NAMES, config_folder
    from distilabel_selfinstruct.review.folder.push_file import read_pushed

    pushed = read_pushed(run) if run else None
    name = str(pushed.options.get("settings", NAMES[0])) if pushed else NAMES[0]
    path = config_folder() / f"{name}.yaml" if name in NAMES else Path(name)
    allowed = config_folder() if name in NAMES else run
    if allowed is None or not is_inside(path, allowed):
        return f"The questions to raters in {path} are not published: they lie outside of the run."
    if not path.is_file():
        return ""
    guidelines = path.parent / str(read_yaml(path, "the review settings").get("guidelines", ""))
    target.mkdir()
    shutil.copyfile(path, target / path.name)
    if not is_inside(guidelines, allowed):
        return f"The guidelines in {guidelines} are not published: they lie outside of the run."
    if guidelines.is_file():
        shutil.copyfile(guidelines, target / guidelines.name)
    return ""
