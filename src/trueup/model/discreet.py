"""A status whose sentences say no secret. What names things, such as digests, stays as it is."""

from dataclasses import replace

from trueup.model.plan import ServiceView
from trueup.model.redaction import mask
from trueup.model.status import Condition, Entry, Journal, Quarantine, Status, Trial


def discreet(status: Status) -> Status:
    """Return a status without secrets; doing it twice changes nothing more."""
    return replace(
        status,
        conditions=tuple(_condition(one) for one in status.conditions),
        quarantine=_quarantine(status.quarantine),
        trial=_trial(status.trial),
        journal=_journal(status.journal),
        stuck=mask(status.stuck),
        problems=tuple(mask(one) for one in status.problems),
        services={name: _view(one) for name, one in status.services.items()},
        history=tuple(_entry(one) for one in status.history),
    )


def _condition(one: Condition) -> Condition:
    return replace(one, message=mask(one.message))


def _quarantine(one: Quarantine | None) -> Quarantine | None:
    return replace(one, reason=mask(one.reason)) if one else None


def _trial(one: Trial | None) -> Trial | None:
    if one is None:
        return None
    parked = _quarantine(one.parked)
    return replace(one, message=mask(one.message), parked=parked, stuck=mask(one.stuck))


def _journal(one: Journal | None) -> Journal | None:
    return replace(one, step=mask(one.step)) if one else None


def _view(one: ServiceView) -> ServiceView:
    return replace(one, reasons=tuple(mask(why) for why in one.reasons))


def _entry(one: Entry) -> Entry:
    return replace(one, message=mask(one.message))
