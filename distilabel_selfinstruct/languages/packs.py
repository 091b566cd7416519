"""Language packs by name or folder, loaded and checked."""

import hashlib
import os
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from distilabel_selfinstruct.errors import ConfigError
from distilabel_selfinstruct.files.packaged import packaged_file, packaged_folder, packaged_names
from distilabel_selfinstruct.files.yaml_text import load_yaml
from distilabel_selfinstruct.languages.locale_file import LOCALE_FILE, read_locale
from distilabel_selfinstruct.languages.pack import Pack

PACKS = "locales"


def pack_names() -> tuple[str, ...]:
    """The tags of the packaged languages, sorted."""
    return packaged_names(PACKS)


def find_pack(language: str | os.PathLike[str]) -> Pack | None:
    """The pack of a BCP-47 tag ("ko", "ko-KR") or of a folder; None if there is none.

    Raises:
        ConfigError: the pack is there and cannot be used.
    """
    name = os.fspath(language)
    packaged = None if _is_path(name) else _packaged(name)
    if packaged is not None:
        return packaged
    # Not by pathlib, which raises for names that are longer than those of files.
    return _own(Path(name).absolute()) if os.path.isfile(os.path.join(name, LOCALE_FILE)) else None  # noqa: PTH113, PTH118


def load_pack(language: str | os.PathLike[str]) -> Pack:
    """The pack of a BCP-47 tag or of a folder.

    Raises:
        ConfigError: there is none, or it cannot be used.
    """
    pack = find_pack(language)
    if pack is None:
        name = os.fspath(language)
        raise ConfigError(
            f"There is no language pack {name!r}: use one of {', '.join(pack_names())}, or make one with "
            f"selfinstruct language new {Path(name).name}."
        )
    return pack


def reading_pack(language: str | os.PathLike[str]) -> Pack:
    """The pack by which responses in a language are read: English where the language has none."""
    return find_pack(language) or english()


def reading_packs(language: str | os.PathLike[str]) -> tuple[Pack, ...]:
    """The packs whose words are read in responses in a language: its own and then English, since models mix them."""
    own = reading_pack(language)
    return (own,) if own.language == english().language else (own, english())


def tag_of(language: str | os.PathLike[str]) -> str:
    """The BCP-47 tag of a language that is named by its tag or by the folder of its pack."""
    name = os.fspath(language)
    pack = find_pack(name) if _packaged(name) is None else None
    return pack.language if pack else name


def english() -> Pack:
    """The English pack."""
    return load_pack("en")


@cache
def other_markers() -> Mapping[str, tuple[str, ...]]:
    """Markers of languages that have no pack, by kind: enough to tell that a response is written with them."""
    path = packaged_file(PACKS, "other_markers.yaml")
    held = load_yaml(path)
    return {kind: tuple(words) for kind, words in held.items()}


def _is_path(name: str) -> bool:
    return os.sep in name or name.startswith(".")


@lru_cache(maxsize=64)
def _packaged(tag: str) -> Pack | None:
    """The packaged pack of a tag, loaded once: its files do not change."""
    folder = packaged_folder(PACKS, tag) or packaged_folder(PACKS, tag.lower().replace("_", "-").partition("-")[0])
    return _loaded(folder) if folder is not None and (folder / LOCALE_FILE).is_file() else None


def _own(folder: Path) -> Pack:
    """The pack in a folder of the user, who may have it from a stranger."""
    try:
        for path in folder.rglob("*"):
            if path.is_symlink():
                raise ConfigError(
                    f"{path} is a link to {path.readlink()}, and a language pack holds all of its files itself: put "
                    "what it leads to in its place."
                )
        return _loaded(folder)
    except OSError as error:
        raise ConfigError(
            f"Cannot read the language pack {folder}: {error.strerror}. Check who may read it."
        ) from error


def _loaded(folder: Path) -> Pack:
    files = tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file())
    return _load(folder, files)


@lru_cache(maxsize=32)
def _load(folder: Path, files: tuple[tuple[Path, int], ...]) -> Pack:
    digest = hashlib.sha256()
    for path, _ in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    others = None if folder == packaged_folder(PACKS, "en") else english().own_markers
    return read_locale(folder, digest.hexdigest(), others)
