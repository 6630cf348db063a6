"""One look at a Run, through `Bench`, which cannot change anything. Asks what matters next."""

from dataclasses import replace

from trueup.kinds.run.acts import result
from trueup.kinds.run.course import waits
from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.spec import Build, Patch, Restart, RunSpec, Verify
from trueup.model.bench import Bench
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Work


def observe(resource: Resource[RunSpec], status: Status, bench: Bench) -> RunFacts:
    """Return what is known of the target, the work tree and the candidate."""
    work, facts = status.work, RunFacts(bench.now())
    if work is None or work.phase.ended:
        return facts
    if resource.spec.target.stack:
        facts = replace(facts, stack=bench.sight(), holder="" if work.holds else bench.holder())
    going = work.failed or resource.leaving or work.spec != resource.spec.digest
    ready = bool(work.holds or resource.spec.target.path)
    if going or not ready or waits(work, facts.now):
        return facts
    return _at_work(resource.spec, work, bench, facts)


def _at_work(spec: RunSpec, work: Work, bench: Bench, facts: RunFacts) -> RunFacts:
    """Add what the step that it has come to must know."""
    facts = replace(facts, revision=bench.revision(), opened=bench.opened())
    if work.stage >= len(spec.steps):
        return replace(facts, arrived=bench.arrived()) if work.commit else facts
    step = spec.steps[work.stage]
    if isinstance(step, Patch):
        proposal = bench.proposal(work.attempt)
        if proposal is None and work.reuse:
            proposal = bench.proposal(work.reuse)
        evidence = facts.evidence if proposal else bench.evidence()
        return replace(facts, proposal=proposal, evidence=evidence)
    judged = work.handed and facts.stack is not None and result(facts.stack, work)
    if isinstance(step, Build | Restart | Verify) and spec.target.stack and not judged:
        return replace(facts, foreseen=bench.foreseen())
    return facts
