"""The one view of the world that reading needs: host, compose, work trees, releases."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trueup.adapters.docker.host import Host
from trueup.adapters.docker.resolver import Resolver
from trueup.model.allowance import Allowances
from trueup.model.container import Addresses, Container, EngineInfo, Volume
from trueup.model.ports import Clock, Project, Reads, Secrets, Tree


@dataclass(frozen=True, slots=True)
class View:
    """Implements `Looks`. Changes nothing."""

    host: Host
    compose: Resolver
    clock: Clock
    stored_file: Callable[[str], Mapping[str, Any]]
    tree_of: Callable[[str], Tree]
    state: str
    salt: str
    allowances: Allowances
    secrets: Secrets
    shared_network: str = ""

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""
        return self.host.engine

    def tree(self, source: str) -> Tree:
        """Return the work tree of a source."""
        return self.tree_of(source)

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

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""
        return self.host.image(reference)

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""
        return self.host.volume(name)

    def stored(self, file: str) -> Mapping[str, Any]:
        """Return a compose file that was written with a release; empty if it is gone."""
        return self.stored_file(file)

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""
        return self.clock.now()
