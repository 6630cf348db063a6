"""One fake for each port of the core. The Docker host has a file of its own: fake_host.py."""

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.ports import Listing
from trueup.model.status import Status


@dataclass(slots=True)
class FakeClock:
    """Time that passes only when somebody waits, or a test says so."""

    epoch: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at(self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += max(0.0, seconds)

    def at(self, seconds: float) -> datetime:
        """Return the wall time of a monotonic one."""
        return self.epoch + timedelta(seconds=seconds)


@dataclass(slots=True)
class FakeTree:
    """A work tree: absolute path → text. Paths outside `root` are files of the machine."""

    root: str = "/repo"
    revision: str = "abc1234"
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def fixed(self) -> str:
        return self.root

    @contextmanager
    def reading(self) -> Iterator[None]:
        yield

    def real(self, path: str) -> str:
        """Follow `links`: absolute path → where it leads."""
        path = posixpath.normpath(path)
        for link, target in self.links.items():
            if path == link or path.startswith(f"{link}/"):
                return target + path.removeprefix(link)
        return path

    def file(self, path: str) -> str:
        return _digest(self.files[path]) if path in self.files else ""

    def text(self, path: str) -> str:
        return self.files.get(path, "")

    def listing(self, path: str, *, writable: bool) -> Listing:
        if path in self.files:
            return Listing({"": self.file(path)})
        inside = path == self.root or path.startswith(f"{self.root}/")
        if writable or not inside:
            return Listing(skipped="a writable directory is data" if inside else "outside")
        return self.context(path, "")

    def context(self, path: str, dockerfile: str) -> Listing:  # noqa: ARG002 - it ignores nothing
        prefix = path.rstrip("/") + "/"
        found = {
            posixpath.relpath(name, path): _digest(text)
            for name, text in self.files.items()
            if name.startswith(prefix)
        }
        return Listing(found)


@dataclass(slots=True)
class FakeRecords:
    """The status files as a dictionary. `written` counts, so that noise can be seen."""

    statuses: dict[Key, Status] = field(default_factory=dict)
    artifacts: dict[tuple[Key, str], str] = field(default_factory=dict)
    written: int = 0

    def read(self, key: Key) -> Status:
        return self.statuses.get(key, Status(key))

    def write(self, status: Status) -> None:
        if self.statuses.get(status.key) != status:
            self.written += 1
        self.statuses[status.key] = status

    def forget(self, key: Key) -> None:
        self.statuses.pop(key, None)
        self.artifacts = {k: text for k, text in self.artifacts.items() if k[0] != key}

    def artifact(self, key: Key, name: str, text: str) -> None:
        self.artifacts[key, name] = text

    def known(self) -> tuple[Key, ...]:
        return tuple(sorted(self.statuses))

    def texts(self, key: Key) -> Mapping[str, str]:
        """Return the artifacts of a resource by name."""
        return {name: text for (one, name), text in self.artifacts.items() if one == key}


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
