"""Write down what an observation asks, and later tell whether it would hear the same.

Each question is kept with the mark of its answer: a text that is another one whenever the
answer is. Knows no kind: what a kind asks of `Looks` is a question like any other.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trueup.model.allowance import Allowances
from trueup.model.container import (
    Addresses,
    Container,
    EngineInfo,
    Volume,
    marked,
    neighbouring,
)
from trueup.model.errors import Problem, TrueupError
from trueup.model.key import Key
from trueup.model.ports import Listing, Looks, Marks, Project, Reads, Secrets, Tree
from trueup.model.secret import Reference, Revealed
from trueup.model.trial import Candidate

UNCERTAIN = "?"
"""The mark of an answer of which nobody can tell whether it would be the same again."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its method: of `Looks`, or of the work tree that `tree` names."""

    method: str
    subject: str | Project
    detail: str = ""
    tree: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one observation with the marks of their answers."""

    trees: tuple[str, ...] = ()
    answers: tuple[tuple[Question, str], ...] = ()

    @property
    def certain(self) -> bool:
        """Whether each of the answers can be compared later."""
        return all(mark != UNCERTAIN for _, mark in self.answers)


def same(asked: Asked, looks: Looks) -> bool:
    """Whether every question would be answered as it was."""
    try:
        with ExitStack() as held:
            trees = {name: looks.tree(name) for name in asked.trees}
            for tree in trees.values():
                held.enter_context(tree.reading())
            return all(_mark(one, looks, trees) == mark for one, mark in asked.answers)
    except TrueupError:
        return False  # whoever looks now is told why


def _mark(one: Question, looks: Looks, trees: Mapping[str, Tree]) -> str:
    if one.tree:
        return TREE[one.method](trees[one.tree], one)
    return str(getattr(looks.marks, one.method)(one.subject))


TREE: Mapping[str, Callable[[Tree, Any], str]] = {
    "real": lambda tree, one: tree.real(one.subject),
    "file": lambda tree, one: tree.file(one.subject),
    "text": lambda tree, one: _digest(tree.text(one.subject)),
    "listing": lambda tree, one: _listed(tree.listing(one.subject, writable=bool(one.detail))),
    "context": lambda tree, one: _listed(tree.context(one.subject, one.detail)),
}
"""How the mark of each answer of a work tree is made: by asking again."""


@dataclass(slots=True)
class Witness:
    """Implements `Looks` over another one, and remembers what was asked."""

    looks: Looks
    trees: dict[str, None] = field(default_factory=dict)
    answers: dict[str, tuple[Question, str]] = field(default_factory=dict)

    def asked(self) -> Asked:
        """Return every question so far."""
        return Asked(tuple(self.trees), tuple(self.answers.values()))

    @property
    def state(self) -> str:
        """The absolute path of the state directory."""
        return self.looks.state

    @property
    def salt(self) -> str:
        """The key of all digests."""
        return self.looks.salt

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""
        return self.looks.engine

    @property
    def marks(self) -> Marks:
        """The marks of answers."""
        return self.looks.marks

    def now(self) -> datetime:
        """Return the time of this look; what depends on it is not for this module."""
        return self.looks.now()

    @property
    def shared_network(self) -> str:
        """The network that stacks share."""
        return self.looks.shared_network

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network."""
        found = self.looks.neighbours(network)
        self.note(Question("neighbours", network), neighbouring(found))
        return found

    def addresses(self) -> Addresses:
        """Return the room for networks. Whoever asks is about to make one, and not at rest."""
        self.note(Question("addresses", ""), UNCERTAIN)
        return self.looks.addresses()

    def volume(self, name: str) -> Volume | None:
        """Return a volume. Whoever asks wants another one than before, and is not at rest."""
        self.note(Question("volume", name), UNCERTAIN)
        return self.looks.volume(name)

    @property
    def allowances(self) -> Allowances:
        """What compose projects may reach outside themselves."""
        return self.looks.allowances

    @property
    def secrets(self) -> Secrets:
        """What reads secrets; whoever has any is looked at in full each time."""
        return WitnessedSecrets(self.looks.secrets, self)

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:
        """Return a work tree whose answers are written down as well.

        What is on trial is looked at in full each time.
        """
        if candidate is not None:
            self.note(Question("tree", source), UNCERTAIN)
            return self.looks.tree(source, candidate)
        self.trees[source] = None
        return WitnessedTree(self.looks.tree(source), source, self)

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        """Return the project as compose resolves it."""
        with self._around("resolve", project):
            return self.looks.resolve(project, permit)

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release."""
        with self._around("stored", file):
            return self.looks.stored(file)

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project; they bring their marks with them."""
        found = self.looks.containers(project)
        self.note(Question("containers", project), marked(one.mark for one in found))
        return found

    def image(self, reference: str) -> str:
        """Return the id of an image, which is its own mark."""
        found = self.looks.image(reference)
        self.note(Question("image", reference), found)
        return found

    def lost(self, use: str) -> bool:
        """Whether the copy of a use is gone, which is its own mark."""
        found = self.looks.lost(use)
        self.note(Question("lost", use), str(found))
        return found

    def note(self, question: Question, mark: str) -> None:
        """Write a question down; one that was answered in two ways is uncertain."""
        _, before = self.answers.get(repr(question), (question, mark))
        self.answers[repr(question)] = question, mark if mark == before else UNCERTAIN

    @contextmanager
    def _around(self, method: str, subject: str | Project) -> Iterator[None]:
        """Write a question down; uncertain where it failed, or its mark changed meanwhile."""
        question, after = Question(method, subject), UNCERTAIN
        before = _mark(question, self.looks, {})
        try:
            yield
            after = _mark(question, self.looks, {})
        finally:
            self.note(question, after if before in {after, UNCERTAIN} else UNCERTAIN)


