"""One service held against its containers: the questions that a judgement asks. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trueup.kinds.stack.digest import difference
from trueup.kinds.stack.drift import differences, ignored
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.secrets import with_values
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Service, Target
from trueup.model.container import ADOPTED, DIGEST, STACK, Container

STOPPED = frozenset({"paused", "exited", "created", "dead", "removing"})
STRANGE = "was not started by Trueup"


@dataclass(frozen=True, slots=True)
class Case:
    """A service of a target, the containers that are its own, and what was verified before.

    `old` is the service in the last verified release; differences from it name reasons.
    """

    service: Service
    target: Target
    facts: StackFacts
    spec: StackSpec
    mine: tuple[Container, ...]
    old: Service | None

    @property
    def verified(self) -> bool:
        """Whether exactly this service is part of the last verified release."""
        return self.old is not None and self.old.digest == self.service.digest

    @property
    def sealed(self) -> bool:
        """Whether the target is the release itself, whose references never move."""
        return self.target is self.facts.applied

    def current(self, container: Container) -> bool:
        """Whether a container was made of the inputs that the target has."""
        return container.labels.get(DIGEST) == self.service.digest

    def moved(self, container: Container) -> bool:
        """Whether the image's name means another image than the one that runs."""
        means = self.facts.images.get(self.service.image, "")
        return means not in {"", container.image_id} and not self.ignores("image")

    def sick(self, container: Container) -> bool:
        """Whether Docker's health check says that a running container is unhealthy."""
        ill = container.state == "running" and container.health == "unhealthy"
        return ill and not self.ignores("health")

    def stopped(self, container: Container) -> bool:
        """Whether a container does not run and nobody but us will start it."""
        return container.state in STOPPED and not self.ignores("state")

    def drifted(self, container: Container) -> Iterator[str]:
        """Every field of a container that is not what the release file says."""
        service = self.service
        if self.target.secrets:
            service = replace(service, model=with_values(service.model, self.facts.values))
        found = differences(container, service, self.target, self.spec.ignore)
        yield from (one.text for one in found)
        if self._lost(container):
            yield f"the copy of {self.facts.lost[service.name]} that it mounts is gone"

    def _lost(self, container: Container) -> bool:
        """Whether a copy can be made again that a container has lost; who was adopted has none."""
        mine = self.target is self.facts.wanted and ADOPTED not in container.labels
        known = self.service.name in self.facts.lost and self.current(container)
        return mine and known and not self.ignores("mounts")

    def ignores(self, field: str) -> bool:
        """Whether the document tells us to leave a field as it is."""
        return ignored(f"{self.service.name}.{field}", self.spec.ignore)

    def interrupted(self, container: Container) -> bool:
        """Whether we made a container for another release, or of another image."""
        ours = STACK in container.labels
        return ours and not (self.current(container) and not self.moved(container))

    def why_changed(self) -> tuple[str, ...]:
        """Name what differs between the inputs of the containers and those of the target."""
        if any(DIGEST not in c.labels for c in self.mine):
            return (STRANGE, *self._why_not_adopted())
        return self.changes() or ("runs other inputs than the release says",)

    def _why_not_adopted(self) -> tuple[str, ...]:
        """Name the fields that keep containers from being taken over as they run."""
        strangers = [c for c in self.mine if DIGEST not in c.labels and self.spec.adopt]
        return tuple(dict.fromkeys(why for c in strangers for why in self._unlike(c)))

    def _unlike(self, stranger: Container) -> Iterator[str]:
        image = self.service.image
        if not self.service.builds and self.facts.images.get(image) != stranger.image_id:
            yield f"does not run what {image} means here"
        yield from self.drifted(replace(stranger, labels={**stranger.labels, ADOPTED: "yes"}))

    def changes(self) -> tuple[str, ...]:
        """Name what differs between the inputs of the last verified release and the target's."""
        if self.old is None or self.verified:
            return ()
        return difference(self.old.components, self.service.components) or ("inputs changed",)


def case_of(service: Service, target: Target, facts: StackFacts, spec: StackSpec) -> Case:
    """Return the case of one service."""
    mine = tuple(c for c in facts.containers if c.service == service.name and not c.oneoff)
    old = facts.applied.services.get(service.name) if facts.applied else None
    return Case(service, target, facts, spec, mine, old)


def still(container: Container) -> str:
    """Say how a container stands that does not run."""
    code = f" with code {container.exit_code}" if container.state == "exited" else ""
    return f"is {container.state}{code}"
