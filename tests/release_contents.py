"""What the packages of a release must hold, and what they must not: compared with what git tracks."""

import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKAGE = "distilabel_selfinstruct"
SETTINGS = "argilla_config"

NEEDED = (
    "py.typed",
    "__init__.pyi",
    "data/prices.yaml",
    "data/recordings/demo/completions.jsonl",
    "data/recordings/demo-ko/completions.jsonl",
    "hub/card/templates/card.md.jinja",
    "argilla_server/requirements.txt",
    *(f"locales/{language}/locale.yaml" for language in ("de", "en", "es", "fr", "ja", "ko", "zh")),
    *(f"{SETTINGS}/{name}.yaml" for name in ("comparison", "instances")),
)
"""Files of the package that no Python module imports, and without which a part of it fails."""

SOURCE_FILES = ("CHANGELOG.md", "LICENSE", "README.ko.md", "README.md", "constraints.txt", "pyproject.toml")
SOURCE_FOLDERS = (PACKAGE, SETTINGS, "pipelines")
"""What the source distribution holds: enough to build the wheel, and nothing that only developers need."""


@dataclass(frozen=True)
class Archive:
    """A package as a file: its members that are files, by their path within the package."""

    name: str
    members: Mapping[str, bytes]
    faults: tuple[str, ...] = ()


def tracked() -> set[str]:
    """The files of the repository, as git has them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {path for path in listed.split("\0") if path and (ROOT / path).exists()}


def wheel_files() -> set[str]:
    """What the wheel must hold, beside its own `.dist-info`."""
    files = {path for path in tracked() if path.startswith(f"{PACKAGE}/")}
    return files | {f"{PACKAGE}/{path}" for path in tracked() if path.startswith(f"{SETTINGS}/")}


def sdist_files() -> set[str]:
    """What the source distribution must hold, beside its own `PKG-INFO`."""
    folders = tuple(f"{folder}/" for folder in SOURCE_FOLDERS)
    return {path for path in tracked() if path in SOURCE_FILES or path == ".gitignore" or path.startswith(folders)}


def read_wheel(path: Path) -> Archive:
    """The files of a wheel."""
    with zipfile.ZipFile(path) as archive:
        return Archive(path.name, {name: archive.read(name) for name in archive.namelist()})


def read_sdist(path: Path) -> Archive:
    """The files of a source distribution, without the folder in which all of them are."""
    faults, members = [], {}
    with tarfile.open(path) as archive:
        for member in archive:
            if member.uname or member.gname:
                faults.append(f"{path.name}: {member.name} names its owner, {member.uname}:{member.gname}")
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                faults.append(f"{path.name}: {member.name} is no file")
            else:
                members[str(PurePosixPath(*PurePosixPath(member.name).parts[1:]))] = stream.read()
    return Archive(path.name, members, tuple(faults))


def faults_of(archive: Archive, wanted: set[str], own: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a package, one sentence each.

    Args:
        archive: the package.
        wanted: the files of the repository that it must hold.
        own: how the paths of files begin that packaging adds.
    """
    yield from archive.faults
    held = {name for name in archive.members if not name.startswith(own)}
    yield from (f"{archive.name}: {name} is missing" for name in sorted(wanted - held))
    yield from (f"{archive.name}: {name} does not belong there" for name in sorted(held - wanted))
    private = [str(ROOT).encode(), str(Path.home()).encode() + b"/"]
    for name, content in archive.members.items():
        yield from (f"{archive.name}: {name} holds the path {path.decode()}" for path in private if path in content)


def missing_parts(wheel: Archive) -> Iterator[str]:
    """The parts of the package in `NEEDED` that a wheel does not hold, one sentence each."""
    for name in NEEDED:
        if f"{PACKAGE}/{name}" not in wheel.members:
            yield f"{wheel.name}: {name} is missing"
