"""A target held against the host: every service judged, every stray named. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trueup.kinds.stack.case import case_of
from trueup.kinds.stack.facts import StackFacts
from trueup.kinds.stack.judge import Act, Judgement, judge
from trueup.kinds.stack.mend import mended
from trueup.kinds.stack.owner import ours
from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Target
from trueup.model.key import Key
from trueup.model.resource import Resource
from trueup.model.steps import Mend


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found when a target was held against the host.

    `facts` shows containers as they will be named once `mends` are done; `extra` are
    services of ours that the target does not have, with the reason to remove them.
    """

    resource: Resource[StackSpec]
    facts: StackFacts
    target: Target
    mends: tuple[Mend, ...]
    judged: Mapping[str, Judgement]
    extra: Mapping[str, str]

    @property
    def key(self) -> Key:
        """The stack's key."""
        return self.resource.key

    @property
    def spec(self) -> StackSpec:
        """What the stack's document says."""
        return self.resource.spec

    @property
    def applied(self) -> Target | None:
        """The last verified release."""
        return self.facts.applied

    @property
    def verified(self) -> bool:
        """Whether the target is the last verified release."""
        return self.applied is not None and self.applied.digest == self.target.digest

    @property
    def busy(self) -> tuple[Judgement, ...]:
        """The services that need something."""
        return tuple(one for one in self.judged.values() if one.act is not Act.NOTHING)

    @property
    def drifts(self) -> bool:
        """Whether everything that differs changed under us, and nothing because git said so."""
        return self.verified and all(one.drift for one in self.busy)

    @property
    def removed(self) -> Mapping[str, str]:
        """The extra services that are to be removed."""
        return self.extra if self.spec.prune else {}

    @property
    def completed(self) -> frozenset[str]:
        """The one-shot services that have done their work."""
        return frozenset(name for name, one in self.judged.items() if one.state == "completed")

    @property
    def interrupted(self) -> bool:
        """Whether something that we did ourselves was not carried through."""
        return any(one.interrupted for one in self.busy)


def survey(resource: Resource[StackSpec], facts: StackFacts, target: Target) -> Survey:
    """Hold a target against the host."""
    mends, containers = mended(target, facts.containers, resource)
    seen = replace(facts, containers=containers)
    judged = {
        name: judge(case_of(one, target, seen, resource.spec))
        for name, one in sorted(target.services.items())
    }
    return Survey(resource, seen, target, mends, judged, _extra(resource, seen, target))


def _extra(resource: Resource[StackSpec], facts: StackFacts, target: Target) -> dict[str, str]:
    strays = {c.service for c in facts.containers if ours(c, resource)}
    return dict.fromkeys(sorted(strays - set(target.services)), "is not in the compose file")
