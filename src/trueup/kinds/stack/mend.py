"""Containers under wrong names: what a killed compose leaves, and what people rename. Pure.

A compose that is killed while it recreates a container leaves `<hex>_name` behind. The
next `up` then fails on the taken name, or reports success while the service runs under
the wrong one. So names are put right before anything else happens.
"""

from collections.abc import Sequence
from dataclasses import replace

from trueup.kinds.stack.drift import ignored
from trueup.kinds.stack.owner import ours
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Service, Target
from trueup.model.container import Container
from trueup.model.resource import Resource
from trueup.model.steps import Mend

NUMBER = "com.docker.compose.container-number"


def mended(
    target: Target, containers: Sequence[Container], resource: Resource[StackSpec]
) -> tuple[tuple[Mend, ...], tuple[Container, ...]]:
    """Return the steps that put names right, and the containers as they will be then."""
    taken = {container.name for container in containers}
    mends: list[Mend] = []
    after: list[Container] = []
    for container in containers:
        wanted = _name(container, target, resource)
        if container.name == wanted:
            after.append(container)
        elif wanted in taken:
            mends.append(_mend(container, "", "a leftover of an interrupted recreate"))
            taken.discard(container.name)
        else:
            taken.discard(container.name)
            taken.add(wanted)
            mends.append(_mend(container, wanted, "the name is not the service's"))
            after.append(replace(container, name=wanted))
    return tuple(mends), tuple(after)


def _name(container: Container, target: Target, resource: Resource[StackSpec]) -> str:
    """Return the right name of a container of ours; strangers are right as they are."""
    service = target.services.get(container.service)
    if service is None or container.oneoff or not ours(container, resource):
        return container.name
    if ignored(f"{service.name}.name", resource.spec.ignore):
        return container.name
    return name_of(service, target.project, container.labels.get(NUMBER, "1"))


def name_of(service: Service, project: str, number: str) -> str:
    """Return the name that compose gives to a container."""
    return str(service.model.get("container_name") or f"{project}-{service.name}-{number}")


def _mend(container: Container, name: str, cause: str) -> Mend:
    return Mend(container.service, container.id, container.name, name, cause)
