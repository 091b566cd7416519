"""`make release-check`: the packages of a release, built and tried as a stranger gets them.

It builds the source distribution and, from it, the wheel; checks their metadata and what is in them; installs the wheel
by pip, the source distribution by uv, each in a clean environment of its own, and runs the demo there from an empty
folder; and runs the command of the wheel by `uvx`. The three datasets must be equal.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.release_contents import ROOT, faults_of, missing_parts, read_sdist, read_wheel, sdist_files, wheel_files

TOOLS = ("build>=1.2", "twine>=6", "uv>=0.5")
CONSTRAINTS = ROOT / "constraints.txt"
DEMO = ("run", "--num-instructions", "20", "--output", "demo")

IMPORT_ALL = """
import distilabel_selfinstruct as si
assert "site-packages" in si.__file__, si.__file__
print(len([getattr(si, name) for name in si.__all__]), "names can be imported")
"""


def main() -> int:
    """Check everything; 0 if all is well."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        folder = Path(name)
        tools = _environment(folder / "tools")
        _run(folder, tools / "pip", "install", "--quiet", *TOOLS)
        packages = _build(folder, tools)
        wheel, sdist = sorted(packages.glob("*.whl")) + sorted(packages.glob("*.tar.gz"))
        _run(folder, tools / "twine", "check", "--strict", wheel, sdist)
        faults = [
            *missing_parts(read_wheel(wheel)),
            *faults_of(read_wheel(wheel), wheel_files(), (f"{wheel.name.rsplit('-', 3)[0]}.dist-info/",)),
            *faults_of(read_sdist(sdist), sdist_files(), ("PKG-INFO",)),
        ]
        if faults:
            print("\n".join(faults))
            return 1
        print(
            f"{wheel.name} and {sdist.name} hold what they should: {len(wheel_files())} and {len(sdist_files())} files."
        )
        digests = {
            "the wheel, by pip": _by_pip(folder / "by-pip", wheel),
            "the sdist, by uv": _by_uv(folder / "by-uv", tools / "uv", sdist),
            "the wheel, by uvx": _by_uvx(folder / "by-uvx", tools / "uv", wheel),
        }
        for how, digest in digests.items():
            print(f"{digest}  instances of the demo from {how}")
        target = ROOT / "dist"
        target.mkdir(exist_ok=True)
        for package in (wheel, sdist):
            shutil.copy2(package, target)
    print(f"{target} has both packages. {time.monotonic() - began:.0f} s.")
    return 0 if len(set(digests.values())) == 1 else 1


def _build(folder: Path, tools: Path) -> Path:
    """Build both packages from the files that git tracks, so that nothing that lies about gets in."""
    source, packages = folder / "source", folder / "packages"
    for path in sorted({*wheel_files(), *sdist_files()}):
        if (ROOT / path).exists():  # the settings are elsewhere in the wheel
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, source / path)
    _run(folder, tools / "python", "-m", "build", "--outdir", packages, source)
    return packages


def _by_pip(folder: Path, wheel: Path) -> str:
    programs = _environment(folder / "environment")
    _run(folder, programs / "pip", "install", "--quiet", "--constraint", CONSTRAINTS, wheel)
    return _tried(folder, programs)


def _by_uv(folder: Path, uv: Path, sdist: Path) -> str:
    environment = folder / "environment"
    folder.mkdir()
    _run(folder, uv, "venv", "--quiet", "--python", sys.executable, environment)
    python = environment / "bin" / "python"
    _run(folder, uv, "pip", "install", "--quiet", "--python", python, "--constraint", CONSTRAINTS, sdist)
    return _tried(folder, environment / "bin")


def _by_uvx(folder: Path, uv: Path, wheel: Path) -> str:
    folder.mkdir()
    how = ("tool", "run", "--quiet", "--python", sys.executable, "--constraints", CONSTRAINTS, "--from", wheel)
    _run(folder, uv, *how, "selfinstruct", *DEMO, quiet=True)
    return _digest(folder)


def _environment(folder: Path) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    venv.create(folder, with_pip=True)
    return folder / "bin"


def _tried(folder: Path, programs: Path) -> str:
    _run(folder, programs / "python", "-c", IMPORT_ALL)
    _run(folder, programs / "selfinstruct", "--version")
    _run(folder, programs / "selfinstruct", *DEMO, quiet=True)
    _run(folder, programs / "selfinstruct", "review", "settings", "copy", "mine.yaml", quiet=True)
    return _digest(folder)


def _digest(folder: Path) -> str:
    return hashlib.md5((folder / "demo" / "instances.jsonl").read_bytes(), usedforsecurity=False).hexdigest()


def _run(folder: Path, *command: object, quiet: bool = False) -> None:
    """Run a program in a folder, where nothing of the repository is on its path.

    Raises:
        SystemExit: it failed; what it said is on standard error.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT if quiet else None,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout or "", file=sys.stderr)
        raise SystemExit(f"{' '.join(map(str, command))} failed with status {done.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
