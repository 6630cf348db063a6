"""What Runs make of stacks: who works on one, and which edited files it is to try."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from trueup.app.ledger import Ledger
from trueup.app.runs.leases import Leases
from trueup.app.wishes import Wishes
from trueup.kinds.run.spec import RunSpec, Verify
from trueup.model.checks import Check, Log
from trueup.model.key import Key, parse_key
from trueup.model.ports import Tree
from trueup.model.resource import Resource
from trueup.model.trial import Candidate
from trueup.model.work import Phase, Work


@dataclass(frozen=True, slots=True)
class Trials:
    """Stacks as they are wanted while Runs work on them.

    `tree` gives the tree of a source, `place` the path of a Run's work tree.
    """

    wishes: Wishes
    records: Ledger
    leases: Leases
    tree: Callable[[str], Tree]
    place: Callable[[Key], str]

    def over(self, resource: Resource[Any] | None) -> Resource[Any] | None:
        """Return a stack with what the Run that works on it makes of it."""
        if resource is None or resource.key.kind != "Stack":
            return resource
        run = self.leases.holder(resource.key)
        resource = replace(resource, proposed=self._proposed(resource.key))
        if run is None:
            return resource
        work, wanted = self.records.read(run).work, self.wishes[run]
        leased = replace(resource, leased=str(run))
        if work is None or not work.handed or wanted is None or wanted.superseded:
            return leased
        return replace(leased, candidate=self.candidate(wanted, work, resource.source))

    def _proposed(self, stack: Key) -> str:
        """Return the branch on which what the stack tried last waits; empty for none."""
        trial = self.records.read(stack).trial
        if trial is None or trial.result != "Applied":
            return ""
        work = self.records.read(parse_key(trial.run)).work
        if work is None or work.phase is not Phase.SUCCEEDED or work.mark != trial.attempt:
            return ""
        return work.branch

    def candidate(self, run: Resource[RunSpec], work: Work, source: str) -> Candidate:
        """Return the patch of a Run as something that its stack can try.

        Raises:
            TransientError: the source has not been read yet.
        """
        return Candidate(
            run=str(run.key),
            revision=work.base,
            root=self.tree(source).root,
            place=self.place(run.key),
            edits=work.files,
            checks=tuple(_checks(run.spec, work)),
            attempt=work.mark,
            digest=work.candidate if work.handed else "",
        )


def _checks(spec: RunSpec, work: Work) -> Iterator[Check]:
    """What must hold beside the stack's own checks: the error that began it must be gone."""
    verify = spec.step(Verify)
    if isinstance(verify, Verify):
        yield from verify.checks
    if verify is not None and work.pattern:
        yield Log(spec.target.service, work.pattern, absent=True)
