"""What things cost: processor seconds of a program and of the engine, from /proc.

The engine works for everybody on a machine, so what it uses by itself is measured first and
taken off. Knows nothing of stacks.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
ENGINE = frozenset({"dockerd", "containerd"})
QUIET = 1.0
"""Seconds without use of the processor after which a program counts as done."""

WATCHED = 3.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: of the clock, of the program's processor time, of the engine's."""

    wall: float
    own: float
    engine: float

    @property
    def cpu(self) -> float:
        """All processor time together."""
        return self.own + self.engine

    def __str__(self) -> str:
        return f"{self.cpu:.3f} s of CPU ({self.engine:.3f} s of it the engine's)"


@dataclass(frozen=True, slots=True)
class Meter:
    """Measures what is done from now on. `background` is what the engine uses by itself."""

    background: float

    def of(self, act: Callable[[], object], own: Callable[[], float]) -> Cost:
        """Return what an act costs; `own` reads the program's processor seconds."""
        begun, mine, engine = time.monotonic(), own(), engine_cpu()
        act()
        wall = time.monotonic() - begun
        theirs = engine_cpu() - engine - self.background * wall
        return Cost(wall, own() - mine, max(0.0, theirs))


def meter() -> Meter:
    """Return a meter that knows what the engine uses while nobody of us asks it."""
    begun, before = time.monotonic(), engine_cpu()
    time.sleep(WATCHED)
    return Meter((engine_cpu() - before) / (time.monotonic() - begun))


def least(costs: Iterator[Cost]) -> Cost:
    """Return the cheapest of several: what others do at the same time only ever adds."""
    return min(costs, key=lambda one: one.cpu)


def until_quiet(pid: int) -> None:
    """Wait until a program has used no processor time for a while."""
    last, since = cpu_of(pid), time.monotonic()
    while time.monotonic() - since < QUIET:
        time.sleep(0.05)
        now = cpu_of(pid)
        if now > last + 1.5 / TICKS:
            last, since = now, time.monotonic()


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process and the children that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def cpu_of_children() -> float:
    """Return the processor seconds of all programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def engine_cpu() -> float:
    """Return the processor seconds of the engine."""
    return sum(cpu_of(pid) for pid in _engines())


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    line = next(one for one in text.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def _engines() -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            if path.read_text().strip() in ENGINE:
                yield int(path.parent.name)
