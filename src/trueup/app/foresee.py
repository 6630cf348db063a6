"""What would be done now, and what is in its way. Changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from trueup.app.site import Site
from trueup.engine.consent import consented
from trueup.engine.gate import HELD_BACK, Hold, asked, blocked, fresh, held, suspended
from trueup.engine.names import Names
from trueup.engine.remember import resumed
from trueup.engine.world import World
from trueup.kinds import FINITE, STANDING
from trueup.model.course import Course, Rest
from trueup.model.errors import Problem, TrueupError
from trueup.model.key import Key
from trueup.model.kind import Kind, Terms
from trueup.model.plan import Plan, Verdict
from trueup.model.ports import Tools
from trueup.model.resource import Resource
from trueup.model.status import Status


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The plan for one resource, or why there is none.

    `hold` is what keeps the plan from being carried out now. `problems` are those of the
    document; where there are any, the plan is for its last good version. `course` is what
    stands in place of a plan for work that comes to an end.
    """

    key: Key
    plan: Plan | None = None
    hold: Hold | None = None
    problems: tuple[Problem, ...] = ()
    error: TrueupError | None = None
    course: Course | None = None

    @property
    def changes(self) -> bool:
        """Whether something is to be done, be it now or later."""
        if self.hold is not None and self.hold.reason == HELD_BACK:
            return True
        if self.course is not None:
            return not isinstance(self.course.act, Rest)
        return self.plan is not None and bool(self.plan.steps or self.plan.gone)

    @property
    def wrong(self) -> bool:
        """Whether a person is needed before this can go on."""
        refused = self.plan is not None and self.plan.verdict is Verdict.BLOCKED
        return bool(self.problems or self.error or refused)


def foresee(site: Site, keys: Iterable[Key]) -> tuple[Foreseen, ...]:
    """Return what would be done about some resources, in their order."""
    keys = tuple(dict.fromkeys(keys))
    found = {key: one for key in keys if (one := _resting(site, key))}
    found |= _thought_through(site, [key for key in keys if key not in found])
    return tuple(_held(site, found[key], found) for key in keys)


def _thought_through(site: Site, keys: Sequence[Key]) -> dict[Key, Foreseen]:
    """Return what whole looks foresee, several at once."""
    if not keys:
        return {}
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(site.settings.concurrency) as pool:
        return {one.key: one for one in pool.map(lambda key: _plan(site, key), keys)}


def _resting(site: Site, key: Key) -> Foreseen | None:
    """Return what is foreseen for what is known to be at rest; None where that is not known."""
    resource = site.wishes[key]
    if resource is None or resource.held or key.kind in FINITE:
        return None
    _, terms = _terms(site, resource)
    plan = site.resting.memos.rest(resource, terms, site.records, site.looks)
    return Foreseen(key, plan, problems=resource.problems) if plan else None


def _plan(site: Site, key: Key) -> Foreseen:
    resource = site.wishes[key]
    if resource is None:
        return Foreseen(key, problems=tuple(site.wishes.wrong().get(key, ())))
    if key.kind in FINITE:
        return _course(site, resource)
    kind, terms = _terms(site, resource)
    asleep = None if resource.leaving else suspended(terms, site.clock.now())
    if resource.held:
        asleep = Hold(HELD_BACK, resource.held, terms.interval)
    status = _status(site, resource, terms)
    try:
        plan = _agreed(site, resource, kind, status)
    except TrueupError as error:
        return Foreseen(key, problems=resource.problems, error=error)
    return Foreseen(key, plan, asleep, resource.problems)


def _course(site: Site, resource: Resource[Any]) -> Foreseen:
    """Return what a Run would do next."""
    from trueup.app.runs.bench import RunBench
    from trueup.app.runs.yard import Yard

    key, status = resource.key, site.records.read(resource.key)
    kind = site.controls.read(key).over(FINITE[key.kind])
    terms = kind.terms(resource.spec)
    hold = None if resource.leaving else suspended(terms, site.clock.now())
    try:
        bench = RunBench(Yard(site), resource, lambda _: True)
        course = kind.course(resource, kind.observe(resource, status, bench), status, terms)
    except TrueupError as error:
        return Foreseen(key, problems=resource.problems, error=error)
    return Foreseen(key, hold=hold, problems=resource.problems, course=course)


def _agreed(site: Site, resource: Resource[Any], kind: Kind[Any, Any], status: Status) -> Plan:
    """Return the plan as it is with what people have agreed to."""
    plan = kind.plan(resource, kind.observe(resource, status, site.looks), status)
    after = consented(status, plan, resource, site.decisions.read(resource.key))
    if after is not status:
        plan = kind.plan(resource, kind.observe(resource, after, site.looks), after)
    if plan.asks is None or site.is_keyed:
        return plan
    return replace(plan, asks=replace(plan.asks, plan=""))


def _held(site: Site, one: Foreseen, every: dict[Key, Foreseen]) -> Foreseen:
    resource = site.wishes[one.key]
    if one.plan is None or one.hold is not None or resource is None or not one.changes:
        return one
    _, terms = _terms(site, resource)
    status = _status(site, resource, terms)
    world = _world(site, every)
    now = site.clock.now()
    status = consented(status, one.plan, resource, site.decisions.read(one.key))
    hold = asked(one.plan, status, now) or held(one.plan, status, now)
    return replace(one, hold=hold or blocked(resource, terms, one.plan, world))


def _terms(site: Site, resource: Resource[Any]) -> tuple[Kind[Any, Any], Terms]:
    """Return the kind and its terms with the requests of people on top."""
    kind = site.controls.read(resource.key).over(STANDING[resource.key.kind])
    return kind, kind.terms(resource.spec)


def _status(site: Site, resource: Resource[Any], terms: Terms) -> Status:
    """Return the status as it counts now."""
    return fresh(resumed(site.records.read(resource.key)), terms)


def _world(site: Site, every: dict[Key, Foreseen]) -> World:
    """Return a world without tools: nothing in it can act."""

    def current(key: Key) -> bool:
        one = every.get(key) or _resting(site, key) or _plan(site, key)
        return not one.changes and one.error is None

    return World(
        looks=site.looks,
        tools=cast("Tools", None),
        records=site.records,
        clock=site.clock,
        emit=site.emit,
        latest=site.wishes.__getitem__,
        stirred=lambda _: 0,
        current=current,
        leaving=site.wishes.leaving,
        stopping=lambda: False,
        memos=site.resting.memos,
        names=Names(),
    )
