"""One Run, one act at a time: observe, decide, do, put on record. Why it woke does not matter."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, assert_never

from trueup.engine.execute import Execution, execute_or_undo
from trueup.engine.gate import Hold, suspended
from trueup.engine.journal import Book
from trueup.engine.progress import (
    ended,
    failed,
    passed,
    put_off,
    shown,
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
    SupersededError,
    ToolError,
    TransientError,
    TrueupError,
    defect,
)
from trueup.model.event import Event
from trueup.model.kind import Finite, Terms
from trueup.model.plan import Plan
from trueup.model.repair import Usage
from trueup.model.resource import Resource
from trueup.model.shop import Answer, Asked, Shop
from trueup.model.shortage import shortage
from trueup.model.status import Status
from trueup.model.work import Artifact, Work

AT_ONCE = 0.0
PATIENCE = 5
"""How often an act may fail for a reason that passes before the attempt counts as failed."""


def pursue(
    resource: Resource[Any], kind: Finite[Any, Any], world: World, shop: Shop
) -> float | None:
    """Do the next act of a Run.

    Returns:
        In how many seconds the Run is worth another look; None when it is gone.
    """
    return Pursuit(resource, kind, world, shop, kind.terms(resource.spec)).take()


@dataclass(frozen=True, slots=True)
class Pursuit:
    """One Run having its turn."""

    resource: Resource[Any]
    kind: Finite[Any, Any]
    world: World
    shop: Shop
    terms: Terms

    def take(self) -> float | None:
        """Decide the next act, do it, and put on record how it ended."""
        status = self.world.records.read(self.resource.key)
        now = self.world.clock.now()
        busy = status.work is not None and not status.work.phase.ended
        if not busy and not self.resource.leaving and (hold := suspended(self.terms, now)):
            return self._asleep(status, hold)
        try:
            course = self._course(status)
            return self._act(course, status)
        except SupersededError:
            return AT_ONCE
        except TrueupError as error:
            return self._stumbled(status, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the attempt ends in order
            return self._stumbled(status, shortage(error) or defect(error))

    def _course(self, status: Status) -> Course:
        facts = self.kind.observe(self.resource, status, self.shop.bench)
        return self.kind.course(self.resource, facts, status, self.terms)

    def _act(self, course: Course, status: Status) -> float | None:
        act, work = course.act, status.work
        match act:
            case Rest():
                return self._rest(status)
            case Begin():
                return self._write(status, standing(act.work))
            case Wait():
                return self._wait(act, status)
            case _ if work is None:
                raise ToolError(f"{self.resource.key} has not begun")
            case _:
                return self._do(course, act, status, work)

    def _do(  # noqa: C901, PLR0911, PLR0912 - one line for each act
        self, course: Course, act: Act, status: Status, work: Work
    ) -> float | None:
        """Do an act of work that is under way."""
        self._tell(course, work)
        match act:
            case Lease():
                return self._lease(act, status, work)
            case Open():
                return self._open(status, work)
            case Propose():
                return self._propose(status, work)
            case Apply():
                return self._apply(act, status, work)
            case Make() | Preview():
                return self._make(act, status, work)
            case Hand():
                return self._hand(act, status, work)
            case Question():
                return self._ask(act, status, work)
            case Issue():
                return self._publish(act, status, work)
            case Pass():
                return self._write(status, passed(work, act.state, act.message, self._now()))
            case Fail():
                return self._fail(act, status, work)
            case End():
                return self._end(act, status, work)
            case Begin() | Wait() | Rest():
                raise AssertionError(act)
            case _:
                assert_never(act)

    def _rest(self, status: Status) -> float | None:
        """Do nothing; of what is gone, forget everything."""
        if self.resource.leaving:
            self.shop.close()
            self.world.records.forget(self.resource.key)
            return None
        self.shop.close()
        self._write(status, status.work)
        return self.terms.interval

    def _lease(self, act: Lease, status: Status, work: Work) -> float:
        if not self.shop.lease():
            return self._wait(Wait("Leased", f"another run has {act.stack}", 0.5), status)
        return self._write(status, replace(work, holds=str(act.stack)))

    def _open(self, status: Status, work: Work) -> float:
        base = self.shop.open()
        return self._write(status, replace(work, base=base, previewed="", candidate=""))

    def _propose(self, status: Status, work: Work) -> float:
        evidence = self.shop.bench.evidence()
        found = evidence.diagnosis
        kept = [self._keep("evidence.log", evidence.log)] if evidence.log else []
        work = replace(
            work,
            cause=found.cause if found else "",
            subject=found.subject if found else "",
            signature=found.signature if found else "",
            pattern=evidence.pattern,
        )
        work = _with(work, kept)
        self._write(status, work)
        asked = self.shop.propose(partial(self._spend, status, work))
        if asked.proposal is not None:
            self.shop.keep(asked.proposal)
            work = replace(work, author=asked.proposal.author)
        return self._settle(status, work, asked)

    def _spend(self, status: Status, work: Work, used: Usage) -> None:
        """Put on record what asking has used so far, on top of what was used before."""
        self._write(status, replace(work, usage=work.usage + used))

    def _settle(self, status: Status, work: Work, said: Asked | Answer) -> float:
        """Keep what asking has left, whether it was any good or not."""
        kept = [self._keep(name, text) for name, text in sorted(said.papers.items())]
        work = replace(work, usage=work.usage + said.usage)
        kept += [self._keep_usage(work.usage)] if work.usage != Usage() else []
        pause = self._write(status, _with(work, kept))
        if said.error is not None:
            raise said.error
        return pause

    def _apply(self, act: Apply, status: Status, work: Work) -> float:
        self.shop.apply(act.proposal)
        diff = self._keep("patch.diff", self.shop.diff())
        files = tuple(one.path for one in act.proposal.edits)
        done = replace(work, author=act.proposal.author, files=files)
        message = f"{act.proposal.author}: {act.proposal.says or ', '.join(files)}"
        return self._write(status, passed(_with(done, [diff]), "Succeeded", message, self._now()))

    def _make(self, act: Make | Preview, status: Status, work: Work) -> float:
        """Carry a plan of the candidate out; what it leaves is not touched by anybody else."""
        plan = replace(act.plan, key=self.resource.key)
        book = Book(self.world, self._shown(status, work), plan)
        timeout = act.timeout if isinstance(act, Make) else self.terms.timeout
        outcome = execute_or_undo(Execution(self.world, plan, book, timeout, self.world.stopping))
        kept = self._close(book, plan)
        work = _with(work, kept)
        if outcome.error is not None:
            self._write(book.status, work, journal=False)
            raise outcome.error
        if isinstance(act, Preview):
            message = "verified in a preview"
            return self._write(
                book.status, replace(work, previewed=act.digest, message=message), journal=False
            )
        return self._write(
            book.status, passed(work, "Succeeded", _images(plan), self._now()), journal=False
        )

    def _hand(self, act: Hand, status: Status, work: Work) -> float:
        pause = self._write(status, replace(work, handed=True, touched=True, candidate=act.digest))
        self.shop.hurry()
        return pause

    def _ask(self, act: Question, status: Status, work: Work) -> float:
        answer = self.shop.ask(act.number, partial(self._spend, status, work))
        if answer.error is None:
            kept = [self._keep(f"{act.answer}.json", answer.text)]
            answers = {**work.answers, act.answer: answer.text}
            work = _with(replace(work, answers=answers, message=f"by {answer.author}"), kept)
        return self._settle(status, work, answer)

    def _publish(self, act: Issue, status: Status, work: Work) -> float:
        try:
            issued = self.shop.publish(act.to, act.branch)
        except SupersededError as error:
            return self._fail(Fail(error.text, reason="Outdated"), status, work)
        done = replace(work, commit=issued.commit or issued.where, branch=issued.branch)
        pause = self._write(status, done)
        self.shop.hurry()
        return pause

    def _fail(self, act: Fail, status: Status, work: Work) -> float:
        """Give this attempt up: its patch is taken back, and the next one is told of it."""
        diff = ""
        with suppress(TrueupError):
            diff = self.shop.diff() if work.files else ""
        budget = self.resource.spec.budget.attempts
        after = failed(work, act, diff, budget, self._now())
        self._set_aside(work)
        self.world.emit(Event(self.resource.key, "failed", act.error, "warning"))
        pause = self._write(status, after)
        self.shop.hurry()
        return pause

    def _set_aside(self, work: Work) -> None:
        """Keep the papers of an attempt that failed under its number."""
        records, key = self.world.records, self.resource.key
        for one in work.artifacts:
            if not one.name.startswith("attempt-"):
                with suppress(TrueupError):
                    records.artifact(
                        key, f"attempt-{work.attempt}-{one.name}", records.paper(key, one.name)
                    )

    def _end(self, act: End, status: Status, work: Work) -> float:
        self._write(status, ended(work, act, self._now()))
        severity = "info" if act.phase.value == "Succeeded" else "error"
        self.world.emit(Event(self.resource.key, "ended", f"{act.phase}: {act.message}", severity))
        self.shop.close()
        self.shop.hurry()
        return AT_ONCE

    def _wait(self, act: Wait, status: Status) -> float:
        if status.work is not None:
            self._write(status, put_off(status.work, act))
        return act.seconds

    def _stumbled(self, status: Status, error: TrueupError) -> float:
        """Try again what may pass; anything else is the end of this attempt."""
        work = self.world.records.read(self.resource.key).work or status.work
        if work is None or work.phase.ended:
            raise error
        if isinstance(error, TransientError) and work.waits < PATIENCE:
            self.world.emit(Event(self.resource.key, "waiting", error.text, "warning"))
            return self._write(status, spoiled(work, error.text, self._now()))
        if work.failed:  # it is being taken back already: that must not end half-way
            raise error
        if isinstance(error, BudgetError):
            return self._fail(Fail(error.text, final=True, reason="OverBudget"), status, work)
        return self._fail(Fail(error.text), status, work)

    def _asleep(self, status: Status, hold: Hold) -> float:
        if status.work is None:
            return hold.seconds
        self._write(status, status.work)
        return hold.seconds

    def _write(self, status: Status, work: Work | None, *, journal: bool = False) -> float:
        """Put on record how far the Run has come, if that is news."""
        del journal
        current = self.world.records.read(self.resource.key)
        after = replace(self._shown(status, work), journal=None)
        if after != current:
            self.world.records.write(after)
            if after.summary != current.summary:
                self.world.emit(Event(self.resource.key, "status", after.summary))
        return AT_ONCE

    def _shown(self, status: Status, work: Work | None) -> Status:
        return shown(status, self.resource, work, self._now())

    def _tell(self, course: Course, work: Work) -> None:
        del work
        self._keep("plan.txt", str(course))

    def _keep(self, name: str, text: str) -> Artifact:
        return self.world.records.artifact(self.resource.key, name, text)

    def _keep_usage(self, usage: Usage) -> Artifact:
        return self._keep("usage.json", usage_text(usage))

    def _close(self, book: Book, plan: Plan) -> list[Artifact]:
        del plan
        return [
            self._keep(f"{name}.log", "\n".join(page.lines) + "\n")
            for name, page in sorted(book.pages.items())
        ]

    def _now(self) -> str:
        return self.world.clock.now().isoformat(timespec="seconds")


def usage_text(usage: Usage) -> str:
    """Return what was used, as JSON."""
    return (
        f'{{"calls": {usage.calls}, "tokensSent": {usage.sent}, '
        f'"tokensReceived": {usage.received}, "costUsd": {usage.cost:.6f}, '
        f'"seconds": {usage.seconds:.1f}}}\n'
    )


def _with(work: Work, kept: list[Artifact]) -> Work:
    """Return the memory with some artifacts in place of older ones of their names."""
    names = {one.name for one in kept}
    rest = [one for one in work.artifacts if one.name not in names]
    return replace(work, artifacts=tuple(sorted([*rest, *kept], key=lambda one: one.name)))


def _images(plan: Plan) -> str:
    return "; ".join(str(one).partition("  cause: ")[0].strip() for one in plan.steps)
