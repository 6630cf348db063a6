"""Write down what an observation asks, so that the same can be asked again later.

Knows no kind: what a kind asks of `Looks` is a question like any other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trueup.engine.questions import UNCERTAIN, Asked, Question, mark_of
from trueup.engine.witnessed import WitnessedSecrets, WitnessedTree
from trueup.model.allowance import Allowances
from trueup.model.container import (
    Addresses,
    Container,
    EngineInfo,
    Volume,
    marked,
    neighbouring,
)
from trueup.model.ports import Looks, Marks, Project, Reads, Secrets, Tree
from trueup.model.trial import Candidate


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
        return WitnessedSecrets(self.looks.secrets, self.note)

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:
        """Return a work tree whose answers are written down as well.

        What is on trial is looked at in full each time.
        """
        if candidate is not None:
            self.note(Question("tree", source), UNCERTAIN)
            return self.looks.tree(source, candidate)
        self.trees[source] = None
        return WitnessedTree(self.looks.tree(source), source, self.note)

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

    def limits_swap(self) -> bool:
        """Whether the kernel limits swap. It is another one only with other containers."""
        return self.looks.limits_swap()

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
        before = mark_of(question, self.looks, {})
        try:
            yield
            after = mark_of(question, self.looks, {})
        finally:
            self.note(question, after if before in {after, UNCERTAIN} else UNCERTAIN)
