"""The look at the end of a test run finds keys."""

from pathlib import Path

from tests.leaks import KEY, TOKEN, leaks_in


def test_keys_are_found_in_files_and_credential_files_are_passed_over(tmp_path: Path) -> None:
    # In halves: this folder is looked through at the end of the run.
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "harmless").write_text(KEY[:-1])
    (inner / "binary").write_bytes(b"\0\xff" + TOKEN.encode() + b"\0")
    (inner / "token").write_text(TOKEN)
    (inner / "token").chmod(0o644)
    (tmp_path / "link").symlink_to(inner / "binary")
    assert sorted(leaks_in(tmp_path)) == [inner / "binary", inner / "token"]
    (inner / "token").chmod(0o600)
    assert list(leaks_in(tmp_path)) == [inner / "binary"]
    (inner / "binary").unlink()
