"""What a Stack remembers of a candidate that a Run puts forward. Pure.

A trial begins when a candidate is put forward. What was remembered of git's own failures is
put by, so that the candidate is judged on its own; it counts again once the trial is over.
That is when the candidate is withdrawn: then the release from before the trial counts as the
one that was verified, unless git says by now what was tried, or it waits on a branch for a
person to merge it: then it runs until git says something else than when the trial began. What
a person asks for while a trial lasts overrules it.
"""

from dataclasses import replace
from datetime import datetime

from trueup.engine.gate import INTERRUPTED
from trueup.model.errors import SpecError, ToolError
from trueup.model.outcome import Outcome
from trueup.model.plan import Plan
from trueup.model.resource import Resource
from trueup.model.status import Quarantine, Status, Trial
from trueup.model.trial import Candidate

APPLIED, ROLLED_BACK = "Applied", "RolledBack"
OVERRULED, KEPT, PROPOSED = "Overruled", "Kept", "Proposed"
STUCK = frozenset({"Stuck", "RollbackFailed"})
OVER = frozenset({OVERRULED, KEPT, PROPOSED})
STAYS = frozenset({KEPT, PROPOSED})


def begun(status: Status, resource: Resource[object], now: datetime) -> Status:
    """Return the status as it counts with the candidate that is put forward, if one is."""
    one, old = resource.candidate, status.trial
    if one is None or resource.leaving or resource.held:
        return status
    if old is not None and (old.run, old.attempt) == (one.run, one.attempt):
        return _followed(status, old, now)
    if old is not None and old.result not in OVER:
        status = _restored(status, old)
    return _parked(status, one, now)


def heeded(resource: Resource[object], status: Status) -> Resource[object]:
    """Return a resource without its candidate where a person has asked for something else."""
    one = resource.candidate
    if one is None or status.trial is None or status.trial.result != OVERRULED:
        return resource
    return replace(resource, candidate=None, leased=one.run)


def attempted(status: Status, plan: Plan) -> Status:
    """Return the status with the digest of the candidate that is about to be tried."""
    if status.trial is None or not plan.trial:
        return status
    trial = replace(status.trial, digest=plan.digest, result="", message="")
    return replace(status, trial=trial)


def concluded(status: Status, outcome: Outcome, now: datetime) -> Status:
    """Return the memory after a plan was carried out, with how that ends a trial."""
    plan, trial, error = outcome.plan, status.trial, outcome.error
    if trial is None or plan.heals:
        return status
    if not plan.trial:  # git has said something else
        return replace(status, trial=None) if trial.result == PROPOSED else status
    if error is None:
        return replace(status, trial=_result(trial, APPLIED, "verified", now))
    last = status.history[0].result if status.history else INTERRUPTED
    if last == INTERRUPTED or not isinstance(error, SpecError | ToolError):
        return status
    bad = status.quarantine or Quarantine(plan.revision, plan.digest, error.text, _text(now))
    trial = _result(trial, last, error.text, now)
    return replace(status, trial=trial, quarantine=bad, tries=0, next_at="")


def ended(status: Status, resource: Resource[object], plan: Plan, now: datetime) -> Status:
    """Return the status as it counts once no candidate is put forward any more.

    `plan` tells what git says now; while that is not known, nothing is decided.
    """
    trial = status.trial
    if trial is None or resource.candidate is not None or not plan.wanted or plan.gone:
        return status
    if trial.result == OVERRULED:
        return status if resource.leased else replace(status, trial=None)
    if trial.digest == plan.wanted:
        return _published(status, plan)
    if trial.result in STAYS:
        kept = status.applied is not None and status.applied.digest == trial.digest
        return status if kept else replace(status, trial=None)
    if trial.result == APPLIED and resource.proposed:
        return _proposed(status, trial, plan, resource.proposed, now)
    return _withdrawn(status, trial, plan, now)


