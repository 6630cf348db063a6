"""How each service of a target stands, and what is to be done about it. Pure.

Every judgement carries its reason, also where nothing is done: that is what `explain`
answers from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from trueup.kinds.stack.case import Case, still
from trueup.kinds.stack.checks import checked
from trueup.kinds.stack.digest import difference
from trueup.model.container import Container
from trueup.model.plan import Health
from trueup.model.steps import short


class Act(StrEnum):
    """What a service needs."""

    NOTHING = "nothing"
    UP = "up"
    RECREATE = "recreate"
    UNPAUSE = "unpause"
    RESTART = "restart"
    SOFT = "soft"


REMEDY: Mapping[str, Act] = {
    "paused": Act.UNPAUSE,
    "exited": Act.UP,
    "created": Act.UP,
    "dead": Act.RECREATE,
    "removing": Act.RECREATE,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a service needs, why, and how it stands.

    `drift` tells a container that changed under us from a change that git asked for;
    `containers` are those that an act in place concerns; `interrupted` says that one of
    them is of another release of ours.
    """

    service: str
    act: Act
    reasons: tuple[str, ...]
    state: str
    health: Health
    drift: bool = False
    containers: tuple[Container, ...] = ()
    soft: str = ""
    interrupted: bool = False


def judge(case: Case) -> Judgement:
    """Return what one service needs to be what the target says."""
    found = (
        _finished(case)
        or _missing(case)
        or _changed(case)
        or _stopped(case)
        or _drifted(case)
        or _soft(case)
        or _fine(case)
    )
    return _complete(case, found)


def _finished(case: Case) -> Judgement | None:
    """A one-shot service that did its work is not run again, whatever became of it."""
    if not case.service.said.one_shot:
        return None
    mine = [c for c in case.mine if case.current(c)]
    if case.verified or any(c.state == "exited" and c.exit_code == 0 for c in mine):
        return _nothing(case, "completed", "completed", Health.HEALTHY)
    if any(c.state == "running" for c in mine):
        return _nothing(case, "is running", "running", Health.PROGRESSING)
    return None


def _missing(case: Case) -> Judgement | None:
    count, wanted = len(case.mine), case.service.replicas
    if count >= wanted:
        return None
    if case.old is None:
        return _act(case, Act.UP, "is new", "missing", health=Health.MISSING, drift=False)
    why = f"has {count} of {wanted} containers" if count else "is missing"
    found = _act(case, Act.UP, why, "missing", health=Health.MISSING)
    return found if case.verified else replace(found, reasons=(*case.changes(), why))


def _changed(case: Case) -> Judgement | None:
    """The inputs changed, or the image that a reference means."""
    count, wanted, health = len(case.mine), case.service.replicas, _health(case.mine)
    if not all(case.current(c) for c in case.mine):
        found = _act(case, Act.UP, "", _state(case), health=health, drift=case.verified)
        return replace(found, reasons=case.why_changed())
    if count > wanted:
        why = f"has {count} of {wanted} containers"
        return _act(case, Act.UP, why, "extra", health=health, drift=case.verified)
    if any(case.moved(c) for c in case.mine):
        said = "runs another image than {}" if case.sealed else "{} is another image now"
        why = said.format(short(case.service.image))
        return _act(case, Act.UP, why, _state(case), health=health, drift=case.sealed)
    return None


def _stopped(case: Case) -> Judgement | None:
    for one in case.mine:
        if case.stopped(one):
            same = [c for c in case.mine if c.state == one.state]
            return _act(case, _remedy(one), still(one), one.state, containers=same)
    return None


def _remedy(one: Container) -> Act:
    """Return what helps; what an engine could not start again it may list as running still."""
    return Act.RECREATE if one.state == "exited" and one.unstartable else REMEDY[one.state]


def _drifted(case: Case) -> Judgement | None:
    if found := tuple(dict.fromkeys(why for c in case.mine for why in case.drifted(c))):
        return replace(_act(case, Act.RECREATE, "", _state(case)), reasons=found)
    if sick := [c for c in case.mine if case.sick(c)]:
        return _act(case, Act.RESTART, "is unhealthy", "unhealthy", containers=sick)
    return None


def _soft(case: Case) -> Judgement | None:
    """Inputs whose change is answered in place: restart, a signal, or nothing."""
    if case.old is None:
        return None
    service = case.service
    was = {name: case.old.components.get(name, "") for name in service.soft}
    now = {name: service.components[name] for name in service.soft}
    acts = [service.soft[name] for name in now if was[name] != now[name]]
    if not acts:
        return None
    act = next((a for a in ("restart", *sorted(acts)) if a in acts and a != "ignore"), "ignore")
    found = _act(case, Act.SOFT, "", _state(case), health=_health(case.mine), drift=False)
    why = difference(was, now)
    if act.startswith("signal:") and any(c.id in case.facts.stale for c in case.mine):
        act, why = "restart", (f"{why[0]}; it was replaced, a signal would not show it", *why[1:])
    return replace(found, reasons=why, containers=case.mine, soft=act)


def _fine(case: Case) -> Judgement:
    if any(c.state == "restarting" for c in case.mine):
        return _nothing(case, "crash-loops; the engine restarts it", "restarting", Health.DEGRADED)
    health = _health(case.mine)
    declared = checked(case.service) or any(c.health != "none" for c in case.mine)
    if health is Health.HEALTHY and not declared:
        health = Health.UNVERIFIED
    return _nothing(case, "in sync", _state(case), health)


def _complete(case: Case, found: Judgement) -> Judgement:
    """Where an act would leave a replica wrong, new containers put everything right."""
    left = tuple(dict.fromkeys(why for c in case.mine for why in _left(case, c, found.act)))
    if not left:
        return found
    reasons = tuple(dict.fromkeys((*found.reasons, *left)))
    return replace(found, act=Act.RECREATE, reasons=reasons)


def _left(case: Case, container: Container, act: Act) -> Iterator[str]:
    replaced = not case.current(container) or case.moved(container)
    if act not in {Act.UP, Act.UNPAUSE, Act.RESTART} or replaced:
        return
    if case.stopped(container) and _remedy(container) is not act:
        yield still(container)
    if case.sick(container) and act is not Act.RESTART:
        yield "is unhealthy"
    yield from case.drifted(container)


def _state(case: Case) -> str:
    return case.mine[0].state if case.mine else "none"


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


def _nothing(case: Case, why: str, state: str, health: Health) -> Judgement:
    return Judgement(case.service.name, Act.NOTHING, (why,), state, health)


def _act(  # noqa: PLR0913 - each argument is one field of the judgement
    case: Case,
    act: Act,
    why: str,
    state: str,
    *,
    containers: Sequence[Container] = (),
    health: Health = Health.DEGRADED,
    drift: bool = True,
) -> Judgement:
    return Judgement(
        service=case.service.name,
        act=act,
        reasons=(why,),
        state=state,
        health=health,
        drift=drift,
        containers=tuple(containers),
        interrupted=any(case.interrupted(c) for c in case.mine),
    )
