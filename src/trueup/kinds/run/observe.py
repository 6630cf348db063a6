"""One look at a Run, through `Bench`, which cannot change anything. Asks what matters next."""

from trueup.kinds.run.facts import RunFacts
from trueup.kinds.run.spec import Build, Patch, Restart, RunSpec, Verify
from trueup.model.bench import Bench, Evidence, Foreseen
from trueup.model.resource import Resource
from trueup.model.status import Status


def observe(resource: Resource[RunSpec], status: Status, bench: Bench) -> RunFacts:
    """Return what is known of the target, the work tree and the candidate."""
    spec, work = resource.spec, status.work
    facts = RunFacts(bench.now(), revision=bench.revision())
    if work is None or work.spec != spec.digest or work.phase.ended:
        return facts
    step = spec.steps[work.stage] if work.stage < len(spec.steps) else None
    building = isinstance(step, Build | Restart | Verify) and not work.reason
    patching = isinstance(step, Patch) and bool(work.holds or spec.target.path)
    proposal = bench.proposal(work.attempt) if patching else None
    return RunFacts(
        facts.now,
        stack=bench.sight() if spec.target.stack else None,
        holder=bench.holder() if spec.target.stack else "",
        revision=facts.revision,
        opened=bench.opened(),
        proposal=proposal,
        evidence=bench.evidence() if patching and proposal is None else Evidence(),
        foreseen=bench.foreseen() if building and spec.target.stack else Foreseen(),
    )
