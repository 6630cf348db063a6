"""How a stack stands, as people are told: a verdict with its reason, its health, each service.

Refuses to know what is done about it.
"""

from trueup.kinds.stack.judge import Act, Judgement
from trueup.kinds.stack.survey import Survey
from trueup.model.plan import Health, ServiceView, Verdict
from trueup.model.release import commit
from trueup.model.steps import Step

GRAVITY = (
    Health.DEGRADED,
    Health.MISSING,
    Health.PROGRESSING,
)


def judged(found: Survey, todo: tuple[Step, ...]) -> tuple[Verdict, str]:
    """Return how things stand, and why, in the words that people read first."""
    here = "" if found.target.trial else commit(found.target.revision)
    if not todo:
        return Verdict.IN_SYNC, "runs what is wanted, and it was verified"
    if not found.facts.containers and found.applied is None:
        return Verdict.ABSENT, "nothing runs yet" + (f"; wanted by {here}" if here else "")
    reason = _reason(found)
    if found.drifts:
        return Verdict.DRIFTED, reason or "a container has a wrong name"
    if not reason:
        return Verdict.UNVERIFIED, "runs what is wanted, which was not verified yet"
    return Verdict.OUT_OF_SYNC, reason + (f" in {here}" if here else "")


def _reason(found: Survey) -> str:
    """Return the first reason, and how many more there are."""
    said = [f"{one.service}: {why}" for one in found.busy for why in one.reasons]
    said += [f"{name} {why}" for name, why in found.removed.items()]
    return said[0] + (f" (and {len(said) - 1} more)" if len(said) > 1 else "") if said else ""


def health(found: Survey) -> Health:
    """Return the worst of all services; Unverified only where nothing at all was declared."""
    seen = {one.health for one in found.judged.values()}
    for grave in GRAVITY:
        if grave in seen:
            return grave
    return Health.HEALTHY if Health.HEALTHY in seen or not seen else Health.UNVERIFIED


def views(found: Survey) -> dict[str, ServiceView]:
    """Return how each service stands."""
    views = {
        name: ServiceView(
            one.state,
            one.health,
            found.target.services[name].image,
            found.target.services[name].digest,
            _reasons(found, one),
        )
        for name, one in found.judged.items()
    }
    return views | {
        name: ServiceView("extra", Health.UNVERIFIED, reasons=(why,))
        for name, why in found.extra.items()
    }


def _reasons(found: Survey, judged: Judgement) -> tuple[str, ...]:
    """A wrong name is corrected before anything else, and so it is told first."""
    names = tuple(
        f"is named {one.found}, wants {one.name}" if one.name else f"{one.found} is left over"
        for one in found.mends
        if one.service == judged.service
    )
    return (*names, *(judged.reasons if judged.act is not Act.NOTHING or not names else ()))
