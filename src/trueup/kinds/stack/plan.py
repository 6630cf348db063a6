"""What to do about a Stack. Pure: the same arguments give the same plan."""

from dataclasses import replace

from trueup.kinds.stack.adoption import adopted, standing, taken_by, taken_over
from trueup.kinds.stack.checks import checks
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.judge import Act
from trueup.kinds.stack.leave import leave
from trueup.kinds.stack.owner import refusal
from trueup.kinds.stack.shared import names_on
from trueup.kinds.stack.shield import Shield, shielded
from trueup.kinds.stack.shown import health, judged, views
from trueup.kinds.stack.spec import Drift, Rollback, StackSpec
from trueup.kinds.stack.steps import ahead, steps
from trueup.kinds.stack.survey import Survey, survey
from trueup.kinds.stack.target import Target
from trueup.kinds.stack.trial import failed, on_trial
from trueup.kinds.stack.untaken import untaken
from trueup.model.checks import Check
from trueup.model.plan import Health, Plan, Sync, Verdict
from trueup.model.release import commit, named
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.steps import Restart

FREED = 10.0
"""After how many seconds to look again whether a name has become free."""


def plan(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> Plan:
    """Return the steps from what runs to what should run, as far as they may be taken."""
    todo = _plan(resource, facts, status)
    return shielded(todo, lambda: _kept(resource, facts), Shield(resource, facts, status))


def _plan(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> Plan:
    if resource.leaving:
        return leave(resource, facts)
    if facts.adopter:
        return _blocked(resource, facts, taken_by(facts))
    if differs := untaken(resource, facts, status):
        return _untaken(resource, facts, differs)
    if refused := refusal(resource, facts, status):
        return _blocked(resource, facts, facts.problem or refused)
    if (back := _asked_back(facts, status)) is not None:
        return _reverted(resource, facts, back)
    return _follow(resource, facts, status)


def _follow(resource: Resource[StackSpec], facts: StackFacts, status: Status) -> Plan:
    """Return the plan that leads to what git says, as far as that is known to be good."""
    wanted = facts.wanted
    if resource.held:
        return _stay(resource, facts)
    if wanted is None:
        return _unresolved(resource, facts)
    if facts.clash:
        return replace(_blocked(resource, facts, facts.clash), again=FREED)
    if not quarantined(wanted, facts, status):
        found = survey(resource, facts, wanted)
        return on_trial(_converge(found, wanted), found, status)
    if facts.applied is not None:
        return _retreat(survey(resource, facts, facts.applied), wanted, status)
    return _hold(survey(resource, facts, wanted), status)


def _blocked(resource: Resource[StackSpec], facts: StackFacts, reason: str) -> Plan:
    digest = facts.wanted.digest if facts.wanted else ""
    revision = facts.wanted.revision if facts.wanted else resource.revision
    return Plan(
        resource.key,
        Verdict.BLOCKED,
        reason,
        revision=revision,
        digest=digest,
        wanted=digest,
        code="NotAllowed" if facts.violations else "Refused",
        problems=facts.violations,
    )


def _untaken(resource: Resource[StackSpec], facts: StackFacts, reason: str) -> Plan:
    """Refuse to take over what runs, with all that differs, service by service."""
    blocked = _blocked(resource, facts, reason)
    if facts.wanted is None:
        return blocked
    return replace(blocked, services=views(survey(resource, facts, facts.wanted)))


def _kept(resource: Resource[StackSpec], facts: StackFacts) -> Plan | None:
    """Return the plan that keeps up what was verified while something else waits."""
    if facts.applied is None:
        return None
    return _converge(survey(resource, facts, facts.applied), facts.wanted or facts.applied)


def _stay(resource: Resource[StackSpec], facts: StackFacts) -> Plan:
    """Keep up what was verified, for as long as the removal waits for a person."""
    reason = "the document is gone, and its removal is held"
    if facts.applied is None:
        return Plan(resource.key, Verdict.HELD, reason, revision=resource.revision)
    kept = replace(_converge(survey(resource, facts, facts.applied), facts.applied), wanted="")
    return kept if kept.steps else replace(kept, verdict=Verdict.HELD, reason=reason)


def _unresolved(resource: Resource[StackSpec], facts: StackFacts) -> Plan:
    """What git says makes no project; the last verified release is kept as it was."""
    blocked = _blocked(resource, facts, facts.problem)
    if facts.applied is None:
        return blocked
    kept = _converge(survey(resource, facts, facts.applied), facts.applied)
    kept = replace(kept, sync=Sync.UNKNOWN, wanted="")
    if kept.steps:
        return replace(kept, problems=facts.violations)
    return replace(blocked, health=kept.health, services=kept.services)


def _asked_back(facts: StackFacts, status: Status) -> Target | None:
    """Return the verified release that a person asked for, as long as git says the same."""
    asked, wanted = status.reverted, facts.wanted
    if asked is None or (wanted is not None and asked.over not in {"", wanted.digest}):
        return None
    verified = facts.applied is not None and facts.applied.digest == asked.digest
    return facts.applied if verified else facts.reverted


def _reverted(resource: Resource[StackSpec], facts: StackFacts, back: Target) -> Plan:
    """Return the plan that leads to a release that a person asked for, and stays there."""
    found = survey(resource, facts, back)
    gone = [n for n, one in back.services.items() if one.image and not facts.images.get(one.image)]
    if gone:
        why = f"release {named(back.revision, back.digest)} cannot be brought back: the image of"
        return _blocked(resource, facts, f"{why} {gone[0]} is gone; `trueup reconcile` goes on")
    plan = _converge(found, facts.wanted or back)
    plan = replace(plan, wanted=facts.wanted.digest if facts.wanted else "")
    reason = f"a person went back to {named(back.revision, back.digest)}"
    if plan.verdict is Verdict.IN_SYNC:
        reason += "; the next change in git is deployed, or `trueup reconcile` goes on now"
        return replace(plan, verdict=Verdict.HELD, sync=Sync.OUT_OF_SYNC, reason=reason)
    if plan.verdict is Verdict.OUT_OF_SYNC:
        plan = replace(plan, reason=reason)
    return replace(plan, sync=Sync.OUT_OF_SYNC)


def quarantined(wanted: Target, facts: StackFacts, status: Status) -> bool:
    """Whether exactly this digest, with exactly these images, has failed before."""
    bad = status.quarantine
    if failed(wanted, status):
        return True
    if bad is None or bad.digest != wanted.digest:
        return False
    return all(
        facts.images.get(one.image, "") in {"", bad.images.get(name, "")}
        for name, one in wanted.services.items()
        if bad.images.get(name)
    )


def _converge(found: Survey, wanted: Target) -> Plan:
    """Return the plan that leads to a target: git's, or the last verified release."""
    todo = steps(found)
    verdict, reason = judged(found, todo)
    mode = found.spec.drift
    if verdict is Verdict.DRIFTED and mode is not Drift.REPAIR and not found.interrupted:
        todo = ()
    tolerated = verdict is Verdict.IN_SYNC or (verdict is Verdict.DRIFTED and mode is Drift.IGNORE)
    synced = tolerated and found.target is wanted
    return Plan(
        found.key,
        verdict,
        reason,
        todo,
        revision=found.target.revision,
        digest=found.target.digest,
        sync=Sync.SYNCED if synced else Sync.OUT_OF_SYNC,
        health=health(found),
        services=views(found),
        release=found.target.release(standing(found.target, found.facts.containers)),
        bundle=found.target.bundle,
        wanted=wanted.digest,
        origin=found.resource.origin,
        ahead=ahead(found, todo),
        back=_back(found),
        no_way_back=_no_way_back(found),
        holds=_holds(found),
        adopted=adopted(found.facts.containers),
        names=(*names_on(found.target, found.facts.network), *taken_over(found.facts)),
        lacks=found.facts.crowded if any(isinstance(one, Restart) for one in todo) else "",
        heals=verdict is Verdict.DRIFTED,
    )


def _retreat(found: Survey, wanted: Target, status: Status) -> Plan:
    """Return the plan that keeps to the last verified release while what git says is bad."""
    plan = _converge(found, wanted)
    if plan.verdict is not Verdict.IN_SYNC:
        return plan
    why = status.quarantine.reason if status.quarantine else ""
    old = commit(plan.revision) or plan.digest
    reason = f"stays at {old}, for {wanted.digest} failed: {why}"
    return replace(plan, verdict=Verdict.HELD, reason=reason)


def _holds(found: Survey) -> tuple[str, ...]:
    """The verified images that no container runs any more once the target does."""
    if found.applied is None or found.drifts:
        return ()
    images = found.facts.images
    needed = {images.get(one.image, "") for one in found.applied.services.values()}
    used = {images.get(one.image, "") for one in found.target.services.values()}
    return tuple(sorted(needed - used - {""}))


def _back(found: Survey) -> tuple[Check, ...]:
    """The checks that the way back ends with; its one-shot services have done their work."""
    if found.applied is None:
        return ()
    once = [name for name, one in found.applied.services.items() if one.said.one_shot]
    return checks(found.applied, done=once)


def _no_way_back(found: Survey) -> str:
    """Return why a failure must be left as it is; empty where it may be rolled back."""
    changing = [one for one in found.busy if one.act in {Act.UP, Act.RECREATE}]
    soft = [one.service for one in found.busy if one.soft not in {"", "ignore"}]
    if soft and not changing:
        return f"{soft[0]} reads its files in place, and they are what git says"
    for one in changing:
        if found.spec.service(one.service).rollback is Rollback.NEVER:
            return f"{one.service} says rollback: never"
    once = [name for name in found.target.services if _runs_once_more(found, name)]
    for one in changing:
        if once and found.spec.service(one.service).rollback is Rollback.SAFE:
            return f"{one.service} says rollback: safe, and {once[0]} has run in this attempt"
    return ""


def _runs_once_more(found: Survey, name: str) -> bool:
    """Whether a one-shot service is part of what this release changes, begun or not."""
    old = found.applied.services.get(name) if found.applied else None
    new = found.target.services[name]
    return new.said.one_shot and (old is None or old.digest != new.digest)


def _hold(found: Survey, status: Status) -> Plan:
    """A quarantined first deployment: there is nothing to go back to."""
    why = status.quarantine.reason if status.quarantine else ""
    return Plan(
        found.key,
        Verdict.HELD,
        f"{found.target.digest} failed and nothing was verified before: {why}",
        revision=found.target.revision,
        digest=found.target.digest,
        wanted=found.target.digest,
        sync=Sync.OUT_OF_SYNC,
        health=Health.DEGRADED,
        services=views(found),
    )
