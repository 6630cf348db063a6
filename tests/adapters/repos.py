"""Real git repositories for the tests: what people and servers do to them."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ENV = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}


def git(place: Path, *args: str, stdin: bytes = b"", more: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        ["git", *args],  # noqa: S607
        cwd=place,
        env={**ENV, **(more or {})},
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode(errors="surrogateescape").strip()


class Origin:
    """A bare repository that others push to, and a clone that pushes."""

    def __init__(self, place: Path, branch: str = "main") -> None:
        self.path, self.work, self.branch = place / "origin.git", place / "work", branch
        place.mkdir(parents=True, exist_ok=True)
        git(place, "init", "-q", "--bare", f"--initial-branch={branch}", str(self.path))
        git(self.path, "config", "http.receivepack", "true")
        git(place, "init", "-q", f"--initial-branch={branch}", str(self.work))

    @property
    def url(self) -> str:
        return f"file://{self.path}"

    def commit(self, files: Mapping[str, str | None], *, force: bool = False) -> str:
        """Write files (None removes one), commit and push; return the commit."""
        for path, content in files.items():
            self._write(path, content)
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "--allow-empty", "-m", "change")
        return self.push(force=force)

    def link(self, commit: str, url: str) -> str:
        """Have another repository's commit as the submodule `lib`; commit and push."""
        modules = f'[submodule "a.b"]\n\tpath = lib\n\turl = {url}\n'
        (self.work / ".gitmodules").write_text(modules)
        git(self.work, "update-index", "--add", "--cacheinfo", f"160000,{commit},lib")
        git(self.work, "add", ".gitmodules")
        git(self.work, "commit", "-q", "-m", "link")
        return self.push()

    def push(self, *, force: bool = False) -> str:
        flags = ["--force"] if force else []
        git(self.work, "push", "-q", *flags, str(self.path), f"HEAD:refs/heads/{self.branch}")
        return git(self.work, "rev-parse", "HEAD")

    def _write(self, path: str, content: str | None) -> None:
        file = self.work / path
        if content is None:
            file.unlink()
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def plant(repository: Path, mode: str, path: str, content: bytes) -> str:
    """Push a commit with one raw tree entry that git itself would not make."""
    oid = git(repository, "hash-object", "-w", "--stdin", stdin=content)
    *folders, name = path.split("/")
    entry = f"{mode} ".encode() + name.encode() + b"\0" + bytes.fromhex(oid)
    args = ("hash-object", "-t", "tree", "-w", "--stdin", "--literally")
    tree = git(repository, *args, stdin=entry)
    for folder in reversed(folders):
        tree = git(repository, *args, stdin=f"40000 {folder}\0".encode() + bytes.fromhex(tree))
    return git(repository, "commit-tree", "-m", "planted", tree)
