"""What a Run does next. Pure: the same arguments give the same act.

Every turn decides one act and is followed by another look, so whoever resumes after a crash
goes on from what there is, not from what was intended.
"""

from dataclasses import replace
from datetime import datetime

from trueup.kinds.run.acts import SOON, TOLD, act_of, busy
from trueup.kinds.run.begin import again, fresh
from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.spec import Ask, Build, Restart, RunSpec, Verify
from trueup.model.bench import Sight
from trueup.model.course import Act, Begin, Course, End, Fail, Lease, Rest, Wait
from trueup.model.kind import Terms
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Phase, Work

ORDER = ("patch", "build", "restart", "verify", "publish")
SLOW = 5.0
LONGEST = 60.0
"""The longest pause, in seconds, after something failed for a reason that passes."""
AT_STACKS = (Build, Restart, Verify)
CANCELED = {
    "Canceled": "its document is gone",
    "Superseded": "its document says something else by now",
}
"""Why work is taken back that did not fail."""


def course(resource: Resource[RunSpec], facts: RunFacts, status: Status, terms: Terms) -> Course:
    """Return what is to be done next, and what lies ahead.

    `terms` have what a person asked for on top of what the document says.
    """
    said = replace(resource.spec, request=terms.requested_at, begin=terms.begin)
    act = _next(replace(resource, spec=said), facts, status.work)
    shown = act.work if isinstance(act, Begin) else status.work
    return Course(resource.key, shown, act, tuple(str(one) for one in said.steps))


def _next(resource: Resource[RunSpec], facts: RunFacts, work: Work | None) -> Act:
    if work is None or work.phase.ended:
        return _at_rest(resource, facts, work)
    if work.failed:
        return _take_back(facts, work)
    if resource.leaving:
        return _cancel("Canceled")
    if resource.superseded or work.spec != resource.spec.digest:
        return _cancel("Superseded", resource.superseded)
    return _target(resource.spec, facts, work)


def _at_rest(resource: Resource[RunSpec], facts: RunFacts, work: Work | None) -> Act:
    """Return whether there is anything to begin."""
    spec = resource.spec
    if resource.leaving or resource.superseded:
        return Rest()
    if work is None or work.spec != spec.digest:
        return Begin(fresh(spec, work, facts.now))
    if spec.request not in {"", work.request}:
        return Begin(again(spec, work, facts.now))
    return Rest()


def _cancel(reason: str, why: str = "") -> Act:
    return Fail(why or CANCELED[reason], final=True, reason=reason)


def _target(spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    """Return what stands in the way of working on the target, or the act of the step."""
    stack = facts.stack
    if why := _disordered(spec):
        return Fail(why, final=True, reason="StepsOutOfOrder")
    if stack is None:
        odd = [one.name for one in spec.steps if isinstance(one, AT_STACKS)]
        if odd:
            return Fail(f"{odd[0]} needs a stack, and the target is a folder", final=True)
        return _in_time(spec, facts, work)
    if why := _missing(spec, stack):
        return Fail(why, final=True, reason="TargetMissing")
    return _in_time(spec, facts, work) if work.holds else _lease(facts, stack)


def _lease(facts: RunFacts, stack: Sight) -> Act:
    if facts.holder:
        return Wait("Leased", f"{facts.holder} works on {stack.key}, or comes first", TOLD)
    if why := busy(stack):  # a lease would keep it from trying what git says
        return Wait("StackBusy", why, TOLD)
    return Lease(stack.key)


def _disordered(spec: RunSpec) -> str:
    """Return why steps cannot follow each other as they do; questions may stand anywhere."""
    names = [one.name for one in spec.steps if not isinstance(one, Ask)]
    if names == [name for name in ORDER if name in names]:
        return ""
    return f"steps come in the order {', '.join(ORDER)}, each once at most; ask may stand anywhere"


def _missing(spec: RunSpec, stack: Sight) -> str:
    if not stack.there or stack.leaving:
        return f"there is no {stack.key}"
    if stack.services and spec.target.service not in stack.services:
        known = ", ".join(sorted(stack.services))
        return f"{stack.key} has no service {spec.target.service}; it has {known}"
    return ""


def _in_time(spec: RunSpec, facts: RunFacts, work: Work) -> Act:
    """Return the act of the step, unless time is up. What is published is not taken back."""
    late = _used(facts, work) > spec.budget.time
    if late and not work.commit:
        return Fail(f"it took more than {spec.budget.time:g}s", final=True, reason="OverBudget")
    if left := waits(work, facts.now):
        return Wait("Retrying", work.message or "it may pass", min(left, SLOW))
    if work.stage >= len(spec.steps):
        return _arrived(facts, work, late=late)
    return act_of(spec.steps[work.stage], spec, facts, work)


def waits(work: Work, now: datetime) -> float:
    """Return for how many seconds what failed for a reason that passes is left alone yet."""
    if not work.next_at:
        return 0.0
    left = (datetime.fromisoformat(work.next_at) - now).total_seconds()
    return max(0.0, left) if left <= LONGEST else 0.0  # the clock was put back


def _used(facts: RunFacts, work: Work) -> float:
    """Return for how many seconds it has worked; none where the clock was put back."""
    return max(0.0, (facts.now - datetime.fromisoformat(work.started_at)).total_seconds())


def _take_back(facts: RunFacts, work: Work) -> Act:
    """Wait until the stack is back at what was verified, then end."""
    stack = facts.stack
    if stack is not None and stack.there and not stack.leaving:
        trial = stack.status.trial
        if not stack.settled or (trial is not None and trial.lasts):
            return Wait("RollingBack", f"{work.failed} {stack.key} goes back.", TOLD)
    if work.fault in CANCELED:
        return End(Phase.CANCELED, work.fault, work.failed)
    if not work.touched or stack is None:
        return End(Phase.FAILED, work.fault, work.failed)
    stays = _stays(stack)
    message = ". ".join(filter(None, (work.failed.rstrip("."), stays)))
    return End(Phase.FAILED if stays else Phase.ROLLED_BACK, work.fault, message)


def _stays(stack: Sight) -> str:
    """Return why a stack that was touched is not back at what was verified."""
    trial, status = stack.status.trial, stack.status
    if status.stuck:
        return f"{stack.key} needs a person: {status.stuck}"
    if status.applied is None or (trial is not None and trial.result == "Kept"):
        return f"{stack.key} stays as it is: nothing was verified before to go back to"
    return ""


def _arrived(facts: RunFacts, work: Work, *, late: bool) -> Act:
    """Wait until the source has what was published, so that nobody goes back in between."""
    stack, said = facts.stack, work.commit and f"published as {work.commit[:12]}"
    message = ". ".join(filter(None, (said, _how(work))))
    awaited = work.commit and not work.branch and work.handed and not late
    if awaited and not facts.arrived:
        return Wait("Publishing", f"{message}; the source has not seen it yet", SOON)
    if stack is not None and work.handed and stack.status.trial is not None and not stack.settled:
        return Wait("Publishing", f"{message}; {stack.key} looks at it", SOON)
    return End(Phase.SUCCEEDED, "Published" if work.commit else "Done", message or "done")


def _how(work: Work) -> str:
    return f"{work.author}: {', '.join(work.files)}" if work.files else ""
