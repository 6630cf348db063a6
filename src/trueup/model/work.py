"""What is remembered about finite work: how far a Run has come, and what it has found out.

Each field is on record before the next act begins, so that whoever resumes knows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from trueup.model.repair import Usage


class Phase(StrEnum):
    """The one state machine of finite work; the last four are the end of it."""

    PENDING = "Pending"
    RUNNING = "Running"
    WAITING = "Waiting"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ROLLED_BACK = "RolledBack"
    CANCELED = "Canceled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will be done."""
        return self in {Phase.SUCCEEDED, Phase.FAILED, Phase.ROLLED_BACK, Phase.CANCELED}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a Run: its type, what has become of it, and when (UTC).

    `state` is Pending, Running, Succeeded, Failed or Skipped.
    """

    step: str
    state: str = "Pending"
    message: str = ""
    started_at: str = ""
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that failed: who proposed what, and the error that it ended with."""

    number: int
    author: str
    step: str
    error: str
    at: str
    diff: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file beside the status: `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Work:
    """How far a Run has come.

    Attributes:
        spec: the digest of what its document says; another one is a new generation.
        request: the last request to try again that was heeded.
        generation: how many different specs were begun.
        attempt: the number of the attempt that is under way, from 1; it goes on counting
            where the Run is tried again.
        first: the number of the first attempt of this try: the budget counts from there.
        stage: which of the steps is next, from 0.
        holds: the Stack that is leased, such as `Stack/web`; empty for none.
        cause: the class of the error, and `subject` what it is about.
        signature: the error's signature; `pattern` finds it in a log again.
        author: who proposed what is being tried, in `files`.
        base: the revision that the work tree is at.
        reuse: the number of the attempt whose proposal is used again; 0 for none.
        candidate: the digest of the Stack with the patch, once it is known.
        handed: whether the Stack is told to run the candidate.
        hands: how often it was told so: each time is a trial of its own.
        previewed: the digest that passed its preview.
        commit: the commit that was published, on `branch`.
        waits: how often in a row the same act failed for a reason that passes.
        next_at: when it may be tried again (UTC); empty for now.
        failed: why it is being given up; then all that is left is to take back what was done.
        fault: the same in one word.
        touched: whether anything that runs was ever changed.
    """

    spec: str
    phase: Phase = Phase.PENDING
    reason: str = ""
    message: str = ""
    request: str = ""
    generation: int = 1
    attempt: int = 1
    first: int = 1
    stage: int = 0
    steps: tuple[Stage, ...] = ()
    holds: str = ""
    cause: str = ""
    subject: str = ""
    signature: str = ""
    pattern: str = ""
    author: str = ""
    files: tuple[str, ...] = ()
    base: str = ""
    reuse: int = 0
    candidate: str = ""
    handed: bool = False
    hands: int = 0
    previewed: str = ""
    commit: str = ""
    branch: str = ""
    waits: int = 0
    next_at: str = ""
    failed: str = ""
    fault: str = ""
    touched: bool = False
    usage: Usage = field(default_factory=Usage)
    tries: tuple[Tried, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    artifacts: tuple[Artifact, ...] = ()
    started_at: str = ""
    ended_at: str = ""

    @property
    def mark(self) -> str:
        """What tells the trials of a Run apart for its stack."""
        return f"{self.generation}.{self.attempt}.{self.hands}"
