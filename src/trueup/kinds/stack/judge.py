"""How each service of a target stands, and what is to be done about it. Pure.

Every judgement carries its reason, also where nothing is done: that is what `explain`
answers from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trueup.kinds.stack.checks import checked
from trueup.kinds.stack.digest import difference
from trueup.kinds.stack.drift import differences, ignored
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Service, Target
from trueup.model.container import DIGEST, Container
from trueup.model.plan import Health


class Act(StrEnum):
    """What a service needs."""

    NOTHING = "nothing"
    UP = "up"
    RECREATE = "recreate"
    UNPAUSE = "unpause"
    RESTART = "restart"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a service needs, why, and how it stands.

    `drift` tells a container that changed under us from a change that git asked for;
    `containers` are those that an act in place concerns.
    """

    service: str
    act: Act
    reasons: tuple[str, ...]
    state: str
    health: Health
    drift: bool = False
    containers: tuple[Container, ...] = ()
    soft: str = ""


def judge(
    service: Service,
    target: Target,
    facts: StackFacts,
    spec: StackSpec,
    before: Target | None,
) -> Judgement:
    """Return what one service needs to be what the target says.

    `before` is the last verified release: differences from it name the reasons.
    """
    mine = tuple(c for c in facts.containers if c.service == service.name and not c.oneoff)
    old = before.services.get(service.name) if before else None
    verified = old is not None and old.digest == service.digest
    found = (
        _finished(service, spec, mine, verified=verified)
        or _missing(service, mine, old)
        or _changed(service, mine, old, facts)
        or _stopped(service, mine)
        or _drifted(service, target, spec, mine)
        or _soft(service, mine, old)
    )
    return found or _fine(service, spec, mine)


def _finished(
    service: Service, spec: StackSpec, mine: Sequence[Container], *, verified: bool
) -> Judgement | None:
    """A one-shot service that did its work is not run again, container or not."""
    if not spec.service(service.name).one_shot:
        return None
    ended = [c for c in mine if _is(c, service) and c.state == "exited" and c.exit_code == 0]
    if ended or (verified and not mine):
        return Judgement(service.name, Act.NOTHING, ("completed",), "completed", Health.HEALTHY)
    if any(_is(c, service) and c.state == "running" for c in mine):
        return Judgement(service.name, Act.NOTHING, ("is running",), "running", Health.PROGRESSING)
    return None


def _missing(service: Service, mine: Sequence[Container], old: Service | None) -> Judgement | None:
    count = len(mine)
    if count >= service.replicas and (count or service.replicas == 0):
        return None
    if old is None:
        return _up(service, ("is new",), "missing", Health.MISSING)
    verb = "is missing" if not count else f"has {count} of {service.replicas} containers"
    return _up(service, (verb,), "missing", Health.MISSING, drift=True)


def _changed(
    service: Service, mine: Sequence[Container], old: Service | None, facts: StackFacts
) -> Judgement | None:
    """The inputs changed, or the image that a reference means."""
    health = _health(mine)
    if any(not _is(c, service) for c in mine):
        return _up(
            service, _why(service, mine, old), _state(mine), health, drift=_same(service, old)
        )
    if len(mine) > service.replicas:
        return _up(
            service, (f"has {len(mine)} of {service.replicas} containers",), "extra", health
        )
    there = facts.images.get(service.image, "")
    if there and any(c.image_id != there for c in mine):
        return _up(service, (f"{service.image} is another image now",), _state(mine), health)
    return None


def _why(service: Service, mine: Sequence[Container], old: Service | None) -> tuple[str, ...]:
    if any(DIGEST not in c.labels for c in mine):
        return ("was not started by Trueup",)
    if old is None or old.digest == service.digest:
        return ("runs other inputs than the release says",)
    return difference(old.components, service.components) or ("inputs changed",)


def _stopped(service: Service, mine: Sequence[Container]) -> Judgement | None:
    for container in mine:
        match container.state:
            case "paused":
                return _act(service, Act.UNPAUSE, ("is paused",), "paused", mine)
            case "exited" | "created":
                code = f" with code {container.exit_code}" if container.state == "exited" else ""
                said = f"is {container.state}{code}"
                return _up(service, (said,), container.state, Health.DEGRADED, drift=True)
            case "dead" | "removing":
                why = (f"is {container.state}",)
                return _act(service, Act.RECREATE, why, container.state, mine)
            case _:
                continue
    return None


def _drifted(
    service: Service, target: Target, spec: StackSpec, mine: Sequence[Container]
) -> Judgement | None:
    found = [d for c in mine for d in differences(c, service, target, spec.ignore)]
    if found:
        reasons = tuple(dict.fromkeys(one.text for one in found))
        return _act(service, Act.RECREATE, reasons, _state(mine), mine)
    unhealthy = any(c.health == "unhealthy" for c in mine)
    if unhealthy and not ignored(f"{service.name}.health", spec.ignore):
        return _act(service, Act.RESTART, ("is unhealthy",), "unhealthy", mine)
    return None


def _soft(service: Service, mine: Sequence[Container], old: Service | None) -> Judgement | None:
    """Inputs whose change is answered in place: restart, a signal, or nothing."""
    if old is None:
        return None
    was = {n: old.components.get(n, "") for n in service.soft}
    now = {n: service.components[n] for n in service.soft}
    acts = [service.soft[n] for n in now if was[n] != now[n]]
    if not acts:
        return None
    act = next((a for a in ("restart", *sorted(acts)) if a in acts and a != "ignore"), "ignore")
    why = difference(was, now)
    return Judgement(
        service.name, Act.SOFT, why, _state(mine), _health(mine), containers=tuple(mine), soft=act
    )


def _fine(service: Service, spec: StackSpec, mine: Sequence[Container]) -> Judgement:
    if any(c.state == "restarting" for c in mine):
        why = ("crash-loops; the engine restarts it",)
        return Judgement(service.name, Act.NOTHING, why, "restarting", Health.DEGRADED)
    health = _health(mine)
    declared = checked(spec, service) or any(c.health != "none" for c in mine)
    if health is Health.HEALTHY and not declared:
        health = Health.UNVERIFIED
    return Judgement(service.name, Act.NOTHING, ("in sync",), _state(mine), health)


def _is(container: Container, service: Service) -> bool:
    return container.labels.get(DIGEST) == service.digest


def _same(service: Service, old: Service | None) -> bool:
    return old is not None and old.digest == service.digest


def _state(mine: Sequence[Container]) -> str:
    return mine[0].state if mine else "none"


def _health(mine: Sequence[Container]) -> Health:
    found: Mapping[str, Health] = {
        "unhealthy": Health.DEGRADED,
        "starting": Health.PROGRESSING,
    }
    for container in mine:
        if container.state != "running":
            return Health.DEGRADED
        if container.health in found:
            return found[container.health]
    return Health.HEALTHY


def _up(
    service: Service, why: tuple[str, ...], state: str, health: Health, *, drift: bool = False
) -> Judgement:
    return Judgement(service.name, Act.UP, why, state, health, drift=drift)


def _act(
    service: Service, act: Act, why: tuple[str, ...], state: str, mine: Sequence[Container]
) -> Judgement:
    return Judgement(
        service.name, act, why, state, Health.DEGRADED, drift=True, containers=tuple(mine)
    )
