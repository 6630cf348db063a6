"""What an outcome adds to the memory of a resource. Pure: the next status from the last."""

from dataclasses import replace
from datetime import datetime

from trueup.engine.execute import tried
from trueup.engine.gate import backoff
from trueup.model.errors import SupersededError, TransientError, TrueupError
from trueup.model.kind import Terms
from trueup.model.outcome import Outcome
from trueup.model.release import Release
from trueup.model.status import HISTORY, Entry, Quarantine, Status

HEAL_FIRST, HEAL_FACTOR, HEAL_CAP = 2.0, 3.0, 300.0
RETRY_FACTOR, RETRY_CAP = 2.0, 300.0


def remember(status: Status, outcome: Outcome, terms: Terms, now: datetime) -> Status:
    """Return the memory after a plan was carried out."""
    done = replace(status, journal=None)
    match outcome.error:
        case None if outcome.plan.heals:
            return _entered(_healed(done, now), outcome, "Healed", outcome.plan.reason, now)
        case None:
            return _entered(_applied(done, outcome, now), outcome, "Applied", "verified", now)
        case SupersededError():
            return done
        case error:
            return _failed(done, outcome, error.text, terms, now)


def _failed(status: Status, outcome: Outcome, why: str, terms: Terms, now: datetime) -> Status:
    if outcome.plan.heals:
        return _entered(_healed(status, now), outcome, "Failed", why, now)
    passing = isinstance(outcome.error, TransientError)
    if passing or outcome.plan.gone or not tried(outcome):
        return _entered(_retry(status, outcome, why, terms, now), outcome, "Failed", why, now)
    known = replace(status, quarantine=_quarantine(outcome, why, now), tries=0, next_at="")
    if outcome.plan.no_way_back:
        stuck = f"{why} Not rolled back: {outcome.plan.no_way_back}."
        return _entered(replace(known, stuck=stuck), outcome, "Stuck", stuck, now)
    if outcome.undone is None:
        return _entered(known, outcome, "Failed", why, now)
    return _undone(known, outcome, outcome.undone.error, why, now)


def _undone(
    status: Status, outcome: Outcome, error: TrueupError | None, why: str, now: datetime
) -> Status:
    """How the way back ended. What only interrupted it does not make it impossible."""
    match error:
        case None:
            return _entered(status, outcome, "RolledBack", why, now)
        case SupersededError() | TransientError():
            cut = f"{why} The way back was interrupted: {error.text}"
            later = replace(status, next_at=_text(now + backoff(HEAL_FIRST, 1, 1, HEAL_CAP)))
            return _entered(later, outcome, "RollbackFailed", cut, now)
        case _:
            stuck = f"the rollback failed: {error.text} It followed on: {why}"
            return _entered(replace(status, stuck=stuck), outcome, "RollbackFailed", stuck, now)


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
    wait = backoff(HEAL_FIRST, HEAL_FACTOR, heals, HEAL_CAP)
    return replace(status, heals=heals, next_at=_text(now + wait))


def _retry(status: Status, outcome: Outcome, why: str, terms: Terms, now: datetime) -> Status:
    """Try again later; what nothing was touched for and does not pass, only a few times."""
    tries = status.tries + 1
    endless = isinstance(outcome.error, TransientError) or outcome.plan.gone
    if not endless and tries > terms.retry_limit:
        return replace(status, tries=tries, next_at="", quarantine=_quarantine(outcome, why, now))
    wait = backoff(terms.retry_backoff, RETRY_FACTOR, tries, RETRY_CAP)
    return replace(status, tries=tries, next_at=_text(now + wait))


def _quarantine(outcome: Outcome, why: str, now: datetime) -> Quarantine:
    plan = outcome.plan
    return Quarantine(plan.revision, plan.digest, why, _text(now), dict(outcome.images))


def _entered(status: Status, outcome: Outcome, result: str, why: str, now: datetime) -> Status:
    """Add a line of history; a repeated failure of one digest replaces the last line."""
    plan = outcome.plan
    entry = Entry(plan.revision, plan.digest, result, why, _text(now), round(outcome.seconds, 1))
    last = status.history[:1]
    again = bool(last) and (last[0].digest, last[0].result) == (entry.digest, result)
    rest = status.history[1:] if again and result in {"Failed", "Healed"} else status.history
    return replace(status, history=(entry, *rest)[:HISTORY])


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
