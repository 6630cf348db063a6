"""One fake for each port of the core. The Docker host has a file of its own: fake_host.py."""

import hashlib
import json
import posixpath
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from trueup.model.errors import Problem, SpecError
from trueup.model.key import Key
from trueup.model.ports import Listing, Project
from trueup.model.secret import FromEnvFile, Reference, Revealed, filled
from trueup.model.status import Status
from trueup.model.work import Artifact


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
    moved: dict[str, str] = field(default_factory=dict)

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

    def place(self, path: str) -> str:
        """Follow `moved`: absolute path → where it is read, with all that is below."""
        for root, place in self.moved.items():
            if path == root or path.startswith(f"{root}/"):
                return place + path.removeprefix(root)
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

    def artifact(self, key: Key, name: str, text: str, *, passing: bool = False) -> Artifact:
        del passing
        self.artifacts[key, name] = text
        data = text.encode()
        return Artifact(name, len(data), hashlib.sha256(data).hexdigest())

    def paper(self, key: Key, name: str) -> str:
        return self.artifacts.get((key, name), "")

    def discard(self, key: Key, name: str) -> None:
        self.artifacts.pop((key, name), None)

    def known(self) -> tuple[Key, ...]:
        return tuple(sorted(self.statuses))

    def mark(self, key: Key) -> str:
        return repr(self.statuses[key]) if key in self.statuses else ""

    def texts(self, key: Key) -> Mapping[str, str]:
        """Return the artifacts of a resource by name."""
        return {name: text for (one, name), text in self.artifacts.items() if one == key}


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class FakeSecrets:
    """`Secrets` by name; a name that has no value is refused.

    Attributes:
        said: name → value, as references lead to it now.
        encrypted: path of an encrypted env file → name → (what stands there, value).
        known: digest → value, of all that was ever revealed.
    """

    said: dict[str, str] = field(default_factory=dict)
    encrypted: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        if absent := references.keys() - self.said.keys():
            raise SpecError(f"{owner}: {', '.join(absent)} is not there", root)
        return tuple(
            self._revealed(name, self.said[name], one) for name, one in references.items()
        )

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:  # noqa: ARG002
        if path not in self.encrypted:
            return None
        return tuple(
            self._revealed(name, value, FromEnvFile(path, name), sealed)
            for name, (sealed, value) in self.encrypted[path].items()
        )

    def env_files(self, project: Project) -> tuple[str, ...]:  # noqa: ARG002 - there is one
        return tuple(self.encrypted)

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:  # noqa: ARG002
        return {one: self.known[one] for one in digests if one in self.known}

    def filled(self, model: Any) -> Any:
        """Return a model with values, as compose hands it to a container."""
        return json.loads(filled(json.dumps(model), self.known.get))

    def token(self, name: str) -> str:
        """Return what stands for the value that a name has now."""
        return f"trueup-secret-{digest_of(name, self.said[name])}"

    def _revealed(self, name: str, value: str, reference: Reference, sealed: str = "") -> Revealed:
        mark = digest_of(name, value)
        self.known[mark] = value
        return Revealed(name, mark, f"/memory/{mark}/{name}", reference, sealed)


def digest_of(name: str, value: str) -> str:
    """Return the digest that a secret has on the fake host."""
    return hashlib.sha256(f"{name}={value}".encode()).hexdigest()[:16]
