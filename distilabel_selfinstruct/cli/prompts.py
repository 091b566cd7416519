"""`selfinstruct prompts`: start prompts of your own from packaged ones."""

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from distilabel_selfinstruct.cli.screen import say
from distilabel_selfinstruct.errors import ConfigError, OutputFileError, writing
from distilabel_selfinstruct.files import atomic

FILES = ("prompts.yaml", "classification.jsonl", "input_first.jsonl", "output_first.jsonl")
"""Words, and the worked examples of the three requests that show some."""

app = typer.Typer(no_args_is_help=True)


@app.callback()
def prompts() -> None:
    """Without this, the one command would have no name."""


@app.command("copy")
def copy(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The new folder.")],
    language: Annotated[str, typer.Option(help="The packaged language, or the folder of a pack, to copy from.")] = "en",
) -> None:
    """Copy the prompts of a language to a folder that you can change, for `run --prompts FOLDER`."""
    from distilabel_selfinstruct.languages import load_pack

    pack = load_pack(language)
    if not pack.has_prompts:
        raise ConfigError(f"The language {language!r} has no prompts to copy: choose another with `language`.")
    if not atomic.is_free(folder):
        raise OutputFileError(f"{folder} exists: choose another name.", folder)
    with writing(folder), atomic.new_folder(folder) as partial:
        for name in FILES:
            shutil.copyfile(pack.folder / name, partial / name)
    use = f"selfinstruct run --prompts {shlex.quote(str(folder))} --language {shlex.quote(language)}"
    say(f"{folder}: {', '.join(FILES)}. Use them: {use}")
