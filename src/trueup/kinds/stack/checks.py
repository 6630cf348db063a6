"""The checks that a target must pass before it counts as verified. Pure."""

from collections.abc import Collection, Iterable, Iterator

from trueup.kinds.stack.target import Service, Target
from trueup.model.checks import Check, Completed, Healthy, Stable

WAITS: dict[str, type[Healthy | Completed]] = {
    "service_healthy": Healthy,
    "service_completed_successfully": Completed,
}


def checks(target: Target, done: Collection[str] = ()) -> tuple[Check, ...]:
    """Return everything that must hold, cheap checks first and stability last.

    `done` are one-shot services that have done their work, whose containers may be gone.
    """
    services = [
        one
        for name, one in sorted(target.services.items())
        if one.replicas > 0 and name not in done
    ]
    first = [check for one in services for check in _of(one)]
    last = [Stable(one.name, one.said.stable) for one in services if not one.said.one_shot]
    return (*first, *last)


def checked(service: Service) -> bool:
    """Whether anything was declared that could tell a working service from a broken one."""
    return bool(service.said.verify) or service.said.one_shot or service.checks_health


def between(done: Iterable[str], target: Target, later: Iterable[str]) -> tuple[Check, ...]:
    """Return what later services wait for among the services just brought up."""
    ready = set(done)
    found: dict[Check, None] = {}
    for name in later:
        for need, condition in sorted(target.services[name].needs.items()):
            if need in ready and condition in WAITS:
                found[WAITS[condition](need)] = None
    return tuple(found)


def _of(service: Service) -> Iterator[Check]:
    if service.said.one_shot:
        yield Completed(service.name)
    elif service.checks_health:
        yield Healthy(service.name)
    yield from service.said.verify
