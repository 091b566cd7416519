"""`selfinstruct language`: which language packs there are, what is in one, how to make one, and whether one works."""

import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from distilabel_selfinstruct.cli.flags import with_flags
from distilabel_selfinstruct.cli.run import STOPPED_STATUS
from distilabel_selfinstruct.cli.run_options import overrides_of, takes_asking_options
from distilabel_selfinstruct.cli.screen import line, say, warn, working
from distilabel_selfinstruct.errors import ConfigError, OutputFileError, writing
from distilabel_selfinstruct.files import atomic

if TYPE_CHECKING:
    from distilabel_selfinstruct.language_checks.finding import PackFinding
    from distilabel_selfinstruct.running.language_trial import StageTrial

app = typer.Typer(no_args_is_help=True)

# What a new pack begins without: patterns, since plain words do in most languages; texts that English stands for until
# they are translated; what says who wrote the English pack and what it reads.
_ENGLISH_ONLY = ("patterns.yaml", "card.md", "report.yaml", "README.md", "tests.jsonl")

_TO_WRITE = ("locale.yaml", "prompts.yaml", "templates.yaml")

_SHOWN_OF_A_KIND = 3
"""Findings about many lines of a file that one command shows."""

Name = Annotated[str, typer.Argument(metavar="LANGUAGE|FOLDER", help="A packaged language, or the folder of a pack.")]


@app.command("list")
def list_() -> None:
    """List the packaged languages, and whether they can generate or only read."""
    from distilabel_selfinstruct.languages import load_pack, pack_names

    for name in pack_names():
        pack = load_pack(name)
        use = "generates" if pack.has_prompts else "reads responses only: it has no prompts yet"
        say(f"{name:6} {pack.name}: {use}")


@app.command("show")
def show(language: Name) -> None:
    """Show the words and values of a pack."""
    from distilabel_selfinstruct.languages import load_pack
    from distilabel_selfinstruct.prompts import shown_markers

    pack = load_pack(language)
    say(f"{pack.language} {pack.name}, {pack.folder}")
    say(f"digest: {pack.digest}")
    say("markers in prompts: " + ", ".join(f"{kind} {word}" for kind, word in shown_markers(pack).items()))
    threshold = pack.threshold(pack.tokenizer)
    say(f"tokenizer: {pack.tokenizer}, highest ROUGE-L {0.7 if threshold is None else threshold:g}")
    say(f"characters a token: {pack.characters_per_token:g}")
    say("files: " + ", ".join(sorted(path.name for path in pack.folder.rglob("*") if path.is_file())))


@app.command("new")
def new(
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="BCP-47 tag, such as da.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The new folder. Default: the tag.")] = None,
) -> None:
    """Begin a pack in a new folder: the packaged words of the language, else English ones with marks to write them."""
    from distilabel_selfinstruct.languages import english, find_pack
    from distilabel_selfinstruct.languages.locale_file import TAG

    if not TAG.fullmatch(language):
        raise ConfigError(
            f"{language!r} is no tag of a language: name one such as da or pt-BR, and a folder by --output."
        )
    target = output or Path(language)
    if target.exists():
        raise OutputFileError(f"{target} exists: choose another name with --output.", target)
    with writing(target), atomic.new_folder(target) as folder:
        shutil.copytree(english().folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_ENGLISH_ONLY))
        packaged = find_pack(language) if language != english().language else None
        for name in _TO_WRITE:
            if packaged and packaged.file(name):
                continue
            path = folder / name
            text = path.read_text(encoding="utf-8")
            path.write_text(f"# TODO: write these in your language, and remove this line.\n{text}", encoding="utf-8")
        if packaged:
            shutil.copytree(packaged.folder, folder, dirs_exist_ok=True)
        else:
            _rename(folder / "locale.yaml", language)
    say(f"{target}: translate the words, and write examples and seed tasks in the language rather than translate them.")
    say(f"Then: selfinstruct language check {target}")


