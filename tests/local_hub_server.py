"""A server that speaks the part of the Hub's HTTP API that huggingface_hub and datasets use for dataset repositories.

Point real clients at it with `HF_ENDPOINT=hub.url`. They read it when they are imported, so give it to a process of its
own. Large files go the LFS way: clients need `HF_HUB_DISABLE_XET=1`.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from tests.hub_repositories import File, Repository

REPO = r"(?P<repo>[^/]+/[^/]+?)"
LFS_SUFFIXES = (".parquet", ".png", ".arrow", ".gz")


@dataclass
class Fault:
    """What goes wrong: at requests of this method whose path holds this text, so many times."""

    method: str
    path: str
    times: int
    status: int = 500
    drop: str = ""
    """`before` closes the connection in the middle of the request's body, `after` when the request has been served."""
    message: str = "Internal Error - We're working hard to fix this as soon as possible!"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    token: str
    body: bytes


@dataclass
class LocalHub:
    """The Hub's state, and its address once it is served. `tokens` maps each valid token to its user."""

    tokens: dict[str, str]
    read_only: set[str] = field(default_factory=set)
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    def create(self, name: str, *, private: bool = False, files: dict[str, bytes] | None = None) -> Repository:
        repository = self.repositories[name] = Repository(name, private)
        stored = {".gitattributes": File(b"*.parquet filter=lfs diff=lfs merge=lfs -text\n", lfs=False)}
        stored |= {path: File(content, path.endswith(LFS_SUFFIXES)) for path, content in (files or {}).items()}
        repository.commit("initial commit", stored)
        return repository

    def sent(self, method: str, path: str) -> list[Request]:
        return [request for request in self.requests if request.method == method and re.search(path, request.path)]

    def fault_for(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.method == method and fault.path in path:
                    fault.times -= 1
                    return fault
        return None


@contextmanager
def serve(**tokens: str) -> Iterator[LocalHub]:
    """A Hub on a free port of this machine. Each keyword is a user, with the user's token."""
    hub = LocalHub({token: user for user, token in tokens.items()})

    class BoundHandler(Handler):
        pass

    BoundHandler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), BoundHandler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class RefusedError(Exception):
    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


