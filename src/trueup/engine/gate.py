"""Reasons to leave a resource alone, the same for every kind. Pure but for reading records."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trueup.engine.world import World
from trueup.model.consent import REJECTED, decided
from trueup.model.key import Key
from trueup.model.kind import Terms
from trueup.model.plan import Plan, Sync, Verdict
from trueup.model.release import named
from trueup.model.resource import Resource
from trueup.model.status import Revert, Status, Trial
from trueup.model.steps import Restart, Seal, Verify

STUBBORN = 8
"""How often a drift may come back after it was corrected before it is left to a person."""

LONGEST = 300.0
"""No wait between two tries is longer, in seconds."""

QUIET = timedelta(minutes=10)
RETURNS = "DriftReturns"
INTERRUPTED = "Interrupted"
HELD_BACK = "RemovalHeld"
UNAPPROVED, REFUSED = "AwaitingApproval", "Rejected"
RELOOK = 2.0
CROWDED = 10.0
LEASED = 30.0
CHOICE = 0.5
TURN = "AwaitingTurn"
LEASED = 30.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing is done now, and in how many seconds it is worth another look."""

    reason: str
    message: str
    seconds: float


def suspended(terms: Terms, now: datetime) -> Hold | None:
    """Hold a suspended resource until its suspension expires."""
    if not terms.suspended:
        return None
    if not terms.suspended_until:
        return Hold("Suspended", terms.suspended, terms.interval)
    left = (datetime.fromisoformat(terms.suspended_until) - now).total_seconds()
    if left <= 0:
        return None
    return Hold("Suspended", f"{terms.suspended} (until {terms.suspended_until})", left)


def postponed(hold: Hold, status: Status) -> Hold:
    """Return why nothing is done, and that a person's wish to go back waits with it."""
    asked, now = status.reverted, status.applied
    if asked is None or (now is not None and now.digest == asked.digest):
        return hold
    goal = named(asked.revision, asked.digest)
    why = f"{hold.message}; going back to {goal} was asked for, and waits until it is resumed"
    return replace(hold, message=why)


def fresh(status: Status, terms: Terms) -> Status:
    """Return the status as it counts now: a new request token forgets every failure."""
    if terms.requested_at in {"", status.handled_request}:
        return status
    return replace(
        status,
        handled_request=terms.requested_at,
        quarantine=status.quarantine if terms.revert_to else None,
        reverted=_reverted(status, terms.revert_to),
        trial=_trial(status, forget=not terms.revert_to),
        stuck="",
        tries=0,
        heals=0,
        next_at="",
    )


def _reverted(status: Status, digest: str) -> Revert | None:
    known = (one for one in status.history if one.digest == digest)
    return next((Revert(one.revision, digest) for one in known), None)


def _trial(status: Status, *, forget: bool) -> Trial | None:
    """A Run's attempt that failed stays so; what was put by for it is forgotten."""
    one = status.trial
    return replace(one, parked=None, reverted=None, stuck="") if one and forget else one


def counted(status: Status, plan: Plan, now: datetime) -> Status:
    """Return the status as it counts for a plan: something new starts with a clean sheet."""
    status = _overtaken(status, plan)
    bad = status.quarantine.digest if status.quarantine else ""
    if status.stuck and plan.wanted not in {"", bad}:
        status = replace(status, stuck="")
    if status.tries and not plan.steps and plan.sync is Sync.SYNCED:
        status = replace(status, tries=0, next_at="")  # what failed is wanted no more
    if plan.heals and _was_quiet(status, now):
        status = replace(status, heals=0, next_at="")
    known = {status.attempted.digest} if status.attempted else set()
    known |= {status.applied.digest} if status.applied else set()
    if plan.heals or not plan.digest or plan.digest in known:
        return status
    return replace(status, tries=0, next_at="")


def _overtaken(status: Status, plan: Plan) -> Status:
    """A person went back from one digest of git's; the next one counts again."""
    asked = status.reverted
    if asked is None or plan.wanted in {"", asked.over}:
        return status
    return replace(status, reverted=None if asked.over else replace(asked, over=plan.wanted))


def _was_quiet(status: Status, now: datetime) -> bool:
    """Whether nothing had to be corrected for a while, so that this is no return of it."""
    ready = status.condition("Ready")
    if not status.next_at or (ready is not None and ready.reason == RETURNS):
        return False
    return now >= datetime.fromisoformat(status.next_at) + QUIET


