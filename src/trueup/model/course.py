"""What a Run does next: one act, decided in full before it is done, and what lies ahead."""

from dataclasses import dataclass
from typing import assert_never

from trueup.model.key import Key
from trueup.model.plan import Plan
from trueup.model.repair import Proposal
from trueup.model.work import Phase, Stage, Work


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a try, with a fresh memory. Nothing is done on the host."""

    work: Work

    def __str__(self) -> str:
        return f"begins attempt {self.work.attempt}"


@dataclass(frozen=True, slots=True)
class Lease:
    """Have a stack to oneself: its own changes wait meanwhile."""

    stack: Key

    def __str__(self) -> str:
        return f"leases {self.stack}"


@dataclass(frozen=True, slots=True)
class Open:
    """Make a work tree at the revision that the source is at."""

    cause: str

    def __str__(self) -> str:
        return f"opens a work tree  cause: {self.cause}"


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask authors, in their order, until one has a proposal that may be applied."""

    authors: tuple[str, ...]
    attempt: int
    of: int

    def __str__(self) -> str:
        return f"asks {', then '.join(self.authors)} (attempt {self.attempt} of {self.of})"


@dataclass(frozen=True, slots=True)
class Apply:
    """Put a proposal into the work tree."""

    proposal: Proposal

    def __str__(self) -> str:
        files = ", ".join(one.path for one in self.proposal.edits)
        return f"edits {files}  cause: {self.proposal.author}: {self.proposal.says}"


@dataclass(frozen=True, slots=True)
class Make:
    """Fetch and build what the candidate needs. Touches nothing that runs."""

    plan: Plan
    timeout: float

    def __str__(self) -> str:
        return "fetches and builds what the candidate needs"


@dataclass(frozen=True, slots=True)
class Preview:
    """Run the candidate beside the live service, verify it, and remove it again."""

    plan: Plan
    digest: str

    def __str__(self) -> str:
        return f"previews candidate {self.digest}"


@dataclass(frozen=True, slots=True)
class Hand:
    """Hand the candidate to the stack, which deploys, verifies and, if need be, goes back."""

    stack: Key
    digest: str

    def __str__(self) -> str:
        return f"hands candidate {self.digest} to {self.stack}  [undo: it goes back]"


@dataclass(frozen=True, slots=True)
class Question:
    """Ask a model; the answer is kept under a name."""

    number: int
    answer: str

    def __str__(self) -> str:
        return f"asks for {self.answer}"


@dataclass(frozen=True, slots=True)
class Issue:
    """Publish the patch."""

    to: str
    branch: str

    def __str__(self) -> str:
        return f"publishes{' to ' + self.branch if self.branch else ''}"


@dataclass(frozen=True, slots=True)
class Pass:
    """A step has come to its end by what is seen, or there is nothing to do for it."""

    state: str
    message: str

    def __str__(self) -> str:
        return f"{self.state.lower()}: {self.message}"


@dataclass(frozen=True, slots=True)
class Fail:
    """This attempt has failed; `final` where no other may follow."""

    error: str
    final: bool = False
    reason: str = ""

    def __str__(self) -> str:
        return f"fails: {self.error}"


@dataclass(frozen=True, slots=True)
class End:
    """The work is over; the lease and the work tree are given back."""

    phase: Phase
    reason: str
    message: str

    def __str__(self) -> str:
        return f"ends {self.phase}: {self.message}"


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done now. Look again after some seconds."""

    reason: str
    message: str
    seconds: float

    def __str__(self) -> str:
        return f"waits: {self.message}"


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is left to do."""

    def __str__(self) -> str:
        return "nothing to do"


Act = (
    Begin
    | Lease
    | Open
    | Propose
    | Apply
    | Make
    | Preview
    | Hand
    | Question
    | Issue
    | Pass
    | Fail
    | End
    | Wait
    | Rest
)


@dataclass(frozen=True, slots=True)
class Course:
    """The next act of a Run, and its steps: what has become of them, and what they will do.

    `str(course)` is what the `plan` command prints, what the artifact plan.txt keeps and what
    the tests compare.
    """

    key: Key
    work: Work | None
    act: Act
    ahead: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.key} {self.work.phase if self.work else Phase.PENDING}: {self.act}"
        stages = self.work.steps if self.work else ()
        at = self.work.stage if self.work else 0
        lines = [_line(n, one, self.ahead, at) for n, one in enumerate(stages)]
        details = [f"  {line}" for line in _detail(self.act).splitlines()]
        return "\n".join([head, *lines, *details]) + "\n"


def _line(number: int, stage: Stage, ahead: tuple[str, ...], at: int) -> str:
    said = stage.message or (ahead[number] if number < len(ahead) else "")
    mark = str(number + 1) if number >= at else stage.state.lower()
    return f"{mark:<9} {stage.step:<8} {said}".rstrip()


def _detail(act: Act) -> str:
    match act:
        case Make() | Preview():
            return _steps(act.plan)
        case (
            Begin()
            | Lease()
            | Open()
            | Propose()
            | Apply()
            | Hand()
            | Question()
            | Issue()
            | Pass()
            | Fail()
            | End()
            | Wait()
            | Rest()
        ):
            return ""
        case _:
            assert_never(act)


def _steps(plan: Plan) -> str:
    return "\n".join(str(one) for one in plan.steps)
