"""What one Run may do, apart from what `Tools` does to containers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from trueup.model.bench import Bench
from trueup.model.errors import TrueupError
from trueup.model.repair import Proposal, Usage

Spend = Callable[[Usage], None]
"""Told before each call of a model what is used by its end at most, and after it what really was.

It is on record when this returns, so that a crash in the middle of a call loses no cent.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking authors: a proposal, or the error that says why there is none.

    `usage` and `papers` are of everything that was asked, also in vain.
    """

    proposal: Proposal | None = None
    error: TrueupError | None = None
    usage: Usage = field(default_factory=Usage)
    papers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered: JSON as text, valid by its schema, and the papers to keep.

    Or else `error` says why there is no such answer.
    """

    text: str
    author: str
    error: TrueupError | None = None
    usage: Usage = field(default_factory=Usage)
    papers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Issued:
    """What was published: a commit, and the branch that it is alone on, if it is."""

    commit: str
    branch: str = ""
    where: str = ""


class Shop(Protocol):
    """The tools of one Run. Every act may be repeated, and then leads to the same.

    Each raises SpecError, ToolError or TransientError.
    """

    @property
    def bench(self) -> Bench:
        """What the Run can see."""

    def lease(self) -> bool:
        """Have the stack to oneself; False where another Run was faster."""

    def open(self) -> str:
        """Make a pristine work tree of what the source is now; return its revision."""

    def propose(self, spend: Spend) -> Asked:
        """Return what the first author proposes whose edits may be applied; none of it is yet."""

    def keep(self, proposal: Proposal) -> None:
        """Put a proposal on record, durably, before anything is done with it."""

    def apply(self, proposal: Proposal) -> None:
        """Lay the edits of a proposal over the pristine work tree."""

    def diff(self) -> str:
        """Return what was edited; empty for nothing."""

    def ask(self, number: int, spend: Spend) -> Answer:
        """Put the question of a step to a model."""

    def publish(self, to: str, branch: str) -> Issued:
        """Publish the patch, and confirm that it is there.

        Raises:
            SupersededError: what was edited is another by now, and the patch must be made anew.
        """

    def hurry(self) -> None:
        """Have the source, and the stack, looked at now."""

    def forget(self) -> None:
        """Forget what was proposed in any attempt."""

    def close(self) -> None:
        """Throw the work tree away."""
