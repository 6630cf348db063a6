"""What one Run may do: its work tree, its authors, its publication."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from trueup.app.runs.asking import answered
from trueup.app.runs.authors import Authors
from trueup.app.runs.bench import RunBench
from trueup.app.runs.previews import sweep_previews
from trueup.kinds.run.spec import Publish
from trueup.model.errors import ToolError, TransientError
from trueup.model.repair import Edit, Past, Proposal
from trueup.model.shop import Answer, Asked, Issued, Spend
from trueup.model.work import Work
from trueup.model.workshop import Publication, PublishMode, repair_branch

if TYPE_CHECKING:
    from trueup.model.bench import Bench

SUBJECT = 68


@dataclass(frozen=True, slots=True)
class RunShop:
    """Implements `Shop`."""

    view: RunBench

    @property
    def bench(self) -> "Bench":
        """What the Run can see."""
        return self.view

    def lease(self) -> bool:
        """Have the stack to oneself."""
        return self.view.yard.leases.take(self.view.run.key, self.view.stack)

    def open(self) -> str:
        """Make a pristine work tree of what the source is now, if a patch of it has a way out."""
        publish = self.view.run.spec.step(Publish)
        if isinstance(publish, Publish):
            mode, branch = self._way(publish.to, publish.branch)
            self.view.yard.workshop.accepts(self.view.source, mode, branch)
        return self.view.yard.workshop.reopen(self.view.run.key, self.view.source).revision

    def propose(self, spend: Spend) -> Asked:
        """Return what the first author proposes whose edits may be applied."""
        return Authors(self.view).propose(_past(self.view.work), spend)

    def keep(self, proposal: Proposal) -> None:
        """Put a proposal on record."""
        self.view.yard.proposals.write(self.view.run.key, self.view.work.attempt, proposal)

    def apply(self, proposal: Proposal) -> None:
        """Lay the edits of a proposal over the pristine work tree."""
        self.view.yard.workshop.apply(self.view.run.key, proposal.edits)

    def diff(self) -> str:
        """Return what was edited."""
        return self.view.yard.workshop.diff(self.view.run.key)

    def ask(self, number: int, spend: Spend) -> Answer:
        """Put the question of a step to a model."""
        return answered(self.view, number, spend)

    def publish(self, to: str, branch: str) -> Issued:
        """Publish the patch, and confirm that it is there."""
        yard, source = self.view.yard, self.view.source
        publication = self._publication(*self._way(to, branch))
        published = yard.workshop.publish(source, publication)
        if not yard.workshop.arrived(published):
            raise TransientError(f"what was pushed to {published.where} is not there yet")
        own = published.branch if published.mode is PublishMode.BRANCH else ""
        return Issued(published.commit, own, published.where)

    def _publication(self, mode: PublishMode, branch: str) -> Publication:
        run, work, target = self.view.run, self.view.work, self.view.run.spec.target
        return Publication(
            run=run.key,
            mode=mode,
            base=work.base,
            edits=self._edits(work),
            date=datetime.fromisoformat(work.started_at),
            subject=_subject(run.spec.target.service or target.path, work),
            body=_body(run.spec.instruction, work),
            trailers=_trailers(str(run.key), work),
            branch=branch,
        )

    def _way(self, to: str, branch: str) -> tuple[PublishMode, str]:
        """Return in which mode to publish, and on which branch if it is on one of its own."""
        run = self.view.run
        own = repair_branch(run.spec.target.stack or "files", run.key.name)
        return PublishMode(to or self.view.site.settings.publish.to), branch or own

    def _edits(self, work: Work) -> tuple[Edit, ...]:
        proposal = self.view.yard.proposals.read(self.view.run.key, work.attempt)
        if proposal is None:
            raise ToolError("the proposal that was verified is gone", "", "Try the run again.")
        return proposal.edits

    def hurry(self) -> None:
        """Have the source, and the stack, looked at now."""
        self.view.hurry()

    def forget(self) -> None:
        """Forget what was proposed in any attempt."""
        self.view.yard.proposals.forget(self.view.run.key)

    def close(self) -> None:
        """Throw the work tree away, and what may be left of a preview."""
        sweep_previews(self.view.site, self.view.run.key)
        self.view.yard.leases.free(self.view.run.key)
        self.view.yard.workshop.close(self.view.run.key)


def _past(work: Work) -> tuple[Past, ...]:
    mine = [one for one in work.tries if one.number >= work.first]
    return tuple(Past(one.author, one.diff, one.error) for one in mine)


def _subject(service: str, work: Work) -> str:
    what = f"{work.cause} {work.subject}".strip() or ", ".join(work.files)
    said = f"Repair {service}: {what}"
    return said if len(said) <= SUBJECT else said[: SUBJECT - 1] + "…"


def _body(instruction: str, work: Work) -> str:
    said = next((one.message for one in work.steps if one.step == "patch"), "")
    return "\n\n".join(filter(None, (instruction.strip(), said)))


def _trailers(run: str, work: Work) -> dict[str, str]:
    found = {
        "Trueup-Run": run,
        "Trueup-Attempt": str(work.attempt),
        "Trueup-Author": work.author,
        "Error-Signature": work.signature,
    }
    return {name: said for name, said in found.items() if said}
