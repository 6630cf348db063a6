"""One key, once: observe, plan, execute or undo, record. What woke us up does not matter."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from trueup.engine.consent import consented
from trueup.engine.execute import Execution, execute_or_undo, mark_of
from trueup.engine.gate import (
    TURN,
    Hold,
    asked,
    blocked,
    counted,
    fresh,
    held,
    leased,
    outranked,
    postponed,
    refused,
    suspended,
)
from trueup.engine.journal import Book
from trueup.engine.remember import remember, resumed
from trueup.engine.show import shown
from trueup.engine.trial import attempted, begun, concluded, ended, heeded, returning
from trueup.engine.witness import Witness
from trueup.engine.world import World
from trueup.model.discreet import discreet
from trueup.model.errors import SupersededError, TransientError, TrueupError, defect
from trueup.model.event import Event
from trueup.model.kind import Kind, Terms
from trueup.model.outcome import Outcome
from trueup.model.plan import Plan, Verdict
from trueup.model.ports import Looks
from trueup.model.resource import Resource
from trueup.model.shortage import shortage
from trueup.model.status import Attempt, Status

SOON = 1.0
RETRY = 10.0


def reconcile(resource: Resource[Any], kind: Kind[Any, Any], world: World) -> float | None:
    """Bring one resource to what is wanted, or back to what was verified.

    Returns:
        In how many seconds the resource is worth another look; None when it is gone.
    """
    news = world.stirred(resource.key)
    pause = rests(resource, kind, world)
    if pause is not None:
        return pause
    return Turn(resource, kind, world, kind.terms(resource.spec), news).take()


def rests(resource: Resource[Any], kind: Kind[Any, Any], world: World) -> float | None:
    """Return in how many seconds to look again at what is known to be at rest; None if it is not.

    Cheap, and true: nothing that its last plan was made of has changed.
    """
    terms, news = kind.terms(resource.spec), world.stirred(resource.key)
    plan = world.memos.rest(resource, terms, world.records, world.looks)
    if plan is None:
        return None
    world.names.passed(resource.key, news)
    if plan.names:
        world.names.settle(resource.key, plan.names)
    return terms.interval


@dataclass(frozen=True, slots=True)
class Turn:
    """One resource having its turn."""

    resource: Resource[Any]
    kind: Kind[Any, Any]
    world: World
    terms: Terms
    news: int

    def take(self) -> float | None:
        """Remember what counts, then go on from there."""
        written = self.world.records.read(self.resource.key)
        left = None if self._let_go(written) else written.journal
        before = replace(fresh(resumed(written), self.terms), journal=left)
        now = self.world.clock.now()
        before = begun(before, self.resource, now)
        heeding = replace(self, resource=heeded(self.resource, before))
        return heeding.go_on(written, before)

    def go_on(self, written: Status, before: Status) -> float | None:
        """Observe, then rest or work, with what is remembered as it counts now."""
        now = self.world.clock.now()
        if not self.resource.leaving and (hold := suspended(self.terms, now)):
            hold = postponed(hold, before)
            asleep = Plan(self.resource.key, Verdict.HELD, hold.message)
            self.world.names.passed(self.resource.key, self.news)
            return self._rest(asleep, written, before, hold)
        witness = Witness(self.world.looks)
        before, plan, hold = self._agreed(before, witness)
        before = counted(before, plan, now)
        hold = (
            hold
            or asked(plan, before, now)
            or held(plan, before, now)
            or leased(self.resource, plan, before, cut=written.journal is not None)
            or blocked(self.resource, self.terms, plan, self.world)
            or outranked(plan, self.world)
        )
        plan = self._chosen(plan, hold)
        if hold is None and (plan.steps or plan.gone):
            return self._work(plan, before)
        pause = self._rest(plan, written, before, hold)
        if hold is None:
            self._remember(plan, witness)
        return pause

    def _chosen(self, plan: Plan, hold: Hold | None) -> Plan:
        """Take the names of a plan that is carried out now; it is refused without them."""
        names = self.world.names
        if hold is None or hold.reason != TURN:
            names.passed(self.resource.key, self.news)
        if plan.again:
            names.wait(self.resource.key)
        self._settle(plan)
        return refused(plan, self.world) if hold is None else plan

    def _settle(self, plan: Plan) -> None:
        """Keep no more names than those of what runs now, and was verified."""
        if plan.release is not None and not plan.steps:
            self.world.names.settle(self.resource.key, plan.names)

    def _agreed(self, before: Status, looks: Looks) -> tuple[Status, Plan, Hold | None]:
        """Look, and look again where somebody has approved what the plan asks for."""
        before, plan, hold = self._tried(before, looks)
        decisions = self.world.decisions(self.resource.key)
        after = consented(before, plan, self.resource, decisions)
        if after is before:
            return before, plan, hold
        return after, *self._seen(after, looks)

    def _tried(self, before: Status, looks: Looks) -> tuple[Status, Plan, Hold | None]:
        """Look, and look again where a trial is over: then git's word counts once more."""
        plan, hold = self._seen(before, looks)
        now = self.world.clock.now()
        after = ended(before, self.resource, plan, now)
        if after is before:
            return before, plan, hold
        plan, hold = self._seen(after, looks)
        return returning(before, after, plan, now), plan, hold

    def _remember(self, plan: Plan, witness: Witness) -> None:
        """Keep what was asked, so that it need not be thought through again."""
        mark = self.world.records.mark(self.resource.key)
        self.world.memos.keep(self.resource, self.terms, plan, mark, witness.asked())

    def _seen(self, before: Status, looks: Looks) -> tuple[Plan, Hold | None]:
        """Return what is to be done, or why nothing can be said about it now."""
        try:
            return self._plan(self.resource, before, looks), None
        except TrueupError as error:
            return self._blind(before, error)
        except (OSError, MemoryError) as error:
            return self._blind(before, shortage(error) or defect(error))

    def _blind(self, before: Status, error: TrueupError) -> tuple[Plan, Hold]:
        blind = Plan(self.resource.key, Verdict.HELD, error.text, health=before.health)
        passing = isinstance(error, TransientError)
        reason = "Unreachable" if passing else "LookFailed"
        return blind, Hold(reason, error.text, RETRY)

    def _plan(self, resource: Resource[Any], status: Status, looks: Looks) -> Plan:
        return self.kind.plan(resource, self.kind.observe(resource, status, looks), status)

    def _work(self, plan: Plan, before: Status) -> float | None:
        """Carry a plan out, look again, and put on record how it ended."""
        world, key = self.world, self.resource.key
        world.emit(Event(key, "planned", str(plan)))
        book = Book(world, self._attempting(before, plan), plan)
        outcome = execute_or_undo(
            Execution(world, plan, book, self.terms.timeout, self._superseded(plan))
        )
        now = world.clock.now()
        memory = concluded(remember(book.status, outcome, self.terms, now), outcome, now)
        self._tell(outcome)
        if plan.gone and outcome.error is None:
            world.records.forget(key)
            world.memos.forget(key)
            world.names.forget(key)
            return None
        self._keep(book)  # first, so that no status ever names a log that is not there
        world.records.write(memory)
        if isinstance(outcome.error, SupersededError):
            return 0.0
        after, hold = self._seen(memory, world.looks)
        self._settle(after)
        hold = hold or asked(after, memory, now) or held(after, memory, now)
        world.records.write(shown(memory, self.resource, after, hold, now))
        soon = (after.steps and hold is None) or (outcome.held and hold is None)
        return SOON if soon else self._pause(hold)

    def _keep(self, book: Book) -> None:
        try:
            book.close()
        except TrueupError as error:
            text = f"{error.text} The logs of this try are lost, its outcome is not."
            self.world.emit(Event(self.resource.key, "unrecorded", text, "warning"))

    def _let_go(self, written: Status) -> bool:
        """Remove what holds images since work that was ended in its middle, if any was."""
        if written.journal is None:
            return True
        try:
            self.world.tools.let_go(mark_of(self.resource.key, self.resource.origin))
        except TrueupError:
            return False
        return True

    def _rest(self, plan: Plan, written: Status, before: Status, hold: Hold | None) -> float:
        """Write down how things stand, if that is news."""
        status = shown(before, self.resource, plan, hold, self.world.clock.now())
        status = replace(status, spec=self.terms.memory)
        # In this order: to look for secrets costs, and most looks find nothing new.
        if status != written and (status := discreet(status)) != written:
            self.world.records.write(status)
            self.world.emit(Event(self.resource.key, "status", status.summary))
        return self._pause(hold, plan)

    def _superseded(self, plan: Plan) -> Callable[[], bool]:
        """Return a question that is cheap to ask often: does this plan still lead anywhere?

        News about the key is answered by one look at what is wanted now: only another
        digest than the plan's, or a document that is gone, makes the work pointless.
        """
        world, key = self.world, self.resource.key
        seen, answer = world.stirred(key), False

        def superseded() -> bool:
            nonlocal seen, answer
            if world.stopping():
                return True
            with contextlib.suppress(TrueupError):  # it is asked again then
                if (news := world.stirred(key)) != seen:
                    seen, answer = news, self._changed(plan)
            return answer

        return superseded

    def _changed(self, plan: Plan) -> bool:
        latest = self.world.latest(self.resource.key)
        if latest is None or latest.leaving != self.resource.leaving:
            return True
        known = self.world.records.read(self.resource.key)
        wanted = self._plan(latest, known, self.world.looks).wanted
        return wanted not in {"", plan.wanted}

    def _attempting(self, before: Status, plan: Plan) -> Status:
        now = self.world.clock.now().isoformat(timespec="seconds")
        before = attempted(before, plan)
        attempt = before.attempted if plan.heals else Attempt(plan.revision, plan.digest, now)
        return replace(
            before,
            revision=plan.revision or self.resource.revision,
            attempted=attempt,
            sync=plan.sync,
            services=plan.services,
            spec=self.terms.memory,
            asks=None,
        )

    def _tell(self, outcome: Outcome) -> None:
        key, plan = self.resource.key, outcome.plan
        if outcome.error is None:
            what = "removed" if plan.gone else "corrected" if plan.heals else "verified"
            self.world.emit(Event(key, "done", f"{what} in {outcome.seconds:.1f}s"))
            return
        if isinstance(outcome.error, SupersededError):
            self.world.emit(Event(key, "superseded", outcome.error.text))
            return
        back = "" if outcome.undone is None else " Rolled back."
        if outcome.undone is not None and outcome.undone.error is not None:
            back = f" The rollback failed too: {outcome.undone.error.text}"
        self.world.emit(Event(key, "failed", outcome.error.text + back, "error"))

    def _pause(self, hold: Hold | None, plan: Plan | None = None) -> float:
        again = plan.again if plan and plan.again else self.terms.interval
        return min(hold.seconds if hold else again, self.terms.interval)
