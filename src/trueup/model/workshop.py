"""The port of a Run's own work tree, and of what becomes of a patch that was verified.

The operator's own files are never part of it: edits are tried in a copy, and published as a
commit of their own. Who proposes edits and why they are right it does not know.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from trueup.model.errors import SpecError, SupersededError, ToolError
from trueup.model.key import Key
from trueup.model.repair import Edit, Files


class MisfitError(ToolError):
    """An edit does not fit the work tree: another content, no file, or a link on the way."""


class OutdatedError(SupersededError):
    """An edited file is another one by now; the attempt has to begin anew on a new revision."""


class UnpublishableError(SpecError):
    """The source takes no patch in such a mode, whatever is in it."""


class HandsOffError(ToolError):
    """A person has pushed to the branch of a repair, so it is theirs now."""


class ProtectedError(ToolError):
    """The remote takes no such push, whoever tries again; a rule of its own forbids it."""


class PublishMode(StrEnum):
    """Where a patch goes.

    A commit on the branch that the source follows, one on a branch of its own, or, for a
    folder outside git, into the files themselves.
    """

    COMMIT = "commit"
    BRANCH = "branch"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Person:
    """An author, as git names them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Workplace:
    """A work tree of its own.

    Attributes:
        root: the absolute path of the tree.
        source: the name of the source that it was made of.
        revision: the revision of the source that the tree was made of.
        left: what of the source is not in the tree, each as `path: why`; the first few.
    """

    root: str
    source: str
    revision: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """A patch to publish. The same publication always makes the same commit.

    Attributes:
        run: whose patch it is.
        base: the revision that the edits were made for (`Workplace.revision`).
        date: when the Run started; the date of the commit.
        branch: the branch to make, such as `repair_branch` returns; for mode `branch` only.
        subject: the first line of the message.
        trailers: what stands at the end of the message, name → text.
        author: who made the patch; whoever `trueup.yaml` names where it is None.
        sign: refuse to publish without a signature. With a configured key each commit is signed.
    """

    run: Key
    mode: PublishMode
    base: str
    edits: tuple[Edit, ...]
    date: datetime
    subject: str
    body: str = ""
    trailers: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    author: Person | None = None
    sign: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a patch.

    Attributes:
        commit: the commit; empty for mode `files`.
        parent: the commit that it is on top of: `Publication.base`, or a later one.
        branch: the branch that the commit is on; empty for mode `files`.
        where: the remote's URL, or the folder.
        files: path → SHA-256 of the content that was published; empty for a file that is none.
    """

    source: str
    mode: PublishMode
    commit: str
    parent: str
    branch: str
    where: str
    files: Mapping[str, str] = field(default_factory=dict)


class Workshop(Protocol):
    """A work tree for each Run, and the way out for its patch.

    Every act may be repeated after a crash, and then leads to where one alone would have.
    """

    def open(self, run: Key, source: str) -> Workplace:
        """Return the Run's work tree as it is; where there is none, made of the source now.

        One that a crash or a power cut may have damaged is made anew as well, without edits and
        perhaps of a newer revision: compare `Workplace.revision`.

        Raises:
            SpecError: the source is not known.
            TransientError: the source cannot be read now.
            ToolError: it is too large.
        """

    def opened(self, run: Key) -> Workplace | None:
        """Return the Run's work tree; None where there is none that is whole."""

    def reopen(self, run: Key, source: str) -> Workplace:
        """Throw the Run's work tree away for a new one of the source's current revision."""

    def apply(self, run: Key, edits: tuple[Edit, ...]) -> None:
        """Lay edits over the pristine tree, in place of those before; all of them or none.

        Raises:
            MisfitError: one does not fit; the tree is pristine then.
        """

    def files(self, run: Key) -> Files:
        """Return the files of the Run's work tree as they are, edits included."""

    def diff(self, run: Key) -> str:
        """Return what was edited as a unified diff in git's format; empty for nothing."""

    def close(self, run: Key) -> None:
        """Remove the Run's work tree; nothing happens where there is none."""

    def leftovers(self, going: Collection[Key]) -> tuple[Key, ...]:
        """Return the Runs that have a work tree and are none of those that are going on."""

    def accepts(self, source: str, mode: PublishMode, branch: str = "") -> None:
        """Return if a source takes patches in a mode; no remote is asked.

        Raises:
            UnpublishableError: it does not.
            SpecError: the source is not known.
            TransientError: the source cannot be read now.
        """

    def publish(self, source: str, publication: Publication) -> Published:
        """Publish a patch; once more does no more, and finds what was published.

        Raises:
            OutdatedError: an edited file was changed meanwhile: begin the attempt anew.
            HandsOffError: a person has pushed to the branch.
            ProtectedError: the remote takes no such push.
            UnpublishableError: the source cannot be published to in this mode.
            SpecError: a key is missing.
            ToolError: the remote refuses.
            TransientError: the remote does not answer, or others are always faster.
        """

    def arrived(self, published: Published) -> bool:
        """Say whether the place it went to really has it, also below later commits.

        Raises:
            TransientError: the remote does not answer.
            ToolError: it refuses.
        """


def repair_branch(stack: str, run: str) -> str:
    """Return the branch that a Run publishes its patch on."""
    return f"trueup/repair/{stack}/{run}"
