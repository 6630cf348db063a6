"""How a resource stands, as its status says it. Pure: computed once, from plan and memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from trueup.engine.gate import HELD_BACK, REFUSED, RETURNS, UNAPPROVED, Hold
from trueup.engine.trial import APPLIED, KEPT, PROPOSED
from trueup.model.plan import Health, Plan, Sync, Verdict
from trueup.model.release import commit, named
from trueup.model.resource import Resource
from trueup.model.status import Condition, Quarantine, Status

AGAIN = " It is tried again."
"""How errors end that pass by themselves; when that is, is said instead."""


def shown(
    memory: Status, resource: Resource[object], plan: Plan, hold: Hold | None, now: datetime
) -> Status:
    """Return the status to write: the memory, and the view that the plan gives."""
    ready, *more = _conditions(memory, resource, plan, hold)
    return replace(
        memory,
        revision=_revision(memory, resource, plan),
        sync=Sync.OUT_OF_SYNC if resource.held else plan.sync,
        health=Health.SUSPENDED if hold and hold.reason == "Suspended" else plan.health,
        observed_digest=plan.digest or memory.observed_digest,
        services=plan.services or memory.services,
        asks=plan.asks,
        problems=(*(str(one) for one in resource.problems), *plan.problems),
        conditions=tuple(_since(memory, one, now) for one in (ready, *more, *_others(resource))),
    )


def _revision(memory: Status, resource: Resource[object], plan: Plan) -> str:
    """Return the revision to name; one that changed nothing here is no news."""
    if memory.revision and plan.digest and plan.digest == memory.observed_digest:
        return memory.revision
    return plan.revision or memory.revision or resource.revision


def _conditions(
    memory: Status, resource: Resource[object], plan: Plan, hold: Hold | None
) -> Iterable[Condition]:
    """The Ready condition first, then Reconciling or Stalled where one of them holds."""
    if resource.held:
        return (_ready("False", HELD_BACK, resource.held), _stalled(HELD_BACK, resource.held))
    if resource.problems:
        since = commit(memory.revision)
        good = "the last good version" + (f" ({since})" if since else "")
        why = f"the document is not valid; {good} stays in force; {resource.problems[0]}"
        return (_ready("False", "InvalidDocument", why), _stalled("InvalidDocument", why))
    if memory.stuck:
        return (_ready("False", "Stalled", memory.stuck), _stalled("NeedsAPerson", memory.stuck))
    if plan.verdict is Verdict.BLOCKED:
        return (_ready("False", plan.code, plan.reason), _stalled(plan.code, plan.reason))
    if hold is not None:
        return _held(memory, hold)
    return _settled(memory, plan)


def _others(resource: Resource[object]) -> Iterable[Condition]:
    if resource.unrepaired:
        yield Condition("Repairing", "False", "RepairsUsedUp", resource.unrepaired, "")
    if resource.trouble is not None:
        yield Condition(
            "SourceReady", "False", resource.trouble.reason, resource.trouble.message, ""
        )


def _held(memory: Status, hold: Hold) -> Iterable[Condition]:
    if hold.reason == "Suspended":
        return (_ready("False", "Suspended", hold.message),)
    if hold.reason in {RETURNS, UNAPPROVED, REFUSED}:
        return (_ready("False", hold.reason, hold.message), _stalled(hold.reason, hold.message))
    again = hold.reason == "Waiting"
    last = memory.history[0].message if memory.history and again else ""
    message = f"{last.removesuffix(AGAIN)} {hold.message}".strip()
    reason = "ProgressingWithRetry" if again else hold.reason
    return (
        _ready("False", hold.reason, message),
        Condition("Reconciling", "True", reason, message, ""),
    )


def _settled(memory: Status, plan: Plan) -> Iterable[Condition]:
    if memory.reverted is not None and plan.sync is not Sync.SYNCED:
        return (_ready("False", "RolledBack", plan.reason),)
    if memory.quarantine is not None and plan.sync is not Sync.SYNCED:
        return (_on_branch(memory, plan) or _set_back(memory, memory.quarantine, plan),)
    if plan.steps:
        return (
            _ready("Unknown", "Progressing", plan.reason),
            Condition("Reconciling", "True", "Progressing", plan.reason, ""),
        )
    if plan.verdict is Verdict.DRIFTED and plan.sync is not Sync.SYNCED:
        return (_ready("False", "Drifted", plan.reason),)
    if memory.trial is not None and memory.trial.result == APPLIED:
        what = f"runs the candidate of {memory.trial.run}, verified and not published yet"
        return (_ready("Unknown", "OnTrial", what),)
    return (_running(memory, plan),)


def _set_back(memory: Status, bad: Quarantine, plan: Plan) -> Condition:
    """What was tried failed; say what runs instead. Rolled back is not ready."""
    reason = "RolledBack" if memory.applied else "VerificationFailed"
    left = "It is left as it is."
    if memory.applied:
        old = _what(memory)
        left = f"Goes back to {old}." if plan.steps else f"Now runs {old} again."
    what = f"{_tried(memory, bad)} failed: {bad.reason} {left}"
    return _ready("False", reason, f"{what} {_kept(memory)}".strip())


def _on_branch(memory: Status, plan: Plan) -> Condition | None:
    """What runs is on a branch, and a person is to merge it."""
    trial = memory.trial
    if trial is None or trial.result != PROPOSED or plan.steps:
        return None
    return _ready("Unknown", PROPOSED, f"runs what {trial.run} has verified: {trial.message}")


def _tried(memory: Status, bad: Quarantine) -> str:
    """Name what failed: a candidate by its Run, for it has no commit of its own."""
    trial = memory.trial
    if trial is not None and trial.digest == bad.digest:
        return f"the candidate of {trial.run} ({bad.digest})"
    return named(bad.revision, bad.digest)


def _kept(memory: Status) -> str:
    trial = memory.trial
    if trial is None or trial.result != KEPT:
        return ""
    return f"It is the candidate of {trial.run}: {trial.message}."


def _running(memory: Status, plan: Plan) -> Condition:
    match plan.health:
        case Health.HEALTHY:
            return _ready("True", "Verified", f"release {_what(memory)}")
        case Health.UNVERIFIED:
            why = f"runs {_what(memory)}; nothing is declared that could verify it"
            return _ready("True", "Unverified", why)
        case Health.PROGRESSING:
            return _ready("Unknown", "Progressing", "a health check has not answered yet")
        case _:
            sick = {n: v for n, v in plan.services.items() if v.health is plan.health}
            said = "; ".join(f"{name} {', '.join(v.reasons)}" for name, v in sick.items())
            return _ready("False", str(plan.health), said or plan.reason)


def _what(memory: Status) -> str:
    applied = memory.applied
    return named(applied.revision, applied.digest) if applied else "nothing"


def _since(memory: Status, condition: Condition, now: datetime) -> Condition:
    """A condition keeps its time while status and reason stay what they were."""
    old = memory.condition(condition.type)
    same = old and (old.status, old.reason) == (condition.status, condition.reason)
    since = old.since if old and same else now.isoformat(timespec="seconds")
    return replace(condition, since=since)


def _ready(status: str, reason: str, message: str) -> Condition:
    return Condition("Ready", status, reason, message, "")


def _stalled(reason: str, message: str) -> Condition:
    return Condition("Stalled", "True", reason, message, "")
