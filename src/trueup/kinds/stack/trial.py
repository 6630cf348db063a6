"""A candidate of a Run in place of what git says: what that changes in a plan. Pure."""

from dataclasses import replace

from trueup.kinds.stack.checks import checks
from trueup.kinds.stack.survey import Survey
from trueup.kinds.stack.target import Target
from trueup.model.checks import Check
from trueup.model.plan import Plan, Sync, Verdict
from trueup.model.status import Status
from trueup.model.steps import Verify


def on_trial(plan: Plan, found: Survey, status: Status) -> Plan:
    """Return a plan as it is for a candidate: proved by its own checks, and never git's."""
    run = found.target.trial
    if not run:
        return plan
    plan = replace(plan, sync=Sync.OUT_OF_SYNC)
    if plan.heals:
        return plan
    if plan.steps:
        return replace(plan, trial=run, reason=f"{plan.reason}, on trial for {run}")
    if plan.verdict is Verdict.IN_SYNC and not _tried(status):
        return _proved(plan, found, run)
    return replace(plan, reason=f"runs the candidate of {run}, and it was verified")


def failed(wanted: Target, status: Status) -> bool:
    """Whether this candidate failed in this attempt; another image of a tag is no new one."""
    trial = status.trial
    if not wanted.trial or trial is None or trial.digest != wanted.digest:
        return False
    return trial.result not in {"", "Applied"}


def more_checks(found: Survey) -> tuple[Check, ...]:
    """Return what must hold of a candidate besides the Stack's own checks."""
    candidate = found.resource.candidate
    return candidate.checks if candidate and found.target.trial else ()


def _tried(status: Status) -> bool:
    return status.trial is not None and bool(status.trial.result)


def _proved(plan: Plan, found: Survey, run: str) -> Plan:
    """What runs already has passed the Stack's checks, but not those of the candidate."""
    every = (*more_checks(found), *checks(found.target, done=found.completed))
    reason = f"runs what {run} proposes, which was not tried yet"
    if not every:
        return replace(plan, reason=reason)
    proof = Verify(found.target.project, every, found.spec.timeout)
    return replace(plan, verdict=Verdict.UNVERIFIED, reason=reason, steps=(proof,), trial=run)
