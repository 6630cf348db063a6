"""What to do about a Stack whose document is gone. Pure."""

from collections.abc import Iterator

from trueup.kinds.stack.adoption import adopted
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.order import waves
from trueup.kinds.stack.owner import ours
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.volumes import left_behind
from trueup.model.plan import Plan, Verdict
from trueup.model.resource import Resource
from trueup.model.steps import Remove, Step, Sweep


def leave(resource: Resource[StackSpec], facts: StackFacts) -> Plan:
    """Remove what carries our label, dependants first; or leave all of it running."""
    if not resource.spec.delete:
        reason = "the document is gone; deletionPolicy is orphan, so its containers stay"
        return Plan(resource.key, Verdict.LEAVING, reason, gone=True)
    return Plan(
        resource.key,
        Verdict.LEAVING,
        "the document is gone; volumes stay",
        tuple(_removals(resource, facts)),
        origin=resource.origin,
        adopted=adopted(facts.containers),
        gone=True,
    )


def _removals(resource: Resource[StackSpec], facts: StackFacts) -> Iterator[Step]:
    names = {c.service for c in facts.containers if ours(c, resource)}
    known = facts.applied.services if facts.applied else {}
    needs = {name: tuple(known[name].needs) for name in names if name in known}
    for group in reversed(waves(names, needs)):
        for name in group:
            cause = "the document is gone" + left_behind(facts.containers, name)
            yield Remove(facts.project, name, cause)
    if names or facts.applied:
        yield Sweep(facts.project)
