"""The ports `Shop` and `Bench` in memory, over a town that has the stack and its source."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.repair import Edit, Proposal, Usage
from trueup.model.shop import Answer, Asked, Issued, Spend

COST = Usage(calls=1, sent=1000, received=100, cost=0.01, seconds=2.0)
FILE = "web/api/Dockerfile"
T = TypeVar("T")


class Town(Protocol):
    """What the shop of a Run stands in: the stack, its source, and time."""

    def moment(self, what: str) -> None: ...
    def now(self) -> datetime: ...
    def sight(self, run: Key) -> Sight: ...
    def holder(self, run: Key) -> str: ...
    def take(self, run: Key) -> bool: ...
    def free(self, run: Key) -> None: ...
    def revision(self) -> str: ...
    def text(self) -> str: ...
    def evidence(self, run: Key) -> Evidence: ...
    def foreseen(self, run: Key) -> Foreseen: ...
    def edited(self, run: Key, text: str | None) -> None: ...
    def attempt(self, run: Key) -> int: ...
    def publish(self, run: Key, edit: Edit, branch: str) -> Issued: ...
    def hurry(self) -> None: ...


@dataclass(slots=True)
class FakeShop:
    """The tools of one Run, and its bench. Edits are those of one file.

    Attributes:
        script: what authors say, one after the other: the text of the file, a proposal, or an
            error. The last one is said again and again.
        replies: the same for questions.
        troubles: errors by the name of an act; each is raised once before the act is done.
        asked: how often authors, or models, were asked; `issued` how often it was published.
    """

    run: Key
    town: Town
    script: list[str | Proposal | TrueupError] = field(default_factory=list)
    replies: list[str | TrueupError] = field(default_factory=list)
    troubles: dict[str, list[TrueupError]] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    opened_at: str = ""
    before: str = ""
    after: str | None = None
    asked: int = 0
    issued: int = 0
    closed: int = 0

    # Bench

    @property
    def bench(self) -> "FakeBench":
        return FakeBench(self)

    # Shop

    def lease(self) -> bool:
        return self._act("lease", lambda: self.town.take(self.run))

    def open(self) -> str:
        def act() -> str:
            self.opened_at, self.before, self.after = self.town.revision(), self.town.text(), None
            self.town.edited(self.run, None)
            return self.opened_at

        return self._act("open", act)

    def propose(self, spend: Spend) -> Asked:
        def act() -> Asked:
            self.asked += 1
            said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            spend(COST)
            papers = {"prompt.md": f"prompt {self.asked}\n", "answer.md": f"{said}\n"}
            if isinstance(said, TrueupError):
                return Asked(error=said, usage=COST, papers=papers)
            if isinstance(said, Proposal):
                return Asked(said, usage=COST, papers=papers)
            edit = Edit(FILE, self.before, said)
            return Asked(
                Proposal("model/fake", (edit,), f"says {said}"), usage=COST, papers=papers
            )

        return self._act("propose", act)

    def keep(self, proposal: Proposal) -> None:
        self._act("keep", lambda: self.proposals.update({self.town.attempt(self.run): proposal}))

    def apply(self, proposal: Proposal) -> None:
        def act() -> None:
            self.after = proposal.edits[0].after
            self.town.edited(self.run, self.after)

        self._act("apply", act)

    def diff(self) -> str:
        if self.after is None:
            return ""
        before, after = self.before.splitlines(), self.after.splitlines()
        return "\n".join(difflib.unified_diff(before, after, "a", "b", lineterm="")) + "\n"

    def ask(self, number: int, spend: Spend) -> Answer:
        def act() -> Answer:
            self.asked += 1
            said = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            spend(COST)
            if isinstance(said, TrueupError):
                return Answer("", "", said, COST)
            return Answer(said, "model/fake", None, COST, {"answer.md": said})

        return self._act(f"ask {number}", act)

    def publish(self, to: str, branch: str) -> Issued:
        del to

        def act() -> Issued:
            self.issued += 1
            proposal = self.proposals[self.town.attempt(self.run)]
            return self.town.publish(self.run, proposal.edits[0], branch)

        return self._act("publish", act)

    def hurry(self) -> None:
        self.town.hurry()

    def forget(self) -> None:
        self.proposals.clear()

    def close(self) -> None:
        self.closed += 1
        self.opened_at, self.after = "", None
        self.town.free(self.run)
        self.town.edited(self.run, None)

    def _act(self, name: str, act: Callable[[], T]) -> T:
        """Do something; the process may be killed before and after it."""
        self.town.moment(f"{self.run} {name}")
        if waiting := self.troubles.get(name):
            raise waiting.pop(0)
        found = act()
        self.town.moment(f"{self.run} {name} done")
        return found


@dataclass(frozen=True, slots=True)
class FakeBench:
    """What the Run of a shop sees."""

    shop: FakeShop

    def sight(self) -> Sight:
        return self.shop.town.sight(self.shop.run)

    def holder(self) -> str:
        return self.shop.town.holder(self.shop.run)

    def revision(self) -> str:
        return self.shop.town.revision()

    def opened(self) -> str:
        return self.shop.opened_at

    def proposal(self, attempt: int) -> Proposal | None:
        return self.shop.proposals.get(attempt)

    def evidence(self) -> Evidence:
        return self.shop.town.evidence(self.shop.run)

    def foreseen(self) -> Foreseen:
        return self.shop.town.foreseen(self.shop.run)

    def arrived(self) -> bool:
        proposal = self.proposal(self.shop.town.attempt(self.shop.run))
        return proposal is None or self.shop.town.text() != proposal.edits[0].before

    def now(self) -> datetime:
        return self.shop.town.now()
