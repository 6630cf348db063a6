"""Write-ahead: each step is on record before it starts, and every line of output is kept."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace

from trueup.engine.world import World
from trueup.model.errors import TrueupError
from trueup.model.event import Event
from trueup.model.plan import Health, Plan
from trueup.model.status import Condition, Journal, Status
from trueup.model.steps import Step

LINES = 2000
LIVE = 2.0
"""Seconds after which readers of an artifact are shown what has been added to it."""
SIZE = 512 * 1024
"""How many letters of an artifact are kept in memory: more than is ever written."""


@dataclass(slots=True)
class Page:
    """The end of what was said, line by line."""

    lines: deque[str] = field(default_factory=deque)
    size: int = 0
    shown: float = 0.0

    def add(self, text: str) -> None:
        """Take a line, or several; let go of the first ones where it becomes too much."""
        kept = text[-SIZE:]
        self.lines.append(kept)
        self.size += len(kept)
        while len(self.lines) > LINES or self.size > SIZE:
            self.size -= len(self.lines.popleft())

    @property
    def text(self) -> str:
        """All of it that is kept."""
        return "\n".join(self.lines) + "\n"


@dataclass(slots=True)
class Book:
    """The journal and the artifacts of one plan being carried out."""

    world: World
    status: Status
    plan: Plan
    pages: dict[str, Page] = field(default_factory=dict)

    def note(self, step: Step, number: int, of: int, phase: str) -> None:
        """Put a step on record, durably, before it starts."""
        now = self.world.clock.now().isoformat(timespec="seconds")
        plan = self.plan
        entry = Journal(plan.revision, plan.digest, number, of, str(step), now, phase)
        self.status = replace(
            self.status,
            journal=entry,
            health=Health.PROGRESSING,
            conditions=(
                Condition("Ready", "Unknown", "Progressing", f"step {number} of {of}", now),
                Condition("Reconciling", "True", "Progressing", str(step), now),
            ),
        )
        self.world.records.write(self.status)
        self.world.emit(Event(plan.key, "step", f"{phase} {number}/{of} {_brief(step)}"))

    def append(self, artifact: str, text: str) -> None:
        """Keep output for an artifact; of very long output the end is kept.

        Who reads the artifact meanwhile sees how far it is.
        """
        now = self.world.clock.monotonic()
        page = self.pages.setdefault(artifact, Page(shown=now))
        page.add(text.rstrip("\n"))
        if now - page.shown >= LIVE:
            page.shown = now
            with suppress(TrueupError):  # it is written once more at the end
                name = f"{artifact}.log"
                self.world.records.artifact(self.plan.key, name, page.text, passing=True)

    def close(self) -> None:
        """Write the artifacts beside the status."""
        self.world.records.artifact(self.plan.key, "plan.txt", str(self.plan))
        for name, page in self.pages.items():
            self.world.records.artifact(self.plan.key, f"{name}.log", page.text)


def _brief(step: Step) -> str:
    """What a step does; why was told with the plan."""
    return "; ".join(line.partition("  cause: ")[0].strip() for line in str(step).splitlines())