def returning(before: Status, after: Status, plan: Plan, now: datetime) -> Status:
    """Return the status after a withdrawal, where a service must not go back by itself."""
    trial = before.trial
    back = after.applied is not None and plan.digest == after.applied.digest
    if trial is None or trial.result != APPLIED or not (back and plan.steps and plan.no_way_back):
        return after
    stuck = f"{trial.run} has withdrawn what runs. Not taken back: {plan.no_way_back}."
    known = after.quarantine or Quarantine(plan.revision, plan.wanted, stuck, _text(now))
    return replace(after, stuck=stuck, quarantine=known)


def _parked(status: Status, one: Candidate, now: datetime) -> Status:
    trial = Trial(
        one.run,
        one.attempt,
        at=_text(now),
        before=status.applied,
        parked=status.quarantine,
        reverted=status.reverted,
        stuck=status.stuck,
    )
    clear = replace(status, quarantine=None, reverted=None, stuck="")
    return replace(clear, trial=trial, tries=0, heals=0, next_at="")


def _restored(status: Status, trial: Trial) -> Status:
    """Return the status as it was before a trial, with what was verified then."""
    tried = status.applied is not None and status.applied.digest == trial.digest
    return replace(
        status,
        trial=None,
        applied=(trial.before or status.applied) if tried else status.applied,
        quarantine=trial.parked,
        reverted=trial.reverted,
        stuck=trial.stuck,
        tries=0,
        heals=0,
        next_at="",
    )


def _followed(status: Status, trial: Trial, now: datetime) -> Status:
    """Return the status while a trial goes on: a person may have asked for something else."""
    if trial.result not in OVER and (asked := status.reverted) is not None:
        why = f"a person went back to {asked.digest}"
        over = replace(_result(trial, OVERRULED, why, now), parked=None, reverted=None, stuck="")
        return replace(_restored(status, trial), trial=over, reverted=asked, stuck="")
    bad = status.quarantine
    if not trial.result and bad is not None and bad.digest == trial.digest:
        return replace(status, trial=_result(trial, ROLLED_BACK, bad.reason, now))
    return status


def _published(status: Status, plan: Plan) -> Status:
    """Git says what was tried: what was verified has a commit of its own now."""
    trial, applied = status.trial, status.applied
    if trial is not None and applied is not None and applied.digest == trial.digest:
        applied = replace(applied, revision=plan.revision or applied.revision)
    clear = replace(status, trial=None, applied=applied, quarantine=None, stuck="")
    return replace(clear, revision=plan.revision or status.revision, tries=0, next_at="")


def _proposed(status: Status, trial: Trial, plan: Plan, branch: str, now: datetime) -> Status:
    """Return the status while what was verified waits on a branch.

    Git's word counts again as soon as it is another one than when the trial began.
    """
    if plan.wanted != _said(trial):
        return replace(status, trial=None, tries=0, next_at="")
    why = f"it is on branch {branch}, and runs until git says something else"
    instead = f"what {trial.run} has published on {branch} takes its place"
    bad = trial.parked or Quarantine(plan.revision, plan.wanted, instead, _text(now))
    kept = replace(_result(trial, PROPOSED, why, now), parked=None, reverted=None, stuck="")
    return replace(status, trial=kept, quarantine=bad, tries=0, next_at="")


def _said(trial: Trial) -> str:
    """Return the digest that git wanted when a trial began; empty where it is not known."""
    if trial.parked is not None:
        return trial.parked.digest
    if trial.reverted is not None and trial.reverted.over:
        return trial.reverted.over
    return trial.before.digest if trial.before else ""


def _withdrawn(status: Status, trial: Trial, plan: Plan, now: datetime) -> Status:
    after = _restored(status, trial)
    if trial.result in STUCK:
        known = after.quarantine or Quarantine(
            plan.revision, plan.wanted, trial.message, _text(now)
        )
        return replace(after, stuck=status.stuck, quarantine=known)
    if trial.result == APPLIED and trial.before is None:
        why = "it was withdrawn, and nothing was verified before that could take its place"
        kept = _result(trial, KEPT, why, now)
        return replace(after, trial=replace(kept, parked=None, reverted=None, stuck=""))
    return after


def _result(trial: Trial, result: str, message: str, now: datetime) -> Trial:
    return replace(trial, result=result, message=message, at=_text(now))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
