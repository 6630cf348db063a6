"""What a repair takes beyond the commands that it needs, from the pushed Run on.

The service builds in a second, so that what is left is what Trueup adds. The patch is a given
diff: what package indexes take to answer is measured apart.
"""

import os
import shutil
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
from tests.e2e.origin import SOURCE
from tests.e2e.repairs import RepairHome, diff
from tests.repair.fake_index import request
from trueup.adapters.docker.docker_cli import DockerCli
from trueup.adapters.docker.endpoint import Endpoint
from trueup.app.daemon import Daemon
from trueup.app.indexes import package_indexes
from trueup.documents.check import check
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.repair.author import Rules
from trueup.settings import load

STACK = Key("Stack", "web")
WINDOW = 0.1
"""The stability window, in seconds. Nobody can be quicker than it."""

TURNS = 5
GOAL = 1.0
"""Seconds that a repair may take beyond its commands."""

WORDS = ["tea"]
LOG = "ModuleNotFoundError: No module named 'yaml'\n"
FILES = {
    "Dockerfile": "FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\n",
    "requirements.txt": "tabulate==0.9.0\n",
}
PIP = [sys.executable, "-m", "pip", "--no-cache-dir", "index", "versions", "PyYAML"]


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of one repair: from the push, without windows; of its commands."""

    ours: float
    raw: float


def rows() -> Iterator[Row]:
    """Measure repairs tried in place, and such that are tried beside the service first."""
    for mode, windows in (("direct", 1), ("preview", 2)):
        with tempfile.TemporaryDirectory() as folder:
            yield row(mode, measured(RepairHome(Path(folder), interval="60s"), mode, windows))
    yield asked()


def row(mode: str, turns: list[Turn]) -> Row:
    """Return the median of what is added."""
    ours, raw = (statistics.median(column) for column in zip(*map(_pair, turns), strict=True))
    added = statistics.median(turn.ours - turn.raw for turn in turns)
    against = f"its commands one after the other {raw:.3f} s, so {added:.3f} s more"
    said = f"{ours:.3f} s (windows of {WINDOW:g} s apart)"
    physics = "the engine builds, starts and stops; git commits and pushes, fetches and checks out"
    return Row(
        f"pushed Run to verified and published, {mode}", said, against, added, GOAL, physics
    )


def measured(home: RepairHome, mode: str, windows: int) -> list[Turn]:
    """Return turns of both: each breaks the service anew."""
    with running(home) as daemon:
        return [turn(home, daemon, mode, number, windows) for number in range(1, TURNS + 1)]


def turn(home: RepairHome, daemon: Daemon, mode: str, number: int, windows: int) -> Turn:
    """Break the service, have it repaired, and do by hand what that needs."""
    has = [*WORDS, *(f"more{n}" for n in range(1, number))]
    wants = [*has, f"more{number}"]
    service(home, has, wants)
    pushed(home, daemon)
    until(daemon, STACK, lambda status: status.quarantine is not None, "it is broken")
    time.sleep(2.0)  # what follows the last one must not be part of this one
    name = f"fix{number}"
    home.run(diff(has, wants), name=name, mode=mode)
    begun = pushed(home, daemon)
    until(daemon, Key("Run", name), succeeded, "it is repaired")
    until(daemon, STACK, lambda status: status.ready, "it is ready")
    ours = time.time() - begun - windows * WINDOW
    home.pull()
    return Turn(ours, by_hand(home, mode, number))


def by_hand(home: RepairHome, mode: str, number: int) -> float:
    """Return how long the commands take that this repair needs."""
    place = bare(home, f"by-hand-{number}")
    where = ("compose", "-p", f"{home.prefix}-bare", "--project-directory", str(place))
    beside = ("compose", "-p", f"{home.prefix}-beside", "--project-directory", str(place))
    build, up = ("build", "api"), ("up", "-d", "--no-deps", "--no-build", "api")
    commands: list[tuple[str, ...]] = [(*where, *build)]
    if mode == "preview":
        commands += [(*beside, *up), (*beside, "down")]
    return sum(_timed(home, *one) for one in [*commands, (*where, *up)])


def bare(home: RepairHome, word: str) -> Path:
    """Copy the project as it is now, without its port and with one word more."""
    place = home.folder / "bare"
    shutil.copytree(home.place("web"), place, dirs_exist_ok=True)
    text = (place / "compose.yaml").read_text().partition("    ports:")[0]
    image = f"build: api\n    image: {home.prefix}-bare"
    home.write(place / "compose.yaml", text.replace("build: api", image))
    needs = place / "api/requirements.txt"
    home.write(needs, f"{needs.read_text()}{word}\n")
    return place


@contextmanager
def running(home: RepairHome) -> Iterator[Daemon]:
    """Yield the program with a service that runs."""
    with ExitStack() as ending:
        ending.callback(home.close)
        home.configure(status={"interval": "2s"})
        service(home, WORDS, WORDS)
        home.commit()
        where = ("-p", f"{home.prefix}-bare", "--project-directory", str(bare(home, "first")))
        home.engine.cli("compose", *where, "up", "-d", timeout=90)
        ending.enter_context(chdir(home.folder))
        daemon = Daemon(load(home.folder, check), lambda _: None)
        thread = threading.Thread(target=daemon.run, name="daemon")
        thread.start()
        ending.callback(thread.join)
        ending.callback(daemon.stop)
        until(daemon, STACK, lambda status: status.ready, "it runs")
        yield daemon


def service(home: RepairHome, has: list[str], wants: list[str]) -> None:
    """Write the service, with the window of this benchmark."""
    home.service(has, wants)
    document = home.place("web") / "stack.yaml"
    document.write_text(document.read_text().replace("500ms", f"{WINDOW * 1000:g}ms"))


def pushed(home: RepairHome, daemon: Daemon) -> float:
    """Commit and push, and tell the source, as a webhook does; return when."""
    home.commit()
    begun = time.time()
    if SOURCE in daemon.site.sources:
        daemon.site.sources[SOURCE].poke()
    return begun


def until(daemon: Daemon, key: Key, holds: Callable[[Status], bool], what: str) -> None:
    """Wait until something holds of a status."""
    end = time.monotonic() + 60
    while not _there(daemon, key) or not holds(daemon.site.records.read(key)):
        assert time.monotonic() < end, f"waited for: {what}"
        time.sleep(0.003)  # more often would take the time of what is measured


def _there(daemon: Daemon, key: Key) -> bool:
    return SOURCE in daemon.site.sources and daemon.site.wishes[key] is not None


def succeeded(status: Status) -> bool:
    """Whether a Run has ended well."""
    return status.work is not None and status.work.phase.value == "Succeeded"


def asked() -> Row:
    """Measure how long a rule asks the index, beside pip asking it for the same package."""
    pairs = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            indexes = package_indexes(
                os.environ, Path.home(), DockerCli(Endpoint("")), Path(folder)
            )
            begun = time.monotonic()
            assert Rules(indexes).propose(request(LOG, FILES)), "a rule knows what to do"
            ours = time.monotonic() - begun
        begun = time.monotonic()
        subprocess.run(PIP, check=True, capture_output=True, timeout=60)
        pairs.append((ours, time.monotonic() - begun))
    ours, pip = (statistics.median(column) for column in zip(*pairs, strict=True))
    physics = "the network, and whoever serves the index; nothing of it is kept"
    against = f"`pip index versions` {pip:.3f} s"
    return Row("index asked by a rule", f"{ours:.3f} s", against, ours / pip, 1.0, physics)


def _timed(home: RepairHome, *command: str) -> float:
    begun = time.monotonic()
    home.engine.cli(*command, timeout=90)
    return time.monotonic() - begun


def _pair(one: Turn) -> tuple[float, float]:
    return one.ours, one.raw
