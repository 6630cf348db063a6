"""What is wrong with a stack that a Run may repair, by its status alone. Pure."""

from dataclasses import dataclass

from trueup.kinds.stack.spec import BUILD, VERIFY, RepairSpec
from trueup.model.plan import Health
from trueup.model.release import Release
from trueup.model.repair import Diagnosis
from trueup.model.status import Entry, Status

BUILDING, RUNNING = frozenset({"build"}), frozenset({"restart", "reload", "verify"})
TRIED = frozenset({"", "Applied", "Proposed"})
LOG = "log:"
SURE = 0.5
"""How sure a rule must be of a cause before the stack has given up by itself."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure of one service.

    Attributes:
        trigger: build, verify, or a pattern after `log:`.
        digest: what the stack is wanted to be.
        says: one sentence for people.
        final: whether the stack has given up by itself.
    """

    service: str
    trigger: str
    digest: str
    says: str
    final: bool = True


def failed(status: Status, spec: RepairSpec) -> Failure | None:
    """Return the failure of what git says now, if it is one that may make a Run.

    What waits for a person, or was asked for by one, is none.
    """
    if status.stuck or status.reverted or status.journal or _on_trial(status):
        return None
    if status.health is Health.SUSPENDED or status.problems:
        return None
    bad = status.quarantine
    entry = _entry(status, bad.digest) if bad else _last(status)
    if entry is None or not entry.service:
        return None
    trigger = BUILD if entry.step in BUILDING else VERIFY if entry.step in RUNNING else ""
    if trigger not in spec.on:
        return None
    return Failure(entry.service, trigger, entry.digest, entry.message, final=bad is not None)


def watched(status: Status, spec: RepairSpec) -> Release | None:
    """Return the release whose logs are watched: one that runs, and was verified."""
    if not spec.logs or not status.ready or status.journal or _trying(status):
        return None
    return status.applied


def lasts(failure: Failure, found: Diagnosis | None) -> bool:
    """Whether a failure does not pass by itself, as far as its log tells.

    Of what nobody knows a cause for, the stack's own retries have to show it first.
    """
    if found is None:
        return failure.final
    return not found.transient and (failure.final or found.confidence >= SURE)


def _trying(status: Status) -> bool:
    return status.trial is not None and not status.trial.result


def _on_trial(status: Status) -> bool:
    """Whether a candidate has taken the place of what git says; a branch may wait for a merge."""
    return status.trial is not None and status.trial.result in TRIED


def _entry(status: Status, digest: str) -> Entry | None:
    """Return how the last try of a digest ended that failed for good."""
    return next((one for one in status.history if one.digest == digest and one.step), None)


def _last(status: Status) -> Entry | None:
    """Return how the last try ended, where what it tried is still wanted and touched nothing."""
    last = next(iter(status.history), None)
    tried = status.attempted is not None and last is not None
    if not tried or not status.tries or status.attempted is None or last is None:
        return None
    return last if last.digest == status.attempted.digest else None
