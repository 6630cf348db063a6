"""A home that follows a git repository: people push, Trueup answers on a branch of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adapters.git_http import serving
from tests.adapters.repos import Origin, git
from tests.e2e.answer import Answer, Loader
from tests.e2e.scenario import PATIENCE, Home, has_failed, tended

BRANCH = "trueup/status"
SOURCE = "apps"


class GitHome(Home):
    """A home with one git source, `apps`. What `stack` and `write` make is for `commit`."""

    def __init__(self, folder: Path, url: str = "", **git_settings: Any) -> None:
        self.origin = Origin(folder / "there")
        self.url = url or self.origin.url
        self.git_settings = git_settings
        self.guard: dict[str, Any] = {}
        super().__init__(folder)
        self.specs = self.origin.work / "specs"
        self.state = folder / ".trueup"
        self.answers = self.state / "status" / SOURCE

    def configure(self, **settings: Any) -> None:
        """Write trueup.yaml; without more it follows the origin, and answers quickly."""
        said = {"url": self.url, "interval": "500ms", **self.git_settings}
        sources = [{"name": SOURCE, "git": said, "guard": {"allowEmpty": True, **self.guard}}]
        quick = {"interval": "200ms"}
        body = {"sources": sources, "status": quick, **settings}
        self.write(self.folder / "trueup.yaml", yaml.safe_dump(body))

    def commit(self, files: Mapping[str, str | None] | None = None) -> str:
        """Commit and push what was written, and more files; return the commit."""
        return self.origin.commit(files or {})

    @property
    def tree(self) -> Path:
        """The work tree of the source."""
        return self.state / "sources" / SOURCE / "tree"

    @property
    def checked_out(self) -> str:
        """The commit that the work tree is at; empty while there is none."""
        try:
            said = json.loads((self.state / "sources" / SOURCE / "manifest.json").read_text())
        except FileNotFoundError:
            return ""
        return str(said["revision"]) if said["complete"] else ""

    def wait_checked_out(self, commit: str) -> None:
        """Wait until the work tree is at a commit."""
        self.wait_until(lambda: self.checked_out == commit, f"{commit} is checked out")

    # --- the status branch

    def published(self) -> dict[str, str]:
        """Return path → text of the status branch."""
        return {name: self._shown(name) for name in self.published_names()}

    def published_names(self) -> list[str]:
        """Return the paths of the status branch."""
        if not git(self.origin.path, "branch", "--list", BRANCH):
            return []
        return git(self.origin.path, "ls-tree", "-r", "--name-only", BRANCH).splitlines()

    def public_status(self, name: str) -> Answer:
        """Return the status of a stack as the status branch has it; empty for none."""
        path = f"Stack/{name}.yaml"
        if not git(self.origin.path, "branch", "--list", BRANCH):
            return Answer("", {})
        if not git(self.origin.path, "ls-tree", "--name-only", BRANCH, path):
            return Answer("", {})
        said = yaml.load(self._shown(path), Loader)  # noqa: S506 - safe
        return Answer(said["summary"], said["status"])

    def status_commits(self) -> list[str]:
        """Return the subjects of the status commits, latest first."""
        if not git(self.origin.path, "branch", "--list", BRANCH):
            return []
        return git(self.origin.path, "log", "--format=%s", BRANCH).splitlines()

    def wait_published(self, name: str, timeout: float = PATIENCE) -> Answer:
        """Wait until the branch says what the status file says."""

        def same() -> bool:
            public = self.public_status(name)
            return bool(public.body) and public == self.status(name)

        self.wait_until(same, f"the status of {name} is on the branch", timeout)
        return self.public_status(name)

    def _shown(self, path: str) -> str:
        return git(self.origin.path, "show", f"{BRANCH}:{path}")


@contextmanager
def served(folder: Path, token: str = "") -> Iterator[tuple[str, list[str]]]:
    """Serve the origin of a home over HTTP; yield its URL, and the list of requests."""
    there = folder / "there"
    there.mkdir(parents=True, exist_ok=True)
    with serving(there, token) as one:
        yield f"{one.url}/origin.git", one.requests


@contextmanager
def git_home(
    folder: Path,
    request: pytest.FixtureRequest,
    url: str = "",
    kind: Callable[..., GitHome] = GitHome,
    **git_settings: Any,
) -> Iterator[GitHome]:
    """Yield a home that follows a git repository; torn down as `home_in` does."""
    home = kind(folder, url, **git_settings) if url or git_settings else kind(folder)
    with tended(home, has_failed(request)):
        yield home
