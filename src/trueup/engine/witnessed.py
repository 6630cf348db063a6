"""Work trees and secrets whose answers are written down while they are given.

Refuses to know what is done with the notes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from trueup.engine.questions import UNCERTAIN, Question, digest, listed
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.ports import Listing, Project, Secrets, Tree
from trueup.model.secret import Reference, Revealed

Note = Callable[[Question, str], None]
"""Takes a question and the mark of its answer."""


@dataclass(slots=True)
class WitnessedTree:
    """Implements `Tree` over another one. The revision is no answer: the files are."""

    tree: Tree
    name: str
    note: Note

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
        """Return where a path is read: the path itself, for no candidate is witnessed."""
        return self.tree.place(path)

    def file(self, path: str) -> str:
        """Return the digest of one file."""
        found = self.tree.file(path)
        self._note("file", path, found)
        return found

    def text(self, path: str) -> str:
        """Return the content of one file."""
        found = self.tree.text(path)
        self._note("text", path, digest(found))
        return found

    def listing(self, path: str, *, writable: bool) -> Listing:
        """Return the files that a container sees at a path."""
        found = self.tree.listing(path, writable=writable)
        self._note("listing", path, listed(found), "writable" if writable else "")
        return found

    def context(self, path: str, dockerfile: str) -> Listing:
        """Return the files of a build context."""
        found = self.tree.context(path, dockerfile)
        self._note("context", path, listed(found), dockerfile)
        return found

    def _note(self, method: str, path: str, mark: str, detail: str = "") -> None:
        self.note(Question(method, path, detail, self.name), mark)


@dataclass(frozen=True, slots=True)
class WitnessedSecrets:
    """Implements `Secrets` over another one. A secret has no mark: only its value tells."""

    secrets: Secrets
    note: Note

    def reveal(
        self, owner: Key, root: str, references: Mapping[str, Reference]
    ) -> tuple[Revealed, ...]:
        """Return the secrets that references point at."""
        self.note(Question("reveal", root), UNCERTAIN)
        return self.secrets.reveal(owner, root, references)

    def variables(self, owner: Key, root: str, path: str) -> tuple[Revealed, ...] | None:
        """Return the variables of an encrypted env file; a plain one is a file of compose's."""
        found = self.secrets.variables(owner, root, path)
        if found is not None:
            self.note(Question("variables", path), UNCERTAIN)
        return found

    def env_files(self, project: Project) -> tuple[str, ...]:
        """Return the files that services may take variables from."""
        return self.secrets.env_files(project)

    def values(self, owner: Key, digests: Collection[str]) -> Mapping[str, str]:
        """Return the values of digests."""
        self.note(Question("values", str(owner)), UNCERTAIN)
        return self.secrets.values(owner, digests)