def held(plan: Plan, status: Status, now: datetime) -> Hold | None:
    """Hold a plan that failed and is not due again, or that needs a person."""
    new = status.attempted is None or status.attempted.digest != plan.digest
    if not plan.steps:
        return None
    if plan.lacks:
        return Hold("NoAddressRange", plan.lacks, CROWDED)
    if status.stuck and not plan.gone:
        return Hold("Stalled", status.stuck, 3600.0)
    if plan.heals and status.heals >= STUBBORN and _recreates(plan):
        why = f"{plan.reason}: came back {status.heals} times after it was corrected"
        return Hold(RETURNS, why, 3600.0)
    failures = _failures(status, plan)
    if status.next_at and failures and (plan.heals or not new):
        left = (datetime.fromisoformat(status.next_at) - now).total_seconds()
        if 0 < left <= LONGEST:  # more than that is a clock that was set back
            return Hold("Waiting", f"It is tried again at {status.next_at}.", left)
    return None


def _failures(status: Status, plan: Plan) -> int:
    """Return how often it failed; a repair that was cut off is no return of the drift."""
    if not plan.heals:
        return status.tries
    last = next(iter(status.history), None)
    cut = last is not None and (last.result, last.digest) == (INTERRUPTED, plan.digest)
    return status.tries if cut else status.heals


def asked(plan: Plan, status: Status, now: datetime) -> Hold | None:
    """Hold a plan that touches what is protected until somebody approves it."""
    if plan.asks is None:
        return None
    ask, name = plan.asks, plan.key.name
    said = decided(status.approvals, ask.plan, now.isoformat(timespec="seconds"))
    if said is not None and said.decision == REJECTED:
        why = f"{said.by or 'somebody'} rejected plan {ask.plan}; a change asks anew"
        return Hold(REFUSED, why, 3600.0)
    how = f"`trueup approve {name} --plan {ask.plan}`, or confirm.plans in a committed file, lets"
    how = f"{how} it go on" if ask.plan else "`trueup run` gives the plan its digest"
    return Hold(UNAPPROVED, f"{', '.join(ask.services)} protected: {how}", 3600.0)


def outranked(plan: Plan, world: World) -> Hold | None:
    """Hold a plan that needs a name until everybody who chooses first has chosen."""
    first = world.before(plan.key) if plan.names and plan.steps else None
    if first is None:
        return None
    return Hold(TURN, f"waits for {first}, which chooses its names first", CHOICE)


def refused(plan: Plan, world: World) -> Plan:
    """Return the plan, or why it may not begin: a name that it needs is another's."""
    taken = world.names.take(plan.key, plan.names) if plan.steps and not plan.gone else None
    if taken is None:
        return plan
    name, other = taken
    why = f"{name} is of {other} already, and only one may have it; it goes on once that is over"
    return replace(plan, verdict=Verdict.BLOCKED, reason=why, steps=(), again=CROWDED)


def blocked(resource: Resource[object], terms: Terms, plan: Plan, world: World) -> Hold | None:
    """Hold a change until everything it depends on is verified; never hold a repair."""
    if resource.leaving:
        return _dependants(resource.key, world)
    if plan.heals or not plan.steps or plan.verdict is Verdict.UNVERIFIED:
        return None
    for name in terms.depends_on:
        key = Key(resource.key.kind, name)
        status = world.records.read(key)
        if not (world.current(key) and status.ready and status.sync is Sync.SYNCED):
            return Hold("DependencyNotReady", f"waits for {key} to be verified", RELOOK)
    return None


def leased(resource: Resource[object], plan: Plan, status: Status, *, cut: bool) -> Hold | None:
    """Hold what git says while a Run works on it; never a repair, a removal or the way back.

    `cut` says that something was under way when the process ended. That goes on as well: half
    a deployment is nothing to work on.
    """
    if not resource.leased or resource.candidate is not None or resource.leaving:
        return None
    if not plan.steps or plan.heals or plan.verdict is Verdict.UNVERIFIED or cut:
        return None
    if status.reverted is not None:
        return None  # a person asked for it
    last = next(iter(status.history), None)
    if last is not None and (last.result, last.digest) == (INTERRUPTED, plan.digest):
        return None
    return Hold("Leased", f"{resource.leased} works on it; this waits for its end", LEASED)


def _dependants(key: Key, world: World) -> Hold | None:
    """What depends on a leaving resource and leaves too goes first."""
    for other in world.leaving():
        names = world.records.read(other).spec.get("dependsOn", "").split(",")
        if other != key and other.kind == key.kind and key.name in names:
            return Hold("DependantsFirst", f"waits until {other} is removed", RELOOK)
    return None


def _recreates(plan: Plan) -> bool:
    acts = [step for step in plan.steps if not isinstance(step, Verify | Seal)]
    return all(isinstance(step, Restart) and step.recreate for step in acts)


def backoff(base: float, factor: float, tries: int, cap: float) -> timedelta:
    """Return how long to wait after a number of failures."""
    return timedelta(seconds=min(cap, base * factor ** max(0, min(tries - 1, 40))))
