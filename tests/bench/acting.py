"""How long a change takes until it is verified, beside the bare `docker compose up -d` of it.

Both take turns on the same machine, so that what else it does hits both. The program runs in
this process, because only so it can be told of a push the moment that the push is over, as a
webhook would do it; what it starts are processes as ever.
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.row import Row
from tests.e2e.origin import SOURCE, GitHome
from tests.e2e.program import SRC
from tests.e2e.scenario import Home
from tests.e2e.services import sleeping
from trueup.adapters.disk.watcher import QUIET
from trueup.app.daemon import Daemon
from trueup.documents.check import check
from trueup.model.key import Key
from trueup.settings import load

STACK = "s0"
WINDOW = 0.1
"""The stability window, in seconds. Nobody can be quicker than it."""

PAIRS = 9
GOAL = 1.15


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one change: from the push or file event, from the checkout, and of compose."""

    told: float
    seen: float
    bare: float


def rows() -> Iterator[Row]:
    """Measure a pushed commit, an edited directory, and the start of the program."""
    with tempfile.TemporaryDirectory() as folder:
        yield from pushed(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield edited(Path(folder))
    yield helped()


def pushed(folder: Path) -> Iterator[Row]:
    """Measure from the end of `git push`, when the source is told, to the verified status."""
    home = GitHome(folder, interval="60s")
    home.configure(status={"interval": "2s"})

    def change(daemon: Daemon, value: str) -> float:
        write(home, value)
        home.commit()
        begun = time.time()
        daemon.site.sources[SOURCE].poke()
        return begun

    turns = compared(home, change, apart=WINDOW)
    yield row("revision checked out to verified", turns, lambda turn: turn.seen)
    yield row("push to verified, git fetch included", turns, lambda turn: turn.told)


def edited(folder: Path) -> Row:
    """Measure from the file event to the verified status, without what a writer is given."""
    home = Home(folder)

    def change(_daemon: Daemon, value: str) -> float:
        write(home, value)
        return time.time()

    turns = compared(home, change, apart=WINDOW + QUIET)
    figure = f"edited file to verified, {QUIET:g} s of quiet apart"
    return row(figure, turns, lambda turn: turn.told)


def row(figure: str, turns: list[Turn], of: Callable[[Turn], float]) -> Row:
    """Return the median of the turns, and of their ratios."""
    ours = statistics.median(of(turn) for turn in turns)
    bare = statistics.median(turn.bare for turn in turns)
    ratio = statistics.median(of(turn) / turn.bare for turn in turns)
    best = min(turn.bare for turn in turns)
    physics = f"an engine stops and starts a container; bare compose took {best:.3f} s at best"
    said = f"{ours:.3f} s (window of {WINDOW:g} s apart)"
    return Row(figure, said, f"bare `docker compose up -d` {bare:.3f} s", ratio, GOAL, physics)


def compared(home: Home, change: Callable[[Daemon, str], float], apart: float) -> list[Turn]:
    """Return turns of both, with `apart` taken from ours."""
    with running(home) as daemon:
        bare(home, "first")
        return [turn(home, daemon, change, str(n), apart) for n in range(1, PAIRS + 1)]


def turn(
    home: Home, daemon: Daemon, change: Callable[[Daemon, str], float], value: str, apart: float
) -> Turn:
    """Make one change in both ways."""
    time.sleep(3.0)  # what follows the last one must not be part of this one
    before = applied(daemon)
    begun = change(daemon, value)
    until_applied(daemon, before)
    told = time.time() - begun - apart
    fetched = 0.0
    if isinstance(home, GitHome):
        manifest = home.state / "sources" / SOURCE / "manifest.json"
        fetched = max(0.0, manifest.stat().st_mtime - begun)
    return Turn(told, told - fetched, bare(home, value))


@contextmanager
def running(home: Home) -> Iterator[Daemon]:
    """Yield the program with one stack up and verified."""
    with ExitStack() as ending:
        ending.callback(home.close)
        write(home, "first")
        if isinstance(home, GitHome):
            home.commit()
        ending.enter_context(chdir(home.folder))
        daemon = Daemon(load(home.folder, check), lambda _: None)
        thread = threading.Thread(target=daemon.run, name="daemon")
        thread.start()
        ending.callback(thread.join)
        ending.callback(daemon.stop)
        until_applied(daemon, "")
        yield daemon


def until_applied(daemon: Daemon, other_than: str) -> None:
    end = time.monotonic() + 60
    while applied(daemon) in {"", other_than}:
        assert time.monotonic() < end, "the change was not verified"
        time.sleep(0.003)  # more often would take the time of what is measured


def applied(daemon: Daemon) -> str:
    """Return the digest of the release that the status calls ready; empty for none."""
    if SOURCE not in daemon.site.sources or daemon.site.wishes[Key("Stack", STACK)] is None:
        return ""
    status = daemon.site.records.read(Key("Stack", STACK))
    ready = status.ready and status.journal is None and status.applied is not None
    return status.applied.digest if ready and status.applied else ""


def write(home: Home, value: str) -> None:
    """Write a stack without a network of its own."""
    service = sleeping(environment={"VALUE": value}, network_mode="none")
    home.stack(STACK, {"api": service}, stable=f"{WINDOW * 1000:g}ms")


def bare(home: Home, value: str) -> float:
    """Return how long bare compose takes for the same change of the same project."""
    place = home.folder / "bare"
    text = (home.place(STACK) / "compose.yaml").read_text()
    home.write(place / "compose.yaml", text.replace("VALUE:", f"BARE: {value}\n      VALUE:"))
    where = ("-p", f"{home.prefix}-bare", "--project-directory", str(place))
    begun = time.monotonic()
    home.engine.cli("compose", *where, "up", "-d", timeout=90)
    return time.monotonic() - begun


def helped() -> Row:
    """Measure `trueup --help` against `docker compose version`."""
    ours = ["env", f"PYTHONPATH={SRC}", sys.executable, "-m", "trueup", "--help"]
    pairs = [(timed(ours), timed(["docker", "compose", "version"])) for _ in range(21)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    nothing = statistics.median(timed([sys.executable, "-c", ""]) for _ in range(9))
    ratio = statistics.median(a / b for a, b in pairs)
    physics = f"an interpreter that does nothing takes {nothing:.3f} s"
    against = f"`docker compose version` {theirs:.3f} s"
    return Row("trueup --help", f"{mine:.3f} s", against, ratio, 1.0, physics)


def timed(argv: list[str]) -> float:
    begun = time.monotonic()
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return time.monotonic() - begun
