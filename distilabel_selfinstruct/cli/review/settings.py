"""`selfinstruct review settings`: start review settings of your own from packaged ones."""

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.cli.screen import say
from distilabel_selfinstruct.errors import ConfigError, OutputFileError, writing
from distilabel_selfinstruct.files import atomic

app = typer.Typer(no_args_is_help=True)


@app.callback()
def settings() -> None:
    """Without this, the one command would have no name."""


@app.command("copy")
def copy(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new YAML file.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="instances or comparison.")] = "instances",
    language: Annotated[str, typer.Option(help="The packaged language, or the folder of a pack, to copy from.")] = "en",
) -> None:
    """Copy settings and their guidelines to a file that you can change, for `--settings FILE` of a push."""
    from distilabel_selfinstruct.languages import load_pack
    from distilabel_selfinstruct.review.argilla.settings import NAMES, config_folder

    if name not in NAMES:
        raise ConfigError(f"`name` is {name!r}: use one of {', '.join(NAMES)}.")
    pack = load_pack(language)
    own = pack.file("review", f"{name}.yaml")
    if own is None and pack.language != "en":
        raise ConfigError(
            f"The language {language!r} has no settings {name!r} to copy: choose another with `language`."
        )
    source = Path(own) if own else config_folder() / f"{name}.yaml"
    guidelines = source.with_suffix(".md")
    for target in (file, file.parent / guidelines.name):
        if target.exists():
            raise OutputFileError(f"{target} exists: choose another folder or name.", target)
    with writing(file):
        atomic.write_all(
            {
                file: lambda partial: shutil.copyfile(source, partial),
                file.parent / guidelines.name: lambda partial: shutil.copyfile(guidelines, partial),
            }
        )
    push = "review push DIR" if name == "instances" else "review compare push --answers NAME=FILE … --output DIR"
    use = f"selfinstruct {push} --settings {shlex.quote(str(file))}"
    say(f"{file}, {file.parent / guidelines.name}. Use them: {use}")
