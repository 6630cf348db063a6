"""A workshop with one git source, and people who push to it: in memory, or real git."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tests.adapters.repos import Origin, git
from tests.fake_workshop import FakeSource, FakeWorkshop
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.trust import Trust
from trueup.adapters.sources.git import GitSource
from trueup.adapters.workshop.origin import FolderOrigin, GitOrigin
from trueup.adapters.workshop.publishing import Press
from trueup.adapters.workshop.workshop import Benches
from trueup.model.errors import SpecError
from trueup.model.key import Key
from trueup.model.repair import Edit
from trueup.model.workshop import Person, Publication, PublishMode, Workshop, repair_branch

RUN = Key("Run", "fix-api")
BRANCH = repair_branch("shop", "fix-api")
STARTED = datetime(2026, 5, 1, 12, tzinfo=UTC)
BOT = Person("Trueup", "trueup@example.org")
FIX = Edit("api/requirements.txt", "flask\n", "flask\nredis\n")
FILES: dict[str, str | None] = {"api/requirements.txt": "flask\n", "api/app.py": "x\n", "b": "b\n"}


def patch(
    base: str, *edits: Edit, mode: PublishMode = PublishMode.COMMIT, run: Key = RUN
) -> Publication:
    """Return a publication as a Run makes it."""
    return Publication(
        run=run,
        mode=mode,
        base=base,
        edits=edits or (FIX,),
        date=STARTED,
        subject="trueup(api): add redis",
        body="The module redis is missing.",
        trailers={"Trueup-Attempt": "2", "Trueup-Author": "rule/python-module"},
        branch=BRANCH if mode is PublishMode.BRANCH else "",
    )


class Yard(Protocol):
    """The source `here`, its remote, and a workshop."""

    @property
    def workshop(self) -> Workshop:
        """The workshop."""

    def push(self, files: dict[str, str | None], branch: str = "main") -> str:
        """Commit and push as a person does; return the commit."""

    def sync(self) -> str:
        """Have the source show what its branch says; return the commit."""

    def read(self, branch: str, path: str) -> str | None:
        """Return a file of a branch of the remote."""

    def tip(self, branch: str) -> str:
        """Return the commit of a branch of the remote; empty for no branch."""

    def count(self, branch: str) -> int:
        """Return how many commits a branch of the remote has."""

    def protect(self, branch: str) -> None:
        """Refuse pushes to a branch from now on."""


class MemoryYard:
    def __init__(self) -> None:
        self._source = FakeSource()
        self.workshop = FakeWorkshop({"here": self._source})

    def push(self, files: dict[str, str | None], branch: str = "main") -> str:
        return self._source.commit(files, branch)

    def sync(self) -> str:
        return self._source.sync()

    def read(self, branch: str, path: str) -> str | None:
        return self._source.branches[branch][-1].files.get(path)

    def tip(self, branch: str) -> str:
        history = self._source.branches.get(branch, ())
        return history[-1].oid if history else ""

    def count(self, branch: str) -> int:
        return len(self._source.branches.get(branch, ()))

    def protect(self, branch: str) -> None:
        self._source.protected.add(branch)


HOOK = """#!/bin/sh
while read old new ref; do
  if [ "$ref" = "refs/heads/{branch}" ]; then echo "{branch} is protected" >&2; exit 1; fi
done
"""


class GitYard:
    """Real repositories: `origin.git`, a person's clone `work`, and Trueup's own below `state`."""

    def __init__(
        self, place: Path, *, url: str = "", key: str = "", trust: Trust | None = None
    ) -> None:
        self.place, self.origin = place, Origin(place)
        self.remote, self._key, self.trust = Remote(url or self.origin.url), key, trust
        self.source = GitSource("here", self.remote, place / "state/sources/here", trust=trust)
        self.workshop = self.anew()

    def anew(self) -> Benches:
        """Return a workshop as a new process has it."""
        press = Press(self.place / "state/work/pushed", BOT, self._key)
        return Benches(self.place / "state/work", self._origin, press)

    def _origin(self, name: str) -> GitOrigin:
        if name != "here":
            raise SpecError(f"there is no source {name}")
        return GitOrigin(self.source, self.remote, "main", self.trust)

    def push(self, files: dict[str, str | None], branch: str = "main") -> str:
        work = self.origin.work
        if branch != self.origin.branch and self.tip(branch):
            git(work, "fetch", "-q", str(self.origin.path), f"+refs/heads/{branch}:refs/theirs")
            git(work, "checkout", "-q", "--detach", "refs/theirs")
        elif self.tip("main"):
            git(work, "fetch", "-q", str(self.origin.path), "+refs/heads/main:refs/theirs")
            git(work, "checkout", "-q", "--detach", "refs/theirs")
        self.origin.branch, before = branch, self.origin.branch
        try:
            return self.origin.commit(files)
        finally:
            self.origin.branch = before

    def sync(self) -> str:
        return self.source.sync().revision

    def read(self, branch: str, path: str) -> str | None:
        listed = git(self.origin.path, "ls-tree", "-r", "--name-only", "-z", branch)
        if path not in listed.split("\0"):
            return None
        oid = git(self.origin.path, "rev-parse", f"{branch}:{path}")
        return raw(self.origin.path, "cat-file", "blob", oid).decode()

    def tip(self, branch: str) -> str:
        ref = f"refs/heads/{branch}"
        return git(self.origin.path, "for-each-ref", "--format=%(objectname)", ref)

    def count(self, branch: str) -> int:
        return int(git(self.origin.path, "rev-list", "--count", branch))

    def protect(self, branch: str) -> None:
        hook = self.origin.path / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(HOOK.format(branch=branch))
        hook.chmod(0o755)


class FolderYard:
    """A folder of the machine as the source `here`."""

    def __init__(self, place: Path, folder: Path | None = None, key: str = "") -> None:
        self.folder, self.state = folder or place / "folder", place / "state"
        self.folder.mkdir(parents=True, exist_ok=True)
        own = (self.state, self.folder / "status")
        origin = FolderOrigin(self.folder, lambda: "dir-0123456789ab", own)
        press = Press(self.state / "work/pushed", BOT, key)
        self.workshop = Benches(self.state / "work", lambda _: origin, press)

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


def raw(place: Path, *args: str) -> bytes:
    """Return what git prints, byte for byte."""
    done = subprocess.run(
        ["git", *args],  # noqa: S607
        cwd=place,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout
