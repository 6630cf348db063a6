"""What the core asks of the world.

`Looks` only reads, `Tools` acts: a read-only command is built without any `Tools`, so it
cannot change a host.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from trueup.model.allowance import Allowances
from trueup.model.checks import Probed
from trueup.model.container import Addresses, Container, EngineInfo, HostEvent, Volume
from trueup.model.errors import Problem
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.secret import Reference, Revealed
from trueup.model.status import Status
from trueup.model.steps import Bundle
from trueup.model.trial import Candidate


class Clock(Protocol):
    """The time. Tests own it."""

    def now(self) -> datetime:
        """Return the wall time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def wait(self, seconds: float) -> None:
        """Let that much time pass."""


@dataclass(frozen=True, slots=True)
class Project:
    """A compose project as compose is told about it. Paths are absolute.

    An empty `files` means compose's own search for compose.yaml and its override. Below
    `fixed` nobody is writing; a young file anywhere else may be half of what it will be.
    """

    name: str
    directory: str
    files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Reads:
    """What compose will read to resolve a project, found before it does.

    Attributes:
        files: absolute paths of files that exist, the project's own ones included.
        absent: absolute paths that are looked for and not there.
        odd: path → why it is no file to be read.
        unknown: names that depend on what only compose can work out.
        remote: names of what lies on another machine.
    """

    files: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    odd: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """The files below one path, as relative path → digest of mode and content.

    A single file is listed under the empty path. `skipped` says why a path is listed as
    data that is not followed (too large, written by a container); empty where it is.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    skipped: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is anything at the path."""
        return bool(self.files)


class Tree(Protocol):
    """The fixed work tree of one source at one revision. All paths are absolute."""

    @property
    def root(self) -> str:
        """The directory that the source's files are in."""

    @property
    def revision(self) -> str:
        """The commit, or a digest where there are no commits."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the revision is not on the disk because it was refused."""

    @property
    def fixed(self) -> str:
        """The directory that nobody writes while `reading` lasts; empty if anybody may."""

    def reading(self) -> AbstractContextManager[None]:
        """Keep the work tree as it is while the context lasts."""

    def real(self, path: str) -> str:
        """Return where a path leads once every link on the way has been followed."""

    def place(self, path: str) -> str:
        """Return where what stands at a path is really read: elsewhere for a candidate."""

    def file(self, path: str) -> str:
        """Return the digest of one file anywhere on this machine; empty if absent."""

    def text(self, path: str) -> str:
        """Return the content of one file; empty if absent or not text."""

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the files that a container sees at a bind-mounted path.

        `writable` directories are data unless git tracks the files in them.
        """

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the files of a build context without what .dockerignore leaves out."""


class Secrets(Protocol):
    """Reads secrets. What it returns names values by their digests; `owner` is whose they are."""

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        """Return the secrets that references point at. Encrypted files must be below `root`.

        Raises:
            SpecError: one is not allowed, not there, or cannot be decrypted.
        """

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:
        """Return the variables of an encrypted env file; None where it is not encrypted."""

    def env_files(self, project: Project) -> tuple[str, ...]:
        """Return the files that services may take variables from."""

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:
        """Return the values of digests, as variables; those that are not known are left out."""


class Marks(Protocol):
    """Whether a question of `Looks` would have the same answer, told without answering it.

    A mark is a text that is another one whenever the answer is, and `?` where that cannot
    be told. It may be some minutes old where the engine tells of changes by itself.
    """

    def containers(self, project: str) -> str:
        """Return `marked` of all containers of a project."""

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""

    def neighbours(self, network: str) -> str:
        """Return `neighbouring` of the services of all projects on a network."""

    def resolve(self, project: Project) -> str:
        """Return a mark of everything that compose resolves a project from."""

    def stored(self, file: str) -> str:
        """Return a mark of a compose file that was written with a release."""

    def lost(self, use: str) -> str:
        """Return a mark of whether the copy of a use is gone."""


