"""What a Run sees of the world, before anything is decided. `Bench` only reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from trueup.model.key import Key
from trueup.model.plan import Plan
from trueup.model.repair import Diagnosis, Proposal
from trueup.model.status import Status


@dataclass(frozen=True, slots=True)
class Sight:
    """How a stack stands.

    Attributes:
        there: whether there is a document of it.
        leaving: whether that is gone, and the stack is being removed.
        settled: whether the newest that git says of it was looked at, and nothing is under way.
        services: the services that it has.
    """

    key: Key
    there: bool = False
    leaving: bool = False
    settled: bool = False
    services: frozenset[str] = frozenset()
    status: Status = Status(Key("Stack", "none"))  # noqa: RUF009 - frozen, and of no stack


@dataclass(frozen=True, slots=True)
class Evidence:
    """A log that shows what is wrong, and what the rules make of it.

    `pattern` finds the same error in a later log; empty where nothing was found.
    """

    log: str = ""
    diagnosis: Diagnosis | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the stack would do with the patch.

    `plan` leads to the candidate; `preview` runs it beside the live service, or `alone` says
    why it cannot run twice. `problem` is why there is no plan.
    """

    plan: Plan | None = None
    preview: Plan | None = None
    alone: str = ""
    problem: str = ""


class Bench(Protocol):
    """What one Run can see. Changes nothing."""

    def sight(self) -> Sight:
        """Return how its stack stands."""

    def holder(self) -> str:
        """Return which other Run has the stack, or comes before this one; empty for none."""

    def revision(self) -> str:
        """Return the revision that its source is at."""

    def opened(self) -> str:
        """Return the revision of its work tree; empty where there is none that is whole."""

    def proposal(self, attempt: int) -> Proposal | None:
        """Return what was proposed in an attempt; None where nothing was."""

    def evidence(self) -> Evidence:
        """Return what is known to be wrong with the service."""

    def foreseen(self) -> Foreseen:
        """Return what the stack would do with the patch that is in the work tree."""

    def arrived(self) -> bool:
        """Whether its source shows what was published: no edited file is as it was before."""

    def now(self) -> datetime:
        """Return the time of this look, in UTC."""
