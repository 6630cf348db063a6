"""One Run, one act at a time: observe, decide, do, put on record. Why it woke does not matter."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, assert_never

from trueup.engine.acts import Acts
from trueup.engine.diary import AT_ONCE, Diary, UnrecordedError
from trueup.engine.gate import Hold, suspended
from trueup.engine.papers import aside, current, outdated
from trueup.engine.progress import (
    at_work,
    ended,
    failed,
    passed,
    patched,
    paused,
    put_off,
    spoiled,
    standing,
)
from trueup.engine.world import World
from trueup.model.course import (
    Act,
    Apply,
    Begin,
    Course,
    End,
    Fail,
    Hand,
    Issue,
    Lease,
    Make,
    Open,
    Pass,
    Preview,
    Propose,
    Question,
    Rest,
    Wait,
)
from trueup.model.errors import (
    BudgetError,
    FutileError,
    SpecError,
    SupersededError,
    ToolError,
    TransientError,
    TrueupError,
    defect,
)
from trueup.model.kind import Finite
from trueup.model.resource import Resource
from trueup.model.shop import Shop
from trueup.model.shortage import shortage
from trueup.model.status import Status
from trueup.model.work import Phase, Work
from trueup.model.workshop import HandsOffError, OutdatedError, ProtectedError, UnpublishableError

TAKEN = 3.0
PATIENCE = 5
"""How often the making of a patch may fail for a reason that passes, before the attempt fails."""
OUTDATED, LATE = "Outdated", "OverBudget"
BLAMELESS = frozenset({OUTDATED, LATE})
"""Nothing was wrong with the patch, so that the same one may be tried again."""
HOPELESS = (BudgetError, FutileError, HandsOffError, ProtectedError, UnpublishableError)
"""What another attempt would run into as well."""


def pursue(
    resource: Resource[Any], kind: Finite[Any, Any], world: World, shop: Shop
) -> float | None:
    """Do the next act of a Run.

    Returns:
        In how many seconds the Run is worth another look; None when it is gone.
    """
    return Pursuit(kind, shop, Diary(resource, world, kind.terms(resource.spec))).take()


@dataclass(frozen=True, slots=True)
class Pursuit:
    """One Run having its turn."""

    kind: Finite[Any, Any]
    shop: Shop
    diary: Diary

    def take(self) -> float | None:
        """Decide the next act, do it, and put on record how it ended."""
        status = self.diary.read()
        if hold := self._asleep(status):
            return self._sleep(status, hold)
        try:
            return self._act(self._course(status), status)
        except SupersededError:
            return AT_ONCE
        except UnrecordedError:
            raise
        except TrueupError as error:
            return self._stumbled(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the attempt ends in order
            return self._stumbled(shortage(error) or defect(error))

    def _course(self, status: Status) -> Course:
        resource = self.diary.resource
        try:
            facts = self.kind.observe(resource, status, self.shop.bench)
        except SpecError as error:
            return Course(resource.key, status.work, Fail(error.text, final=True))
        return self.kind.course(resource, facts, status, self.diary.terms)

    def _act(self, course: Course, status: Status) -> float | None:
        act, work = course.act, status.work
        match act:
            case Rest():
                return self._rest(status)
            case Begin():
                return self._begin(act, status)
            case Wait():
                return self._wait(act, status)
            case _ if work is None:
                raise ToolError(f"{course.key} has not begun")
            case Fail() | End():
                return self._close(act, status, work)
            case _:
                work = self.diary.keep(at_work(work, self.diary.now()), {"plan.txt": str(course)})
                return self._do(act, status, work)

    def _do(self, act: Act, status: Status, work: Work) -> float:  # noqa: C901, PLR0911 - one for each
        """Do an act of work that is under way."""
        acts = Acts(self.diary, self.shop, status, work)
        match act:
            case Lease():
                taken = Wait("Leased", f"another run has {act.stack}", TAKEN)
                return AT_ONCE if acts.lease(act) else self._wait(taken, status)
            case Open():
                return acts.open()
            case Propose():
                return acts.propose()
            case Apply():
                return acts.apply(act)
            case Make() | Preview():
                return acts.make(act)
            case Hand():
                return acts.hand(act)
            case Question():
                return acts.ask(act)
            case Issue():
                return self._issue(acts, act)
            case Pass():
                return acts.finish(act.state, act.message)
            case Begin() | Wait() | Rest() | Fail() | End():
                raise AssertionError(act)
            case _:
                assert_never(act)

    def _issue(self, acts: Acts, act: Issue) -> float:
        """Publish; where the files are others by now, the patch has to be made anew."""
        try:
            return acts.publish(act)
        except OutdatedError as error:
            return self._fail(Fail(error.text, reason=OUTDATED), acts.status, acts.work)

    # Beginning and ending

    def _begin(self, act: Begin, status: Status) -> float:
        """Begin a try; the papers of the one before are put aside."""
        work = act.work
        if status.work is not None:
            work = self._aside(work, status.work)
            work = self.diary.drop(work, current(work))
        pause = self.diary.write(status, standing(work))
        self.shop.hurry()
        return pause

    def _close(self, act: Fail | End, status: Status, work: Work) -> float:
        if isinstance(act, Fail):
            return self._fail(act, status, work)
        return self._end(act, status, work)

    def _fail(self, act: Fail, status: Status, work: Work) -> float:
        """Give this attempt up: its patch is taken back, and the next one is told of it."""
        diff = ""
        with suppress(TrueupError):
            diff = self.shop.diff() if work.files and act.reason not in BLAMELESS else ""
        budget = self.diary.resource.spec.budget.attempts
        after = failed(self._aside(work, work), act, diff, budget, self.diary.now())
        if not after.failed:
            after = self.diary.drop(after, current(after))
        self.diary.tell("failed", act.error, "warning")
        pause = self.diary.write(status, after)
        self.shop.hurry()
        return pause

    def _aside(self, work: Work, last: Work) -> Work:
        """Keep the papers of the last attempt under its number; to go on is worth more."""
        with suppress(TrueupError):
            return self.diary.copy(work, aside(last))
        return work

    def _end(self, act: End, status: Status, work: Work) -> float:
        self.diary.write(status, ended(work, act, self.diary.now()))
        severity = "info" if act.phase is Phase.SUCCEEDED else "error"
        self.diary.tell("ended", f"{act.phase}: {act.message}", severity)
        self.shop.close()
        self.shop.hurry()
        return AT_ONCE

    # Doing nothing

    def _rest(self, status: Status) -> float | None:
        """Do nothing; of what is gone, and of what is old, nothing is kept."""
        self.shop.close()
        if self.diary.resource.leaving:
            self.shop.forget()
            self.diary.world.records.forget(self.diary.resource.key)
            return None
        work, world = status.work, self.diary.world
        if work is not None:
            work = self.diary.drop(work, outdated(work, world.keeping, world.clock.now()))
        self.diary.write(status, work)
        return self.diary.terms.interval

    def _wait(self, act: Wait, status: Status) -> float:
        if status.work is not None:
            self.diary.write(status, put_off(status.work, act))
        return act.seconds

    def _asleep(self, status: Status) -> Hold | None:
        """Return why nothing is begun now. What is on trial, or taken back, comes to its end."""
        work = status.work
        busy = work is not None and bool(work.handed or work.commit or work.failed)
        if self.diary.resource.leaving or (busy and work is not None and not work.phase.ended):
            return None
        return suspended(self.diary.terms, self.diary.world.clock.now())

    def _sleep(self, status: Status, hold: Hold) -> float:
        """Leave a Run alone; its stack is not kept from anybody meanwhile."""
        work = status.work
        under_way = work is not None and not work.phase.ended
        self.diary.write(status, paused(work, hold) if work and under_way else work, hold)
        if under_way:
            self.shop.close()
        return hold.seconds

    def _stumbled(self, error: TrueupError) -> float:
        """Try again what may pass; anything else is the end of this attempt.

        A patch that may be good is given up for such a reason only when time is up.
        """
        status = self.diary.read()
        work = status.work
        if work is None or work.phase.ended or work.failed:
            raise error  # there is nothing to give up, or it is being taken back already
        patient = patched(work) or work.waits < PATIENCE
        if isinstance(error, TransientError) and patient:
            self.diary.tell("waiting", error.text, "warning")
            return self.diary.write(status, spoiled(work, error.text, self.diary.now()))
        if isinstance(error, FutileError) and error.well:
            done = passed(work, "Skipped", error.text, self.diary.now())
            return self._end(End(Phase.SUCCEEDED, error.reason, error.text), status, done)
        reason = LATE if isinstance(error, BudgetError) else ""
        reason = error.reason if isinstance(error, FutileError) else reason
        act = Fail(error.text, final=isinstance(error, HOPELESS), reason=reason)
        return self._fail(act, status, replace(work, waits=0))