class Handler(BaseHTTPRequestHandler):
    hub: LocalHub
    protocol_version = "HTTP/1.1"

    def handle_request(self) -> None:
        url = urlsplit(self.path)
        path, self.query = unquote(url.path), parse_qs(url.query)
        fault = self.hub.fault_for(self.command, path)
        length = int(self.headers.get("Content-Length") or 0)
        if fault and fault.drop == "before":
            self.rfile.read(length // 2)
            self.close_connection = True
            return
        self.body = self.rfile.read(length)
        self.token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        with self.hub.lock:
            self.hub.requests.append(Request(self.command, path, self.token, self.body))
        self.silent = bool(fault and fault.drop == "after")
        if fault and not fault.drop:
            headers = {"Retry-After": "0"} if fault.status == 429 else {}
            self.reply(fault.status, {"error": fault.message}, {"X-Error-Message": fault.message, **headers})
            return
        try:
            with self.hub.lock:
                self.dispatch(path)
        except RefusedError as refusal:
            headers = {"X-Error-Message": refusal.message}
            if refusal.code:
                headers["X-Error-Code"] = refusal.code
            self.reply(refusal.status, {"error": refusal.message}, headers)

    do_GET = do_HEAD = do_POST = do_PUT = handle_request  # noqa: N815 - http.server's names

    def dispatch(self, path: str) -> None:
        if self.token and self.token not in self.hub.tokens:
            raise RefusedError(401, "Invalid credentials in Authorization header")
        reading, writing = ("GET", "HEAD"), ("POST", "PUT")
        for methods, pattern, action in (
            (reading, r"/api/whoami-v2", self.whoami),
            (writing, r"/api/validate-yaml", self.validate_yaml),
            (writing, r"/api/repos/create", self.create),
            (writing, rf"/api/datasets/{REPO}/settings", self.settings),
            (reading, rf"/api/datasets/{REPO}/refs", self.refs),
            (reading, rf"/api/datasets/{REPO}/tree/(?P<revision>[^/]+)(?:/(?P<folder>.+))?", self.tree),
            (writing, rf"/api/datasets/{REPO}/paths-info/(?P<revision>.+)", self.paths_info),
            (writing, rf"/api/datasets/{REPO}/preupload/(?P<revision>.+)", self.preupload),
            (writing, rf"/api/datasets/{REPO}/commit/(?P<revision>.+)", self.commit),
            (reading, rf"/api/datasets/{REPO}(?:/revision/(?P<revision>.+))?", self.info),
            (writing, rf"/datasets/{REPO}\.git/info/lfs/objects/batch", self.lfs_batch),
            (writing, r"/lfs/(?P<oid>[0-9a-f]{64})", self.lfs_upload),
            (reading, rf"/datasets/{REPO}/(?:resolve|raw)/(?P<revision>[^/]+)/(?P<file>.+)", self.download),
        ):
            match = re.fullmatch(pattern, path)
            if match and self.command in methods:
                action(**match.groupdict())
                return
        raise RefusedError(404, f"This server has no {self.command} {path}.")

    # Accounts and repositories

    def whoami(self) -> None:
        self.require_token()
        self.reply(200, {"type": "user", "name": self.hub.tokens[self.token], "orgs": [], "auth": {}})

    def validate_yaml(self) -> None:
        text = json.loads(self.body)["content"].split("---\n")[1]
        try:
            header = yaml.safe_load(text)
        except yaml.YAMLError as error:
            self.reply(400, {"errors": [{"message": str(error)}], "warnings": []})
            return
        licensed = isinstance(header.get("license"), str)
        self.reply(200, {"errors": [] if licensed else [{"message": '"license" must be a string'}], "warnings": []})

    def create(self) -> None:
        self.require_token(write=True)
        wanted = json.loads(self.body)
        owner = wanted.get("organization") or self.hub.tokens[self.token]
        name = f"{owner}/{wanted['name']}"
        if owner == "forbidden":
            raise RefusedError(403, f"You don't have the rights to create a dataset under the namespace {owner!r}.")
        url = {"url": f"{self.hub.url}/datasets/{name}", "name": name}
        if name in self.hub.repositories:
            self.reply(409, {"error": "You already created this dataset repo", **url})
            return
        self.hub.create(name, private=bool(wanted.get("private")) or wanted.get("visibility") == "private")
        self.reply(200, url)

    def settings(self, repo: str) -> None:
        self.require_token(write=True)
        wanted = json.loads(self.body)
        repository = self.repository(repo)
        repository.private = wanted.get("private", wanted.get("visibility") == "private")
        self.reply(200, {"private": repository.private})

    def info(self, repo: str, revision: str | None) -> None:
        repository = self.repository(repo)
        oid, files = self.files(repository, revision or "main")
        self.reply(
            200,
            {
                "_id": "0" * 24, "id": repo, "sha": oid, "private": repository.private,
                "gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0,
                "lastModified": "2026-01-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z",
                "siblings": [{"rfilename": path} for path in sorted(files)],
            },
        )  # fmt: skip

    def refs(self, repo: str) -> None:
        head = self.repository(repo).commits[-1][0]
        self.reply(
            200,
            {
                "branches": [{"name": "main", "ref": "refs/heads/main", "targetCommit": head}],
                "converts": [],
                "tags": [],
            },
        )

    # Reading

    def tree(self, repo: str, revision: str, folder: str | None) -> None:
        _, files = self.files(self.repository(repo), revision)
        prefix = f"{folder}/" if folder else ""
        inside = {path: file for path, file in sorted(files.items()) if path.startswith(prefix)}
        if folder and not inside:
            raise RefusedError(404, f"{folder} does not exist on {revision}", "EntryNotFound")
        recursive = self.query.get("recursive", ["false"])[0].lower() in ("true", "1")
        entries: dict[str, dict[str, Any]] = {}
        for path, file in inside.items():
            parts = path.removeprefix(prefix).split("/")
            for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
                parent = prefix + "/".join(parts[:depth])
                entries.setdefault(parent, _folder_entry(parent))
            if recursive or len(parts) == 1:
                entries[path] = _file_entry(path, file)
        self.reply(200, list(entries.values()))

    def paths_info(self, repo: str, revision: str) -> None:
        _, files = self.files(self.repository(repo), revision)
        if "json" in self.headers.get("Content-Type", ""):
            paths = json.loads(self.body)["paths"]
        else:
            paths = parse_qs(self.body.decode()).get("paths", [])
        found = []
        for path in [paths] if isinstance(paths, str) else paths:
            if path in files:
                found.append(_file_entry(path, files[path]))
            elif any(other.startswith(f"{path}/") for other in files):
                found.append(_folder_entry(path))
        self.reply(200, found)

    def download(self, repo: str, revision: str, file: str) -> None:
        oid, files = self.files(self.repository(repo), revision)
        if file not in files:
            raise RefusedError(404, "Entry not found", "EntryNotFound")
        stored = files[file]
        headers = {"X-Repo-Commit": oid, "ETag": f'"{stored.etag}"', "Accept-Ranges": "bytes"}
        if stored.lfs:
            headers |= {"X-Linked-Etag": f'"{stored.etag}"', "X-Linked-Size": str(len(stored.content))}
        content, status = stored.content, 200
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted:
            start, end = int(wanted[1]), int(wanted[2] or len(content) - 1)
            headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
            content, status = content[start : end + 1], 206
        self.reply(status, content, headers)

    # Writing

    def preupload(self, repo: str, revision: str) -> None:
        self.require_token(write=True)
        _, files = self.files(self.repository(repo), revision)
        answers = []
        for file in json.loads(self.body)["files"]:
            lfs = file["path"].endswith(LFS_SUFFIXES) or file["size"] > 10_000_000
            known = files.get(file["path"])
            answers.append(
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if lfs else "regular",
                    "shouldIgnore": False,
                    "oid": known.etag if known else None,
                }
            )
        self.reply(200, {"files": answers, "commitOid": self.repository(repo).commits[-1][0]})

    def lfs_batch(self, repo: str) -> None:
        self.require_token(write=True)
        self.repository(repo)
        objects = []
        for wanted in json.loads(self.body)["objects"]:
            missing = wanted["oid"] not in self.hub.objects
            upload = {"upload": {"href": f"{self.hub.url}/lfs/{wanted['oid']}", "header": {}}}
            objects.append({**wanted, "authenticated": True, **({"actions": upload} if missing else {})})
        self.reply(200, {"transfer": "basic", "objects": objects})

    def lfs_upload(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            raise RefusedError(400, "The content does not have the hash that it was announced with.")
        self.hub.objects[oid] = self.body
        self.reply(200, b"")

    def commit(self, repo: str, revision: str) -> None:
        self.require_token(write=True)
        repository = self.repository(repo)
        oid, before = self.files(repository, revision)
        files = dict(before)
        header: dict[str, Any] = {}
        for line in self.body.splitlines():
            operation = json.loads(line)
            value = operation["value"]
            if operation["key"] == "header":
                header = value
            elif operation["key"] == "file":
                files[value["path"]] = File(base64.b64decode(value["content"]), lfs=False)
            elif operation["key"] == "lfsFile":
                if value["oid"] not in self.hub.objects:
                    raise RefusedError(400, f"The LFS object {value['oid']} of {value['path']} was not uploaded.")
                files[value["path"]] = File(self.hub.objects[value["oid"]], lfs=True)
            elif operation["key"] == "deletedFile":
                files.pop(value["path"])
            else:
                raise RefusedError(400, f"There is no operation {operation['key']}.")
        if header.get("parentCommit", oid) != oid:
            raise RefusedError(412, "A commit has happened since. Please refresh and try again.")
        new = repository.commit(header["summary"], files)
        self.reply(
            200, {"success": True, "commitOid": new, "commitUrl": f"{self.hub.url}/datasets/{repo}/commit/{new}"}
        )

    # What they share

    def require_token(self, *, write: bool = False) -> None:
        if not self.token:
            raise RefusedError(401, "Invalid username or password.")
        if write and self.token in self.hub.read_only:
            raise RefusedError(403, "You must use a token with write permission.")

    def repository(self, name: str) -> Repository:
        repository = self.hub.repositories.get(name)
        if repository is None or (repository.private and not self.token):
            # What the Hub says to hide private repositories from strangers.
            raise RefusedError(404 if self.token else 401, "Repository not found", "RepoNotFound")
        return repository

    def files(self, repository: Repository, revision: str) -> tuple[str, dict[str, File]]:
        found = repository.at(revision)
        if found is None:
            raise RefusedError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return found

    def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        if self.silent:
            self.close_connection = True
            return
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/octet-stream" if body is content else "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in `hub.requests`."""


def _file_entry(path: str, file: File) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(file.content), "oid": file.git_oid}
    if file.lfs:
        entry["lfs"] = {"oid": file.sha256, "size": len(file.content), "pointerSize": 130}
    return entry


def _folder_entry(path: str) -> dict[str, Any]:
    return {"type": "directory", "path": path, "size": 0, "oid": hashlib.sha1(path.encode()).hexdigest()}