class Looks(Protocol):
    """Everything that can be read about the wanted and the real world."""

    @property
    def marks(self) -> Marks:
        """The marks of the answers."""

    @property
    def state(self) -> str:
        """The absolute path of the state directory."""

    @property
    def salt(self) -> str:
        """The key of all digests that could otherwise be guessed back to a secret."""

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""

    @property
    def allowances(self) -> Allowances:
        """What compose projects may reach outside themselves."""

    @property
    def secrets(self) -> Secrets:
        """What reads secrets."""

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:
        """Return the work tree of a source, with the edits of a candidate laid over it."""

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        """Return the project as compose resolves it (`config --format json`).

        `permit` is asked before compose reads anything, and raises where it must not.

        Raises:
            SpecError: compose refuses the project, or `permit` does.
            ToolError: compose itself failed.
        """

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project, stopped ones and strangers' included."""

    @property
    def shared_network(self) -> str:
        """The name of the network that stacks of this host share; empty where there is none."""

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network, whoever made it."""

    def addresses(self) -> Addresses:
        """Return which networks there are, and how many more the engine has room for."""

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release; empty if it is gone."""

    def lost(self, use: str) -> bool:
        """Whether a service (`use_of`) does not mount the copy that it should, or it is gone."""

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""


@dataclass(frozen=True, slots=True)
class Task:
    """The terms under which one act is done.

    `timeout` is in seconds and binding: at its end the whole process group is ended.
    `log` takes lines of output as they come; `superseded` is asked now and then and ends
    the act when it says True.
    """

    timeout: float
    log: Callable[[str], None]
    superseded: Callable[[], bool]


class Tools(Protocol):
    """Everything that changes a host. Each raises ToolError or TransientError."""

    def freeze(self, bundle: Bundle) -> None:
        """Write the files of a release; what exists is left as it is."""

    def pull(self, image: str, task: Task) -> None:
        """Fetch an image."""

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        """Build the image of one service of a release file."""

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        """Bring services to what a release file says, without pulling or building."""

    def act(self, container: str, verb: str, task: Task) -> None:
        """Do `start`, `unpause`, `restart`, `signal:NAME` or `rename:NAME` to a container."""

    def remove(self, containers: Sequence[str], task: Task) -> None:
        """Stop and remove containers; their named volumes stay."""

    def sweep(self, project: str, task: Task) -> None:
        """Remove the networks of a project that has no containers left."""

    def drop_networks(self, project: str, names: Sequence[str]) -> None:
        """Remove networks of a project that no container uses any more."""

    def pin(self, image: str, reference: str) -> None:
        """Keep an image under a tag of ours, so that no prune takes it."""

    def hold(self, images: Sequence[str], mark: str) -> None:
        """Keep images in use, by containers that never start, so that no prune takes them."""

    def let_go(self, mark: str) -> None:
        """Remove every container that holds an image under a mark."""

    def keep(self, references: Sequence[str], prefix: str) -> None:
        """Drop our tags that begin with a prefix and are not among the references."""

    def probe(self, check: Probed, project: str, since: str) -> str:
        """Return why a check does not hold; empty when it does.

        `since` (RFC 3339) is where the log of the current try begins.
        """

    def logs(self, container: str, since: str) -> str:
        """Return the last lines that a container wrote."""


class Records(Protocol):
    """The status files: durable before `write` returns, one writer."""

    def read(self, key: Key) -> Status:
        """Return what is remembered; an empty status where nothing is."""

    def write(self, status: Status) -> None:
        """Remember a status."""

    def forget(self, key: Key) -> None:
        """Remove the status and the artifacts of a resource that is gone."""

    def artifact(self, key: Key, name: str, text: str) -> None:
        """Keep a file beside the status, cut to the size limit and free of secrets."""

    def known(self) -> tuple[Key, ...]:
        """Return every key that has a status."""

    def mark(self, key: Key) -> str:
        """Return a text that is another one whenever a status was written; empty for none."""


class Events(Protocol):
    """Where Docker's events come from."""

    def follow(self, stop: Callable[[], bool]) -> Iterator[HostEvent]:
        """Yield events until told to stop; returns when the connection is lost."""


Emit = Callable[[Event], None]
