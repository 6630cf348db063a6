"""What an outcome adds to the memory of a resource. Pure: the next status from the last."""

from dataclasses import replace
from datetime import datetime

from trueup.engine.consent import spent
from trueup.engine.execute import tried
from trueup.engine.gate import INTERRUPTED, LONGEST, backoff
from trueup.model.errors import SpecError, SupersededError, ToolError, TransientError
from trueup.model.kind import Terms
from trueup.model.outcome import Outcome
from trueup.model.release import Release
from trueup.model.status import HISTORY, Entry, Quarantine, Status
from trueup.model.steps import services_of

HEAL_FIRST, HEAL_FACTOR = 2.0, 3.0
RETRY_FACTOR = 2.0
REPEATED = frozenset({"Failed", "Healed", INTERRUPTED})


def remember(status: Status, outcome: Outcome, terms: Terms, now: datetime) -> Status:
    """Return the memory after a plan was carried out."""
    done = replace(status, journal=status.journal if outcome.held else None)
    ended = spent(done, outcome.plan, now)
    match outcome.error:
        case None if outcome.plan.heals:
            return _entered(_healed(ended, now), outcome, "Healed", outcome.plan.reason, now)
        case None:
            return _entered(_applied(ended, outcome, now), outcome, "Applied", "verified", now)
        case SupersededError():
            return done
        case error if _interrupted(outcome):
            again = _retry(status, outcome, error.text, terms, now)
            return _entered(again, outcome, INTERRUPTED, error.text, now)
        case error:
            return _failed(ended if tried(outcome) else done, outcome, error.text, terms, now)


def resumed(status: Status) -> Status:
    """Return the status as it counts after a crash: what was being taken back is bad."""
    journal = status.journal
    if journal is None or journal.phase != "rollback":
        return replace(status, journal=None)
    if status.reverted is not None and status.reverted.digest == journal.digest:
        return replace(status, journal=None, reverted=None)
    why = "it failed, and its rollback was cut off."
    bad, known = Quarantine(journal.revision, journal.digest, why, journal.at), status.quarantine
    same = known is not None and known.digest == bad.digest
    return replace(status, journal=None, quarantine=known if same else bad)


def _interrupted(outcome: Outcome) -> bool:
    """Whether the work was cut off rather than refused: the engine went away, or we did."""
    cut = (SupersededError, TransientError)
    back = outcome.undone
    return (tried(outcome) and isinstance(outcome.error, TransientError)) or (
        back is not None and isinstance(back.error, cut)
    )


def _failed(status: Status, outcome: Outcome, why: str, terms: Terms, now: datetime) -> Status:
    if outcome.plan.heals:
        return _entered(_healed(status, now), outcome, "Failed", why, now)
    if outcome.plan.gone or not tried(outcome):
        return _entered(_retry(status, outcome, why, terms, now), outcome, "Failed", why, now)
    known = replace(_without(status, outcome, why, now), tries=0, next_at="")
    if outcome.plan.no_way_back:
        stuck = f"{why} Not rolled back: {outcome.plan.no_way_back}."
        return _entered(replace(known, stuck=stuck), outcome, "Stuck", stuck, now)
    if outcome.undone is None:
        return _entered(known, outcome, "Failed", why, now)
    if outcome.undone.error is not None:
        stuck = f"the rollback failed: {outcome.undone.error.text} It followed on: {why}"
        return _entered(replace(known, stuck=stuck), outcome, "RollbackFailed", stuck, now)
    return _entered(known, outcome, "RolledBack", why, now)


def _applied(status: Status, outcome: Outcome, now: datetime) -> Status:
    clear = replace(status, tries=0, heals=0, next_at="", stuck="", quarantine=None)
    if outcome.plan.release is None or not outcome.sealed:
        return clear
    return replace(clear, applied=_sealed(outcome.plan.release, outcome, now))


def _sealed(release: Release, outcome: Outcome, now: datetime) -> Release:
    parts = {
        name: replace(part, image_id=outcome.images.get(name, ""))
        for name, part in release.parts.items()
    }
    return replace(release, file=outcome.sealed, parts=parts, verified_at=_text(now))


def _healed(status: Status, now: datetime) -> Status:
    heals = status.heals + 1
    wait = backoff(HEAL_FIRST, HEAL_FACTOR, heals, LONGEST)
    return replace(status, heals=heals, next_at=_text(now + wait))


def _retry(status: Status, outcome: Outcome, why: str, terms: Terms, now: datetime) -> Status:
    """Try again later; what nothing was touched for and does not pass, only a few times."""
    tries = status.tries + 1
    lasting = isinstance(outcome.error, SpecError | ToolError) and outcome.undone is None
    if lasting and not outcome.plan.gone and tries > terms.retry_limit:
        return replace(_without(status, outcome, why, now), tries=tries, next_at="")
    wait = backoff(terms.retry_backoff, RETRY_FACTOR, tries, LONGEST)
    return replace(status, tries=tries, next_at=_text(now + wait))


def _without(status: Status, outcome: Outcome, why: str, now: datetime) -> Status:
    """Give up what failed: a digest of git's is remembered, a person's wish to go back is over."""
    plan = outcome.plan
    if status.reverted is not None and status.reverted.digest == plan.digest:
        return replace(status, reverted=None)
    bad = Quarantine(plan.revision, plan.digest, why, _text(now), dict(outcome.images))
    return replace(status, quarantine=bad)


def _entered(status: Status, outcome: Outcome, result: str, why: str, now: datetime) -> Status:
    """Add a line of history; a repeated failure of one digest replaces the last line."""
    plan = outcome.plan
    seconds = round(outcome.seconds, 1)
    entry = Entry(plan.revision, plan.digest, result, why, _text(now), seconds, *_place(outcome))
    last = status.history[:1]
    again = bool(last) and (last[0].digest, last[0].result) == (entry.digest, result)
    rest = status.history[1:] if again and result in REPEATED else status.history
    return replace(status, history=(entry, *rest)[:HISTORY])


def _place(outcome: Outcome) -> tuple[str, str]:
    """Return the type of the step that failed for good, and the service that it is about."""
    if not outcome.started or not isinstance(outcome.error, SpecError | ToolError):
        return "", ""
    step, error = outcome.started[-1], outcome.error
    names = services_of(step)
    named = [name for name in names if name in error.text]
    return type(step).__name__.lower(), next(filter(None, (error.service, *named, *names)), "")


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
