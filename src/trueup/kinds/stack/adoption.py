"""Containers that are taken over as they run, without being touched. Pure.

They carry compose's labels and none of ours, and a label cannot be added to a container. So
whose they are, and of which inputs they were made, is on record with the verified release;
here they are shown as if they carried it. Taking over is an act: `spec.adopt` asks for it,
once, and only for what is in every field what the compose file says. What names another owner is
never taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.kinds.stack.drift import differences
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Service, Target
from trueup.model.container import ADOPTED, DIGEST, SALT, SOURCE, STACK, Container, marker_of
from trueup.model.release import Release
from trueup.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Adoption:
    """Whose the containers of a project are, where they do not say so themselves."""

    resource: Resource[StackSpec]
    wanted: Target | None
    applied: Release | None
    images: Mapping[str, str]
    salt: str

    def over(self, containers: Sequence[Container]) -> tuple[Container, ...]:
        """Return the containers; those that were or can be taken over show labels of ours."""
        return tuple(self._shown(one) for one in containers)

    def _shown(self, container: Container) -> Container:
        if STACK in container.labels or SOURCE in container.labels or container.oneoff:
            return container
        marked = self._marked(container, self._recorded(container))
        if marked is container and self._may_be_taken(container):
            marked = self._marked(container, self._as_wanted(container))
        return marked

    def _marked(self, container: Container, mark: str) -> Container:
        if not mark:
            return container
        ours = {STACK: str(self.resource.key), SOURCE: self.resource.origin, SALT: self.salt}
        return replace(
            container, labels={**container.labels, **ours, DIGEST: mark, ADOPTED: "yes"}
        )

    def _recorded(self, container: Container) -> str:
        """Return the digest that a container stands for in the last verified release."""
        part = self.applied.parts.get(container.service) if self.applied else None
        return part.digest if part and container.id in part.adopted else ""

    def _may_be_taken(self, container: Container) -> bool:
        """Only a first deployment takes over: later on, a stranger is a change by hand."""
        return self.resource.spec.adopt and self.applied is None and bool(container.service)

    def _as_wanted(self, container: Container) -> str:
        """Return the digest that is wanted, where the container is what is wanted."""
        service = self.wanted.services.get(container.service) if self.wanted else None
        if self.wanted is None or service is None or not self._same_image(container, service):
            return ""
        seen = self._marked(container, service.digest)
        found = differences(seen, service, self.wanted, self.resource.spec.ignore)
        return "" if found else service.digest

    def _same_image(self, container: Container, service: Service) -> bool:
        """What was built before counts as built of what is there now."""
        return service.builds or self.images.get(service.image) == container.image_id


def adopted(containers: Sequence[Container]) -> tuple[str, ...]:
    """Return the ids of what is ours without carrying our labels."""
    return tuple(one.id for one in containers if ADOPTED in one.labels)


def taken_over(facts: StackFacts) -> tuple[str, ...]:
    """Return what no other stack may take over as well, in words."""
    return (f"compose project {facts.project}",) if adopted(facts.containers) else ()


def taken_by(facts: StackFacts) -> str:
    """Return why what runs may not be taken over: its owner is on record on the host."""
    return (
        f"compose project {facts.project} was taken over by {facts.adopter} (volume "
        f"{marker_of(facts.project)} says so); give this stack another spec.project, or remove "
        "that volume if it is out of date"
    )


def standing(target: Target, containers: Sequence[Container]) -> dict[str, tuple[str, ...]]:
    """Return the ids of adopted containers by the service of a target that they stand for."""
    pairs = list(_pairs(target, containers))
    return {name: tuple(one for other, one in pairs if other == name) for name, _ in pairs}


def _pairs(target: Target, containers: Sequence[Container]) -> Iterator[tuple[str, str]]:
    for one in containers:
        service = target.services.get(one.service)
        if service and ADOPTED in one.labels and one.labels.get(DIGEST) == service.digest:
            yield one.service, one.id
