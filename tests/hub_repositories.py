"""Dataset repositories in memory, as the Hub keeps them: commits of files, large ones by their SHA-256."""

import hashlib
from dataclasses import dataclass, field


@dataclass
class File:
    content: bytes
    lfs: bool

    @property
    def git_oid(self) -> str:
        # Of a large file, git holds a pointer; its exact text does not matter to any client.
        content = f"oid sha256:{self.sha256}\n".encode() if self.lfs else self.content
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.lfs else self.git_oid


@dataclass
class Repository:
    name: str
    private: bool
    commits: list[tuple[str, str, dict[str, File]]] = field(default_factory=list)
    """Each as its id, its title and all files after it."""

    def commit(self, title: str, files: dict[str, File]) -> str:
        listing = "".join(f"{path} {file.sha256}\n" for path, file in sorted(files.items()))
        oid = hashlib.sha1(f"{len(self.commits)}{title}{listing}".encode()).hexdigest()
        self.commits.append((oid, title, files))
        return oid

    def at(self, revision: str) -> tuple[str, dict[str, File]] | None:
        if revision in ("main", "refs/heads/main"):
            revision = self.commits[-1][0]
        return next(((oid, files) for oid, _, files in self.commits if oid == revision), None)

    @property
    def files(self) -> dict[str, bytes]:
        return {path: file.content for path, file in self.commits[-1][2].items()}

    @property
    def titles(self) -> list[str]:
        return [title for _, title, _ in self.commits]
