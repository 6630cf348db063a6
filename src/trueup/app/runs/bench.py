"""What one Run can see, put together from sources, statuses, the engine and its work tree."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trueup.adapters.sources.tree import GitTree
from trueup.app.runs.evidence import evidence, hidden_of, of_attempt, of_stack
from trueup.app.runs.foreseeing import Trying, foreseen
from trueup.app.runs.yard import Yard
from trueup.app.site import Site
from trueup.kinds.run.spec import RunSpec
from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.errors import SpecError, ToolError
from trueup.model.key import Key
from trueup.model.repair import Proposal
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Work

PAST = 60.0
"""Seconds after which a source that has moved on is past what was published."""


@dataclass(frozen=True, slots=True)
class RunBench:
    """Implements `Bench`. `current` says whether the newest of a stack was looked at.

    `poke` has a stack, and the source of a name, looked at now.
    """

    yard: Yard
    run: Resource[RunSpec]
    current: Callable[[Key], bool]
    poke: Callable[[Key, str], None] = lambda _stack, _source: None

    @property
    def site(self) -> Site:
        """The adapters of the configuration."""
        return self.yard.site

    @property
    def stack(self) -> Key:
        """The stack that the Run works on."""
        return Key("Stack", self.run.spec.target.stack)

    @property
    def work(self) -> Work:
        """What is remembered of the Run.

        Raises:
            ToolError: it has not begun.
        """
        work = self.site.records.read(self.run.key).work
        if work is None:
            raise ToolError(f"{self.run.key} has not begun")
        return work

    def sight(self) -> Sight:
        """Return how its stack stands."""
        resource, status = self.site.wishes[self.stack], self.site.records.read(self.stack)
        return Sight(
            self.stack,
            there=resource is not None,
            leaving=resource is not None and resource.leaving,
            settled=self.current(self.stack) and _settled(status),
            services=frozenset(status.services),
            status=status,
        )

    def holder(self) -> str:
        """Return which other Run has the stack, or comes before this one."""
        found = self.yard.leases.before(self.run.key, self.stack)
        return str(found) if found else ""

    def revision(self) -> str:
        """Return the revision that its source is at."""
        return self.site.looks.tree(self.source).revision

    @property
    def source(self) -> str:
        """The source whose files are edited: its own, which its stack's has to be as well.

        Raises:
            SpecError: its stack lies elsewhere, so that it has no say in what that is made of.
        """
        stack = self.site.wishes[self.stack] if self.run.spec.target.stack else None
        if stack is None:
            return self.run.source
        if stack.spec.repository is not None:
            what = f"{stack.key} lies in a repository that is no source of this Trueup"
            fix = "Add the repository to `sources` in trueup.yaml, and the Stack's document to it."
            raise SpecError(what, "so a patch of it cannot be published", fix)
        if stack.source != self.run.source:
            what = f"{stack.key} is of source {stack.source}, {self.run.key} of {self.run.source}"
            why = "what may be committed to one source changes nothing of another"
            fix = f"Put the document of the Run into source {stack.source}."
            raise SpecError(what, why, fix)
        return stack.source

    def opened(self) -> str:
        """Return the revision of its work tree; empty where there is none that is whole."""
        place = self.yard.workshop.opened(self.run.key)
        return place.revision if place is not None and place.source == self.source else ""

    def proposal(self, attempt: int) -> Proposal | None:
        """Return what was proposed in an attempt."""
        return self.yard.proposals.read(self.run.key, attempt)

    def evidence(self) -> Evidence:
        """Return what is known to be wrong with the service."""
        site, work, target = self.site, self.work, self.run.spec.target
        status = site.records.read(self.stack)
        hidden = hidden_of(status, target.service, site.looks) if target.stack else ()
        if work.tries and work.attempt > work.first:
            return evidence(of_attempt(self.run.key, self.stack, work, site.records), hidden)
        if not target.stack:
            return Evidence()
        log = of_stack(status, target.service, site.records, site.looks, site.tools)
        return evidence(log, hidden)

    def foreseen(self) -> Foreseen:
        """Return what the stack would do with the patch that is in the work tree."""
        stack, status = self._stack(), self.site.records.read(self.stack)
        if not self.opened():
            return Foreseen(problem="the work tree is gone")
        candidate = self.yard.trials.candidate(self.run, self.work, stack.source)
        tried = replace(stack, leased=str(self.run.key), candidate=candidate)
        trying = Trying(self.run.key, self.run.spec.target.service, tried)
        return foreseen(trying, status, self.site.looks)

    def hurry(self) -> None:
        """Have the source, and the stack, looked at now."""
        self.poke(self.stack, self.source)

    def arrived(self) -> bool:
        """Whether its source shows what was published, or has shown it and is past it by now.

        It shows it where no edited file is as it was before. A minute later any other revision
        will do: a person may have taken the patch back at once.
        """
        tree = self.site.looks.tree(self.source)
        proposal = self.yard.proposals.read(self.run.key, self.work.attempt)
        edits = proposal.edits if proposal else ()
        still = (tree.text(f"{tree.root}/{one.path}") == (one.before or "") for one in edits)
        # Its revision tells only of documents in a folder, and of every file in git.
        moved = not isinstance(tree, GitTree) or tree.revision != self.work.base
        return moved and (self._published_for() > PAST or not any(still))

    def _published_for(self) -> float:
        """Return for how many seconds the patch has been published."""
        ends = (one.ended_at for one in self.work.steps if one.step == "publish")
        said = next(filter(None, ends), "")
        return (self.now() - datetime.fromisoformat(said)).total_seconds() if said else 0.0

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""
        now: datetime = self.site.clock.now()
        return now

    def _stack(self) -> Resource[Any]:
        resource = self.site.wishes[self.stack]
        if resource is None:
            raise SpecError(f"there is no {self.stack}", "", "Name a stack that there is.")
        return resource


def _settled(status: Status) -> bool:
    """Whether a stack was looked at, and nothing is under way with it."""
    ready = status.condition("Ready")
    busy = ready is None or ready.reason == "Progressing"
    trying = status.trial is not None and not status.trial.result
    return status.journal is None and not busy and not trying
