"""The one hand that acts: compose and docker, releases on disk, probes."""

from collections.abc import Sequence
from dataclasses import dataclass

from trueup.adapters.docker.compose import Compose
from trueup.adapters.docker.host import Host
from trueup.adapters.docker.keeping import Keeping
from trueup.adapters.docker.probe import Prober
from trueup.adapters.docker.releases import Releases
from trueup.app.vault import Vault
from trueup.model.checks import Probed
from trueup.model.ports import Task
from trueup.model.steps import Bundle


@dataclass(frozen=True, slots=True)
class Hand:
    """Implements `Tools` by handing each act to the adapter that does it."""

    compose: Compose
    keeping: Keeping
    releases: Releases
    probes: Prober
    host: Host
    vault: Vault

    def freeze(self, bundle: Bundle) -> None:
        """Write the files of a release, its secrets into memory; what exists is left."""
        self.releases.freeze(bundle)
        self.vault.keep(bundle.compose)

    def pull(self, image: str, task: Task) -> None:
        """Fetch an image."""
        self.compose.pull(image, task)

    def build(self, project: str, file: str, service: str, task: Task) -> None:
        """Build the image of one service of a release file."""
        self.compose.build(project, file, service, task)

    def up(
        self, project: str, file: str, services: Sequence[str], task: Task, *, recreate: bool
    ) -> None:
        """Bring services to what a release file says, without pulling or building."""
        self.vault.keep(self.releases.stored(file))
        self.releases.refuse_lost(file, services)
        self.compose.up(project, file, services, task, recreate=recreate)
        self.releases.used(file, services)

    def act(self, container: str, verb: str, task: Task) -> None:
        """Do `start`, `unpause`, `restart`, `signal:NAME` or `rename:NAME` to a container."""
        self.compose.act(container, verb, task)

    def remove(self, containers: Sequence[str], task: Task, *, volumes: bool = False) -> None:
        """Stop and remove containers; volumes stay, or with `volumes` those that have a name."""
        self.compose.remove(containers, task, volumes=volumes)

    def sweep(self, project: str, task: Task) -> None:
        """Remove the networks of a project that has no containers left, and whose it was."""
        self.compose.sweep(project, task)
        self.keeping.unclaim(project)

    def drop_networks(self, project: str, names: Sequence[str]) -> None:
        """Remove networks of a project that no container uses any more."""
        self.compose.drop_networks(project, names)

    def claim(self, project: str, owner: str) -> None:
        """Mark a project as taken over by an owner, without touching what runs of it."""
        self.keeping.claim(project, owner)

    def pin(self, image: str, reference: str) -> None:
        """Keep an image under a tag of ours, so that no prune takes it."""
        self.keeping.pin(image, reference)

    def hold(self, images: Sequence[str], mark: str) -> None:
        """Keep images in use, by containers that never start, so that no prune takes them."""
        self.keeping.hold(images, mark)

    def let_go(self, mark: str) -> None:
        """Remove every container that holds an image under a mark."""
        self.keeping.let_go(mark)

    def keep(self, references: Sequence[str], prefix: str) -> None:
        """Drop our tags that begin with a prefix and are not among the references."""
        self.keeping.keep(references, prefix)

    def probe(self, check: Probed, project: str, since: str) -> str:
        """Return why a check does not hold; empty when it does."""
        return self.probes.probe(check, project, since)

    def logs(self, container: str, since: str) -> str:
        """Return the last lines that a container wrote."""
        return self.host.logs(container, since)
