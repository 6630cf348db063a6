"""One broken project, repaired by the real product: proven healthy, then broken, then mended.

A case counts as fixed only when its Run succeeded, what it wrote is on the branch, its Stack is
ready with that, and the service answers from outside what it answered before it was broken.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench.mutations import Files, Mutation
from tests.e2e.repairs import ENDED, RepairHome

PROJECTS = Path(__file__).parent / "projects"
STACK, SERVICE, RUN = "web", "api", "fix"
PORT = 8000
TURNS = 3
"""How often `trueup run --once` may end with work that waits for something that passes."""

LONGEST = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `broken` says whether the mutation broke anything at all."""

    project: str
    mutation: Mutation
    broken: bool = False
    fixed: bool = False
    seconds: float = 0.0
    attempts: int = 0
    author: str = ""
    says: str = ""

    def __str__(self) -> str:
        how = "fixed" if self.fixed else "NOT FIXED" if self.broken else "not broken by it"
        by = f" by {self.author} in {self.attempts}" if self.fixed else ""
        said = "" if self.fixed else f": {self.says}"
        return f"{self.project}: {self.mutation}: {how}{by}, {self.seconds:.1f} s{said}"


def names() -> list[str]:
    """Return the names of the projects."""
    return sorted(one.name for one in PROJECTS.iterdir() if one.is_dir())


def files(project: str) -> Files:
    """Return the files of a healthy project."""
    place = PROJECTS / project
    found = [one for one in sorted(place.rglob("*")) if one.is_file()]
    kept = [one for one in found if "__pycache__" not in one.parts]
    return {str(one.relative_to(place)): one.read_text() for one in kept}


class CaseHome(RepairHome):
    """A home whose stack is one of the projects."""

    def lay(self, project: str) -> None:
        """Write a healthy project, and the Stack that wants it."""
        api = {"build": "api", "init": True, "ports": [f"127.0.0.1:{self.port}:{PORT}"]}
        checks = [{"http": {"url": f"http://{SERVICE}:{PORT}/"}}]
        said = {SERVICE: {"stable": "1s", "verify": checks}}
        self.stack(STACK, {SERVICE: api}, services=said, timeout="180s")
        self.change(files(project))

    def change(self, some: Files) -> None:
        """Write files of the project."""
        for path, text in some.items():
            self.write(self.place(STACK) / SERVICE / path, text)

    def asks(self, author: str) -> None:
        """Write the Run that repairs the service by an author."""
        steps: list[Any] = [{"patch": {"authors": [author]}}, "build", "restart", "verify"]
        target = {"stack": STACK, "service": SERVICE}
        self.written(RUN, {"target": target, "steps": [*steps, "publish"]})

    def settles(self) -> bool:
        """Have the program do what there is to do; return whether the stack is ready."""
        for _ in range(TURNS):
            self.once(timeout=LONGEST)
            if not self.work(RUN) or self.phase(RUN) in ENDED:
                break
        return self.status(STACK).ready == "True"


@dataclass(slots=True)
class Case:
    """One way to break one project, and who is to mend it."""

    folder: Path
    project: str
    mutation: Mutation
    author: str
    providers: tuple[Mapping[str, Any], ...] = ()

    def outcome(self) -> Outcome:
        """Break the project and have it repaired; everything is removed in the end."""
        home, unknown = CaseHome(self.folder), Outcome(self.project, self.mutation)
        try:
            home.configure(providers=[*self.providers]) if self.providers else None
            return self._told(home, unknown)
        finally:
            home.close()

    def _told(self, home: CaseHome, unknown: Outcome) -> Outcome:
        home.lay(self.project)
        home.commit()
        assert home.settles(), f"{self.project} is not healthy\n{home.report()}"
        healthy = home.answer(home.port)
        home.change(self.mutation.files)
        home.commit()
        if home.settles():
            return replace(unknown, says="the stack is ready with it")
        return self._repaired(home, replace(unknown, broken=True), healthy)

    def _repaired(self, home: CaseHome, broken: Outcome, healthy: str) -> Outcome:
        home.asks(self.author)
        home.commit()
        begun = time.monotonic()
        ready = home.settles()
        seconds, work = time.monotonic() - begun, home.work(RUN)
        wrong = tuple(_wrong(home, work, healthy, ready=ready))
        return replace(
            broken,
            fixed=not wrong,
            seconds=seconds,
            attempts=int(work.get("attempt", 0)),
            author=str(work.get("author", "")),
            says="; ".join(wrong),
        )


def _wrong(home: CaseHome, work: Mapping[str, Any], healthy: str, *, ready: bool) -> list[str]:
    """Return in what a repair falls short; nothing where it is whole."""
    tip = home.log()[0] if home.log() else ""
    held = {
        f"{work.get('phase')}, {work.get('message')}": work.get("phase") == "Succeeded",
        "nothing is published": tip.startswith("Repair "),
        f"the stack is {home.status(STACK).reason}": ready,
        "the service answers something else": home.answer(home.port) == healthy,
    }
    return [said for said, holds in held.items() if not holds]
