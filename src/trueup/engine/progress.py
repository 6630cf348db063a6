"""What an act adds to the memory of a Run, and how a Run stands. Pure: the next from the last."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from trueup.engine.gate import Hold, backoff
from trueup.model.course import End, Fail, Wait
from trueup.model.plan import Health
from trueup.model.resource import Resource
from trueup.model.status import Condition, Status
from trueup.model.work import Phase, Stage, Tried, Work

FIRST, FACTOR, LONGEST = 5.0, 6.0, 60.0
"""Seconds before what may pass is tried again: 5, 30, 60."""
MOST = 10
"""How many attempts that failed are remembered."""
CUT = 16_000
"""Letters of a diff that are remembered; all of it is in an artifact."""
WAITING = frozenset({"Leased", "StackBusy", "Retrying", "Suspended"})
AGAIN = ("patch",)


def passed(work: Work, state: str, message: str, now: str) -> Work:
    """Return the memory after a step has come to its end."""
    steps = tuple(
        replace(one, state=state, message=message, started_at=one.started_at or now, ended_at=now)
        if number == work.stage
        else one
        for number, one in enumerate(work.steps)
    )
    return standing(replace(work, steps=steps, stage=work.stage + 1))


def standing(work: Work) -> Work:
    """Return the memory of work that goes on."""
    return replace(work, phase=Phase.RUNNING, reason="", message="", waits=0, next_at="")


def leased(work: Work, stack: str, now: str) -> Work:
    """Return the memory of work that has its stack; what it waited for that is not its time."""
    return standing(replace(work, holds=stack, started_at=now))


def at_work(work: Work, now: str) -> Work:
    """Return the memory of work whose step is being done."""
    steps = tuple(
        replace(one, state="Running", started_at=one.started_at or now)
        if number == work.stage
        else one
        for number, one in enumerate(work.steps)
    )
    return replace(work, steps=steps)


def rewound(work: Work) -> Work:
    """Return the memory of work that has lost its work tree: the patch is to be applied again.

    What was proposed is on record, so nobody is asked once more.
    """
    patch = _patch(work)
    begin = work.stage if patch < 0 else min(patch, work.stage)
    if begin == work.stage:
        return replace(work, handed=False, previewed="")
    return replace(work, stage=begin, steps=_pending(work, begin), handed=False, previewed="")


def patched(work: Work) -> bool:
    """Whether there is a patch, or none is needed, so that asking for another one helps nobody."""
    return bool(work.files) or work.stage > _patch(work)


def _patch(work: Work) -> int:
    """Return which of the steps makes a patch; -1 for none."""
    return next((n for n, one in enumerate(work.steps) if one.step in AGAIN), -1)


def paused(work: Work, hold: Hold) -> Work:
    """Return the memory of work that is suspended: it holds nothing meanwhile."""
    left = replace(rewound(work), holds="", base="", phase=Phase.WAITING)
    return replace(left, reason=hold.reason, message=hold.message)


def put_off(work: Work, act: Wait) -> Work:
    """Return the memory of work that waits for something."""
    phase = Phase.WAITING if act.reason in WAITING else Phase.RUNNING
    return replace(work, phase=phase, reason=act.reason, message=act.message)


def spoiled(work: Work, why: str, now: str) -> Work:
    """Return the memory after an act failed for a reason that passes."""
    waits = work.waits + 1
    due = (datetime.fromisoformat(now) + backoff(FIRST, FACTOR, waits, LONGEST)).isoformat(
        timespec="seconds"
    )
    return replace(work, waits=waits, next_at=due, reason="Retrying", message=why)


def failed(work: Work, act: Fail, diff: str, attempts: int, now: str) -> Work:
    """Return the memory after an attempt failed: the next one, or that all is taken back."""
    at = work.steps[work.stage].step if work.stage < len(work.steps) else "publish"
    said = Tried(work.attempt, work.author, at, act.error, now, diff[:CUT], work.signature)
    after = replace(
        _marked(work, act.error, now),
        tries=(*work.tries, said)[-MOST:],
        handed=False,
        waits=0,
        next_at="",
        candidate="",
        previewed="",
    )
    begin = [number for number, one in enumerate(work.steps) if one.step in AGAIN]
    used = work.attempt - work.first + 1
    if act.final or not begin or used >= attempts:
        return replace(after, failed=act.error, fault=act.reason or _fault(at, used, attempts))
    return _anew(after, min(begin[0], work.stage))


def _fault(step: str, used: int, attempts: int) -> str:
    return "AttemptsUsedUp" if used >= attempts > 1 else f"{step.capitalize()}Failed"


def _anew(work: Work, begin: int) -> Work:
    """Return the memory of the next attempt: it begins with its patch again."""
    again = replace(work, attempt=work.attempt + 1, stage=begin, steps=_pending(work, begin))
    return standing(replace(again, author="", files=(), base="", reuse=0))


def _pending(work: Work, begin: int) -> tuple[Stage, ...]:
    return tuple(
        Stage(one.step) if number >= begin else one for number, one in enumerate(work.steps)
    )


def _marked(work: Work, error: str, now: str) -> Work:
    steps = tuple(
        replace(one, state="Failed", message=error, ended_at=now) if number == work.stage else one
        for number, one in enumerate(work.steps)
    )
    return replace(work, steps=steps)


def ended(work: Work, act: End, now: str) -> Work:
    """Return the memory of work that is over: it holds nothing any more."""
    return replace(
        work,
        phase=act.phase,
        reason=act.reason,
        message=act.message,
        holds="",
        handed=False,
        ended_at=now,
    )


def shown(
    status: Status,
    resource: Resource[object],
    work: Work | None,
    now: str,
    hold: Hold | None = None,
) -> Status:
    """Return the status to write: the memory, and how the Run stands.

    `hold` says why it has not begun.
    """
    found = tuple(_since(status, one, now) for one in _conditions(resource, work, hold))
    return replace(
        status,
        revision=status.revision if work and work.phase.ended else resource.revision,
        health=Health.UNVERIFIED,
        work=work,
        conditions=found,
        problems=tuple(str(one) for one in resource.problems),
        spec={"target": str(getattr(resource.spec, "target", ""))},
    )


def _conditions(
    resource: Resource[object], work: Work | None, hold: Hold | None
) -> Iterable[Condition]:
    if work is None:
        pending = hold or Hold("Pending", "has not begun", 0)
        yield Condition("Ready", "Unknown", pending.reason, pending.message, "")
        return
    said = work.message or _under_way(work)
    match work.phase:
        case Phase.SUCCEEDED:
            yield Condition("Ready", "True", work.reason, said, "")
        case Phase.FAILED | Phase.ROLLED_BACK | Phase.CANCELED:
            yield Condition("Ready", "False", work.reason or str(work.phase), said, "")
            if work.reason == "NeedsAPerson":
                yield Condition("Stalled", "True", work.reason, said, "")
        case _:
            yield Condition("Ready", "Unknown", work.reason or str(work.phase), said, "")
            yield Condition("Reconciling", "True", work.reason or "Progressing", said, "")
    if resource.problems:
        why = f"the last good version counts; {resource.problems[0]}"
        yield Condition("Stalled", "True", "InvalidDocument", why, "")


def _under_way(work: Work) -> str:
    step = work.steps[work.stage].step if work.stage < len(work.steps) else "the end"
    return f"attempt {work.attempt - work.first + 1}: {step}"


def _since(status: Status, condition: Condition, now: str) -> Condition:
    """A condition keeps its time while status and reason stay what they were."""
    old = status.condition(condition.type)
    same = old and (old.status, old.reason) == (condition.status, condition.reason)
    return replace(condition, since=old.since if old and same else now)
