"""The acts of a Run, one function each: what is done, and what is on record of it, in which order.

Each may be repeated after a crash. Decides nothing, and does not know what comes next.
"""

from dataclasses import dataclass, replace
from functools import partial

from trueup.engine.diary import Diary
from trueup.engine.execute import Execution, execute_or_undo
from trueup.engine.journal import Book
from trueup.engine.progress import leased, passed, rewound, standing
from trueup.model.course import Apply, Hand, Issue, Lease, Make, Preview, Question
from trueup.model.errors import TrueupError
from trueup.model.plan import Plan
from trueup.model.repair import Usage
from trueup.model.shop import Answer, Asked, Shop
from trueup.model.status import Status
from trueup.model.work import Work


@dataclass(frozen=True, slots=True)
class Acts:
    """What one Run does in one turn; `status` and `work` are what was on record before it.

    Each returns in how many seconds another look is worth it.
    """

    diary: Diary
    shop: Shop
    status: Status
    work: Work

    def lease(self, act: Lease) -> bool:
        """Have a stack to oneself; time counts from then on. False where another was faster."""
        if not self.shop.lease():
            return False
        self._write(leased(self.work, str(act.stack), self.diary.now()))
        return True

    def open(self) -> float:
        """Make a pristine work tree; one that a stack has on trial is withdrawn first."""
        if self.work.handed:
            pause = self._write(standing(replace(rewound(self.work), base="", candidate="")))
            self.shop.hurry()
            return pause
        base = self.shop.open()
        return self._write(standing(replace(rewound(self.work), base=base, candidate="")))

    def propose(self) -> float:
        """Ask authors. What was proposed is durable before anybody may make use of it."""
        work = self._with_evidence()
        self._write(work)
        asked = self.shop.propose(partial(self._spend, work))
        work = self.diary.keep(work, asked.papers)
        if asked.proposal is not None:
            self.shop.keep(asked.proposal)
            work = standing(replace(work, author=asked.proposal.author))
        return self._settle(work, asked)

    def apply(self, act: Apply) -> float:
        """Put a proposal into the work tree; that of an earlier attempt becomes this one's."""
        if self.work.reuse:
            self.shop.keep(act.proposal)
        self.shop.apply(act.proposal)
        files = tuple(one.path for one in act.proposal.edits)
        work = replace(self.work, author=act.proposal.author, files=files)
        work = self.diary.keep(work, {"patch.diff": self.shop.diff()})
        message = f"{act.proposal.author}: {act.proposal.says or ', '.join(files)}"
        return self._write(passed(work, "Succeeded", message, self.diary.now()))

    def make(self, act: Make | Preview) -> float:
        """Carry a plan of the candidate out; what it leaves is touched by nobody else."""
        plan = replace(act.plan, key=self.diary.resource.key)
        book = Book(self.diary.world, self.diary.shown(self.status, self.work), plan)
        error = self._carried_out(act, plan, book)
        logs = {f"{name}.log": "\n".join(page.lines) + "\n" for name, page in book.pages.items()}
        work = self.diary.keep(self.work, logs)
        if error is not None:
            self.diary.write(book.status, work)
            raise error
        if isinstance(act, Preview):
            done = standing(replace(work, previewed=act.digest))
        else:
            done = passed(work, "Succeeded", _images(plan), self.diary.now())
        return self.diary.write(book.status, done)

    def hand(self, act: Hand) -> float:
        """Hand the candidate over: from then on the stack may run it at any time."""
        hands = self.work.hands + 1
        work = replace(self.work, handed=True, hands=hands, touched=True, candidate=act.digest)
        pause = self._write(standing(work))
        self.shop.hurry()
        return pause

    def ask(self, act: Question) -> float:
        """Put a question to a model, and keep its answer."""
        answer, work = self.shop.ask(act.number, partial(self._spend, self.work)), self.work
        if answer.error is None:
            work = replace(work, answers={**work.answers, act.answer: answer.text})
            work = standing(self.diary.keep(work, {f"{act.answer}.json": answer.text}))
            work = replace(work, message=f"answered by {answer.author}")
        return self._settle(self.diary.keep(work, answer.papers), answer)

    def publish(self, act: Issue) -> float:
        """Publish the patch; to publish it once more makes nothing new."""
        issued = self.shop.publish(act.to, act.branch)
        done = replace(self.work, commit=issued.commit or issued.where, branch=issued.branch)
        pause = self._write(standing(done))
        self.shop.hurry()
        return pause

    def finish(self, state: str, message: str) -> float:
        """Put on record that the step has come to its end."""
        return self._write(passed(self.work, state, message, self.diary.now()))

    def _with_evidence(self) -> Work:
        evidence = self.shop.bench.evidence()
        found = evidence.diagnosis
        work = replace(
            self.work,
            cause=found.cause if found else "",
            subject=found.subject if found else "",
            signature=found.signature if found else "",
            pattern=evidence.pattern,
        )
        return self.diary.keep(work, {"evidence.log": evidence.log})

    def _carried_out(self, act: Make | Preview, plan: Plan, book: Book) -> TrueupError | None:
        timeout = act.timeout if isinstance(act, Make) else self.diary.terms.timeout
        execution = Execution(self.diary.world, plan, book, timeout, self._pointless)
        return execute_or_undo(execution).error

    def _pointless(self) -> bool:
        """Whether the process ends, or the document says something else by now."""
        world, resource = self.diary.world, self.diary.resource
        if world.stopping():
            return True
        latest = world.latest(resource.key)
        if latest is None or latest.leaving or latest.superseded:
            return True
        return bool(latest.spec.digest != resource.spec.digest)

    def _spend(self, work: Work, used: Usage) -> None:
        """Put on record what asking has used so far, on top of what was used before."""
        self._write(replace(work, usage=work.usage + used))

    def _settle(self, work: Work, said: Asked | Answer) -> float:
        """Put on record what asking has led to, whether it was any good or not."""
        work = self.diary.keep_usage(replace(work, usage=work.usage + said.usage))
        pause = self._write(work)
        if said.error is not None:
            raise said.error
        return pause

    def _write(self, work: Work) -> float:
        return self.diary.write(self.status, work)


def _images(plan: Plan) -> str:
    return "; ".join(str(one).partition("  cause: ")[0].strip() for one in plan.steps)