def _rename(locale: Path, language: str) -> None:
    """Make the copied English file that of a language which nobody has written yet."""
    text = locale.read_text(encoding="utf-8").replace("language: en\n", f"language: {language}\n")
    text = text.replace("name: rouge_score", "name: unicode").replace("rouge_score: 0.7", "unicode: 0.7")
    text = re.sub(r"(license|written_by|read_by): .*", r"\1: TODO", text.replace("name: English", "name: TODO"))
    locale.write_text(text, encoding="utf-8")


@app.command("check")
def check(
    folder: Name,
    against: Annotated[
        str | None,
        typer.Option(
            help="Instructions that the seeds must not overlap with, such as an evaluation set: file or dataset."
        ),
    ] = None,
) -> None:
    """Check a pack: files, words, seeds, and whether its examples, written with its markers, are read back exactly."""
    from distilabel_selfinstruct.language_checks import check_pack

    findings = check_pack(folder, against)
    shown: Counter[tuple[str, ...]] = Counter()
    kinds = Counter(map(_kind, findings))
    for finding in findings:
        kind = _kind(finding)
        shown[kind] += 1
        if shown[kind] <= _SHOWN_OF_A_KIND:
            say(f"{finding.severity}: {finding.location}: {finding.fault}. {finding.remedy}")
        elif shown[kind] == kinds[kind]:
            say(f"{finding.severity}: {kinds[kind] - _SHOWN_OF_A_KIND} more like the last one.")
    errors = sum(finding.severity == "error" for finding in findings)
    say(f"{errors} errors, {len(findings) - errors} warnings.")
    if errors:
        raise typer.Exit(1)


def _kind(finding: "PackFinding") -> tuple[str, ...]:
    """What is equal in findings about many lines or texts of a file."""
    return finding.severity, re.sub(r"\d+|'.*'", "", finding.location), finding.fault, finding.remedy


@app.command("try")
@takes_asking_options
def try_(
    folder: Name,
    requests: Annotated[int, typer.Option(min=1, max=1000, help="Requests of each stage.")] = 20,
    **given: Any,
) -> None:
    """Ask a model some requests of each stage, and say what could not be read and which unknown markers came."""
    from rich import get_console

    from distilabel_selfinstruct.config import load_config

    config = load_config(None, overrides_of(given))
    os.environ.setdefault("DISTILABEL_LOG_LEVEL", "WARNING")  # distilabel reads it when it is imported
    from distilabel_selfinstruct.running.language_trial import try_pack

    console = get_console()
    with working(console, "asking") as tell:
        trials = try_pack(
            folder,
            config,
            requests=requests,
            on_progress=lambda stage, progress: tell(f"{stage.value}: {progress.done} of {progress.requests} answers"),
            tell=lambda text: line(console, with_flags(text)),
        )
    for trial in trials:
        for text in _lines_of(trial):
            say(text)
    if trials[-1].stop_reason:
        warn(with_flags(trials[-1].stop_reason))
        raise typer.Exit(STOPPED_STATUS)


def _lines_of(trial: "StageTrial") -> list[str]:
    kinds = {"instruction_generation": "instructions", "classification": "verdicts", "instance_generation": "instances"}
    share = f" ({trial.readable / trial.answered:.0%})" if trial.answered else ""
    answered = f"{trial.answered} of {trial.requests} requests answered, {trial.readable} readable{share}"
    lines = [f"{trial.stage.value}: {answered}, {trial.kept} {kinds[trial.stage.value]}"]
    if trial.reasons:
        dropped = ", ".join(f"{count} {reason.value}" for reason, count in trial.reasons.most_common())
        lines.append(f"  dropped: {dropped}")
    if trial.unknown_markers:
        words = ", ".join(f"{word!r} in {count} answers" for word, count in trial.unknown_markers.most_common())
        lines.append(
            f"  unknown markers: {words}. Add them to `markers` in locale.yaml if they mean the same as yours."
        )
    lines += [f"  could not be read: {text!r}" for text in trial.unreadable]
    return lines