@dataclass(slots=True)
class WitnessedTree:
    """Implements `Tree` over another one. The revision is no answer: the files are."""

    tree: Tree
    name: str
    witness: Witness

    @property
    def root(self) -> str:
        """The directory that the source's files are in."""
        return self.tree.root

    @property
    def revision(self) -> str:
        """The commit, or a digest where there are no commits."""
        return self.tree.revision

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the revision was refused."""
        return self.tree.problems

    @property
    def fixed(self) -> str:
        """The directory that nobody writes meanwhile."""
        return self.tree.fixed

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the work tree as it is while the context lasts."""
        with self.tree.reading():
            yield

    def real(self, path: str) -> str:
        """Return where a path leads to."""
        found = self.tree.real(path)
        self._note("real", path, found)
        return found

    def place(self, path: str) -> str:
        """Return the path itself: without a candidate everything is where it stands."""
        return self.tree.place(path)

    def file(self, path: str) -> str:
        """Return the digest of one file."""
        found = self.tree.file(path)
        self._note("file", path, found)
        return found

    def text(self, path: str) -> str:
        """Return the content of one file."""
        found = self.tree.text(path)
        self._note("text", path, _digest(found))
        return found

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the files that a container sees at a path."""
        found = self.tree.listing(path, writable=writable)
        self._note("listing", path, _listed(found), "writable" if writable else "")
        return found

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the files of a build context."""
        found = self.tree.context(path, dockerfile)
        self._note("context", path, _listed(found), dockerfile)
        return found

    def _note(self, method: str, path: str, mark: str, detail: str = "") -> None:
        self.witness.note(Question(method, path, detail, self.name), mark)


@dataclass(frozen=True, slots=True)
class WitnessedSecrets:
    """Implements `Secrets` over another one. A secret has no mark: only its value tells."""

    secrets: Secrets
    witness: Witness

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        """Return the secrets that references point at."""
        self.witness.note(Question("reveal", root), UNCERTAIN)
        return self.secrets.reveal(owner, root, references)

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:
        """Return the variables of an encrypted env file; a plain one is a file of compose's."""
        found = self.secrets.variables(owner, root, path)
        if found is not None:
            self.witness.note(Question("variables", path), UNCERTAIN)
        return found

    def env_files(self, project: Project) -> tuple[str, ...]:
        """Return the files that services may take variables from."""
        return self.secrets.env_files(project)

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:
        """Return the values of digests."""
        self.witness.note(Question("values", str(owner)), UNCERTAIN)
        return self.secrets.values(owner, digests)


def _listed(listing: Listing) -> str:
    return _digest(repr((sorted(listing.files.items()), listing.skipped)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=12).hexdigest()
