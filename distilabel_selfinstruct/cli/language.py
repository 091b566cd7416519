"""`selfinstruct language`: which language packs there are, what is in one, how to make one, and whether one works."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.cli.screen import say
from distilabel_selfinstruct.errors import OutputFileError, writing
from distilabel_selfinstruct.files import atomic

HELP = "Language packs: list them, look at one, make one, check one."

app = typer.Typer(no_args_is_help=True)

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
    """Copy the English pack to a new folder, with marks where a text must be translated or written."""
    from distilabel_selfinstruct.languages import english

    target = output or Path(language)
    if target.exists():
        raise OutputFileError(f"{target} exists: choose another name with --output.", target)
    with writing(target), atomic.new_folder(target) as folder:
        shutil.copytree(english().folder, folder, dirs_exist_ok=True)
        for name in ("locale.yaml", "prompts.yaml", "templates.yaml"):
            path = folder / name
            text = path.read_text(encoding="utf-8")
            path.write_text(f"# TODO: write these in your language, and remove this line.\n{text}", encoding="utf-8")
        locale = folder / "locale.yaml"
        text = locale.read_text(encoding="utf-8").replace("language: en\n", f"language: {language}\n")
        text = text.replace("name: rouge_score", "name: unicode").replace("rouge_score: 0.7", "unicode: 0.7")
        locale.write_text(text.replace("name: English", "name: TODO"), encoding="utf-8")
    say(f"{target}: translate the words, and write examples and seed tasks in the language rather than translate them.")
    say(f"Then: selfinstruct language check {target}")


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
    for finding in findings:
        say(f"{finding.severity}: {finding.location}: {finding.fault}. {finding.remedy}")
    errors = sum(finding.severity == "error" for finding in findings)
    say(f"{errors} errors, {len(findings) - errors} warnings.")
    if errors:
        raise typer.Exit(1)
