"""What a repair is made of: a diagnosis, edits that somebody proposes, and what that cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trueup.model.key import Key
from trueup.model.system import Bases


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a log says is wrong.

    Attributes:
        cause: the class of the error, such as `python-module`; it names the rule as well.
        subject: what it is about: a module, a package, a header, a command.
        says: one sentence for people.
        confidence: from 0 to 1.
        line: the line of the log that shows it.
        signature: the same text for the same error, whatever paths, times and digests its
            line has.
        stage: the instruction of the Dockerfile that failed; empty for an error at run time.
        transient: whether the same act may succeed later, so that nothing is to be edited.
    """

    cause: str
    subject: str
    says: str
    confidence: float
    line: str
    signature: str
    stage: str = ""
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One file as it was and as it is to be. `path` is relative to the root of the work tree.

    `before` is None for a file that is created.
    """

    path: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a proposal is not built.

    Attributes:
        code: what kind of reason, such as `forbidden-file` or `removed`.
        path: the file; empty where it is about all of them.
        line: the line of the file as it is to be; 0 where none is known.
        says: one sentence, for people and for the author who is asked again.
    """

    code: str
    path: str
    line: int
    says: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.says}" if place else self.says


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking models has used: calls, tokens in and out, cost in US dollars, seconds."""

    calls: int = 0
    sent: int = 0
    received: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            self.calls + other.calls,
            self.sent + other.sent,
            self.received + other.received,
            self.cost + other.cost,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an author proposes. Nothing of it has been judged or applied.

    Attributes:
        author: `rule/<cause>`, `model/<name>` or `diff`.
        says: one sentence for people.
        cannot: why a person is needed; then there are no edits.
        papers: texts to keep as artifacts, by file name (`prompt.md`, `answer.md`).
    """

    author: str
    edits: tuple[Edit, ...] = ()
    says: str = ""
    cannot: str = ""
    usage: Usage = field(default_factory=Usage)
    papers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt: its author, its diff, and the error that it ended with."""

    author: str
    diff: str
    error: str


class Files(Protocol):
    """The files of a work tree. Paths are relative to its root, with `/` between names."""

    def paths(self) -> tuple[str, ...]:
        """Return every regular file, sorted; links and what leads out are left out."""

    def text(self, path: str) -> str | None:
        """Return the content of a file; None where there is none, or it is no UTF-8 text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a work tree a service is built. Paths are relative to the root of the tree.

    Attributes:
        context: the folder of the build context; empty for the root itself.
        dockerfile: the path of the Dockerfile.
        target: the stage that is built; empty for the last one.
        command: the command of the compose file, if it has one.
    """

    context: str
    dockerfile: str
    target: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What an author is asked. The log holds no known secret.

    Attributes:
        run: whose work it is.
        service: the service of the stack; empty for a workspace of its own.
        log: what the build or the service wrote, the end of it at least.
        allowed: patterns (as in .gitignore, relative to the root) of files that may be edited.
        past: the attempts before this one, oldest first.
        tokens: how many tokens may still be used, sent and received; None for no limit.
        cost: how many US dollars may still be spent; None for no limit.
    """

    run: Key
    service: str
    instruction: str
    log: str
    diagnosis: Diagnosis | None
    files: Files
    place: Place
    allowed: tuple[str, ...]
    past: tuple[Past, ...] = ()
    tokens: int | None = None
    cost: float | None = None


class Author(Protocol):
    """Somebody who proposes edits. Never applies any."""

    def propose(self, request: Request) -> Proposal | None:
        """Return a proposal; None where this author has nothing to say.

        Raises:
            SpecError: the configuration of this author is wrong.
            ToolError: it failed in a way that waiting does not mend, or has no budget left.
            TransientError: it does not answer now.
        """


@dataclass(frozen=True, slots=True)
class PackageVersion:
    """One version of a package.

    Attributes:
        number: as the index writes it.
        needs: the versions of Python or Node that it accepts, such as `>=3.9`; empty for any.
        uploaded: when, in RFC 3339; empty where the index does not say.
        hashes: the SHA-256 of its files in hexadecimal, as far as the index says them.
    """

    number: str
    needs: str = ""
    uploaded: str = ""
    hashes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What an index has of a package: its name as spelled there, and versions in any order.

    What was yanked is left out.
    """

    name: str
    versions: tuple[PackageVersion, ...]


class Indexes(Bases, Protocol):
    """The package indexes, those inside base images among them. Every question may raise `TransientError`: no answer now."""

    def python(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the Python indexes have of a package; None where they do not know it.

        `urls` are the simple indexes that the build names; without any, the machine's own.
        """

    def modules(self, name: str, version: str, urls: Sequence[str] = ()) -> frozenset[str] | None:
        """Return the top modules that a version of a Python package installs; None: not known."""

    def node(self, name: str, urls: Sequence[str] = ()) -> PackageFacts | None:
        """Return what the npm registry has of a package; None where it does not know it."""
