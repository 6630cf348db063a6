"""What people agreed to, put on record beside the plan that asked for it. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from trueup.model.consent import APPROVED, Approval, carried_out
from trueup.model.plan import Plan
from trueup.model.resource import Resource
from trueup.model.status import HISTORY, Status

COMMITTED = "committed file"


def consented(
    status: Status, plan: Plan, resource: Resource[object], decisions: Iterable[Approval]
) -> Status:
    """Return the status with what was decided about the plan that asks.

    A decision that is on record already is not taken twice: an approval counts once.
    """
    if plan.asks is None:
        return status
    said = [one for one in decisions if one.plan == plan.asks.plan]
    if plan.asks.plan in resource.agreed:
        by = f"{resource.source} at {resource.revision}"
        said.append(Approval(str(plan.key), plan.asks.plan, APPROVED, by=by, via=COMMITTED))
    known = {_identity(one) for one in status.approvals}
    fresh = [one for one in said if _identity(one) not in known]
    if not fresh:
        return status
    return replace(status, approvals=_latest((*status.approvals, *fresh)))


def spent(status: Status, plan: Plan, now: datetime) -> Status:
    """Return the status after a plan was carried out to its end: its approval is used up.

    A new release ends them all: a plan that was resumed may have had nothing more to ask.
    """
    moment = now.isoformat(timespec="seconds")
    used = tuple(
        replace(one, used=moment)
        if not one.used and (one.plan == plan.approved or not plan.heals)
        else one
        for one in status.approvals
    )
    return replace(status, approvals=used)


def _latest(every: tuple[Approval, ...]) -> tuple[Approval, ...]:
    """Return the last ones, and always the one that was used last: it tells plans apart."""
    kept, last = every[-HISTORY:], carried_out(every)
    return kept if last is None or last in kept else (last, *kept[1:])


def _identity(one: Approval) -> tuple[str, ...]:
    """A file says the same in every later commit: its revision makes it no new approval."""
    return (one.plan, one.decision, one.via, one.at, one.by if one.at else "")
