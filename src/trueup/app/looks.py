"""The one view of the world that reading needs: host, compose, work trees, releases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.adapters.docker.census import Census
from trueup.adapters.docker.host import Host
from trueup.adapters.docker.resolver import Resolver
from trueup.model.allowance import Allowances
from trueup.model.container import Addresses, Container, EngineInfo, Volume
from trueup.model.ports import Clock, Project, Reads, Secrets, Tree
from trueup.model.trial import Candidate


@dataclass(frozen=True, slots=True)
class Marked:
    """Implements `Marks`."""

    census: Census
    compose: Resolver
    mark_of_file: Callable[[str], str]
    lost_copy: Callable[[str], bool]

    def containers(self, project: str) -> str:
        """Return the mark of all containers of a project."""
        return self.census.containers(project)

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""
        return self.census.image(reference)

    def neighbours(self, network: str) -> str:
        """Return a mark of the services of all projects on a network."""
        return self.census.neighbours(network)

    def resolve(self, project: Project) -> str:
        """Return a mark of everything that compose resolves a project from."""
        return self.compose.mark(project)

    def stored(self, file: str) -> str:
        """Return a mark of a compose file that was written with a release."""
        return self.mark_of_file(file)

    def lost(self, use: str) -> str:
        """Return a mark of whether the copy of a use is gone."""
        return str(self.lost_copy(use))


@dataclass(frozen=True, slots=True)
class View:
    """Implements `Looks`. Changes nothing."""

    host: Host
    compose: Resolver
    clock: Clock
    stored_file: Callable[[str], Mapping[str, Any]]
    tree_of: Callable[[str], Tree]
    state: str
    key: Callable[[], str]
    allowances: Allowances
    secrets: Secrets
    marks: Marked
    shared_network: str = ""

    @property
    def salt(self) -> str:
        """The key of all digests; it raises where that cannot be told, as any look may."""
        return self.key()

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""
        return self.host.engine

    def tree(self, source: str, candidate: Candidate | None = None) -> Tree:
        """Return the work tree of a source, with the edits of a candidate laid over it."""
        tree = self.tree_of(source)
        if candidate is None:
            return tree
        from trueup.adapters.sources.overlaid import laid_over

        return laid_over(tree, candidate)

    def resolve(self, project: Project, permit: Callable[[Reads], None]) -> Mapping[str, Any]:
        """Return the project as compose resolves it."""
        return self.compose.resolve(project, permit)

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project."""
        return self.host.containers(project)

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network."""
        return self.host.neighbours(network)

    def addresses(self) -> Addresses:
        """Return which networks there are, and how many more the engine has room for."""
        return self.host.addresses()

    def limits_swap(self) -> bool:
        """Whether the kernel of the host can limit how much a container swaps."""
        return self.host.limits_swap()

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""
        return self.host.image(reference)

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""
        return self.host.volume(name)

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release; empty if it is gone."""
        return self.stored_file(file)

    def lost(self, use: str) -> bool:
        """Whether a service does not mount the copy that it should, or it is gone."""
        return self.marks.lost_copy(use)

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""
        return self.clock.now()
