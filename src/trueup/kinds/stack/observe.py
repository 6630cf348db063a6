"""One look at a stack. Touches the host through `Looks`, which cannot change anything."""

import posixpath
from collections.abc import Mapping, Sequence

from trueup.kinds.stack.adoption import Adoption
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.limits import as_far_as_possible
from trueup.kinds.stack.room import crowded, lacking
from trueup.kinds.stack.shared import clash, network_of
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.stale import signals, stale
from trueup.kinds.stack.target import Target, from_release, sealed_file
from trueup.kinds.stack.wanted import asked_name, said_of, tree_name
from trueup.model.container import ADOPTER, Container, marker_of
from trueup.model.ports import Looks
from trueup.model.release import Release, mounted, use_of
from trueup.model.resource import Resource
from trueup.model.status import Status


def observe(resource: Resource[StackSpec], status: Status, looks: Looks) -> StackFacts:
    """Return what is wanted, what was verified and what runs."""
    applied, reverted = _applied(status, looks), _reverted(resource, status, looks)
    name = applied.project if applied else asked_name(resource, status)
    said = said_of(resource, name, status, looks)
    targets = (said.wanted, applied, reverted)
    images = _images(targets, looks)
    taking = Adoption(resource, said.wanted, status.applied, images, looks.salt)
    found = as_far_as_possible(looks.containers(name), looks.limits_swap)
    containers = taking.over(found)
    return StackFacts(
        project=name,
        directory=said.directory,
        wanted=said.wanted,
        applied=applied,
        reverted=reverted,
        problem=said.problem,
        violations=said.violations,
        rules=said.rules,
        containers=containers,
        images=images,
        stale=_stale(resource, said.wanted, containers, looks),
        network=network_of(resource.spec, looks.shared_network),
        adopter=_adopter(resource, name, status, looks),
        clash=_clash(resource.spec, said.wanted, applied, looks),
        crowded=_crowded(said.wanted, containers, looks),
        lost=_lost(said.wanted, looks),
        now=looks.now().isoformat(timespec="seconds"),
        values=_values(resource, targets, looks),
    )


def _adopter(resource: Resource[StackSpec], project: str, status: Status, looks: Looks) -> str:
    """Return who else took a project over; only who is about to do that asks."""
    if not resource.spec.adopt or status.applied is not None or resource.leaving:
        return ""
    marker = looks.volume(marker_of(project))
    found = marker.labels.get(ADOPTER, "") if marker else ""
    return "" if found == f"{resource.key}.{resource.origin}" else found


def _clash(spec: StackSpec, wanted: Target | None, applied: Target | None, looks: Looks) -> str:
    network = network_of(spec, looks.shared_network)
    if not network or wanted is None:
        return ""
    return clash(wanted, applied, network, looks.neighbours(network))


def _crowded(wanted: Target | None, containers: Sequence[Container], looks: Looks) -> str:
    """Ask for room only where a network may have to be made."""
    names = lacking(wanted, containers) if wanted else ()
    return crowded(names, looks.addresses()) if names else ""


def _stale(
    resource: Resource[StackSpec],
    wanted: Target | None,
    containers: tuple[Container, ...],
    looks: Looks,
) -> frozenset[str]:
    if wanted is None or not signals(wanted) or not looks.engine.local:
        return frozenset()
    return stale(wanted, containers, looks.tree(tree_name(resource), resource.candidate))


def _lost(wanted: Target | None, looks: Looks) -> dict[str, str]:
    """Ask after the copies of what git says: those of an older release cannot be made again."""
    if wanted is None or wanted.bundle is None:
        return {}
    return {
        name: posixpath.basename(path)
        for name in wanted.services
        for path in mounted(wanted.bundle.compose, name)
        if path in wanted.copied and looks.lost(use_of(wanted.file, name, path))
    }


def _applied(status: Status, looks: Looks) -> Target | None:
    if status.applied is None:
        return None
    compose = looks.stored(status.applied.file)
    return from_release(status.applied, compose) if compose else None


def _reverted(resource: Resource[StackSpec], status: Status, looks: Looks) -> Target | None:
    """Return the sealed release that a person asked for, as long as it can be brought back."""
    if status.reverted is None or resource.leaving:
        return None
    one = status.reverted
    file = sealed_file(resource.key, one.digest)
    compose = looks.stored(file)
    if not compose:
        return None
    return from_release(Release(one.revision, one.digest, file, {}), compose)


def _values(
    resource: Resource[StackSpec], targets: tuple[Target | None, ...], looks: Looks
) -> Mapping[str, str]:
    digests = {one for target in targets if target for one in target.secrets}
    return looks.secrets.values(resource.key, digests) if digests else {}


def _images(targets: tuple[Target | None, ...], looks: Looks) -> dict[str, str]:
    references = {
        service.image for target in targets if target for service in target.services.values()
    }
    return {reference: looks.image(reference) for reference in sorted(references)}
