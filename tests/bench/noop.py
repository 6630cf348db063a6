"""What it costs to find nothing to do, and how long a change takes, beside bare compose.

Prints ratios, so that another machine says the same. Not part of the test suite.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

TICKS = os.sysconf("SC_CLK_TCK")
IDLE = 2.0
"""Seconds without use of the processor after which a pass counts as over."""

CHANGES = 5
STEP = 0.01


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=50, help="how many stacks [50]")
    stacks = parser.parse_args().n
    with running(stacks) as home:
        ours = warm_pass(home)
        theirs = compose_pass(home, stacks)
        print(f"one look at {stacks} unchanged stacks, processor seconds without the engine's:")
        print(f"  trueup             {ours:8.2f}")
        print(f"  docker compose up  {theirs:8.2f}   {theirs / max(ours, STEP):.0f} times as much")
        ours, theirs = changed(home), compose_changed(home)
        print("one changed variable, seconds from the written file (median):")
        print(f"  trueup, verified   {ours:8.2f}   {ours / theirs:.1f} times as long")
        print(f"  docker compose up  {theirs:8.2f}")


@contextmanager
def running(stacks: int) -> Iterator[Home]:
    """Yield a home with that many stacks, under Trueup and once more under bare compose."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        try:
            for number in range(stacks):
                write(home, f"s{number}", "0")
                home.write(bare(home, number) / "compose.yaml", compose(home, number))
            home.start()
            last = f"s{stacks - 1}"
            home.wait_ready(last, timeout=10 * stacks)
            for number in range(stacks):
                home.wait_ready(f"s{number}", timeout=120)
                up(home, number)
            yield home
        finally:
            home.close()


def write(home: Home, name: str, value: str) -> None:
    """Write a stack without a network of its own: an engine has addresses for few of them."""
    service = sleeping(environment={"VALUE": value}, network_mode="none")
    home.stack(name, {"api": service}, stable="100ms")


def bare(home: Home, number: int) -> Path:
    """Return where the same project is for bare compose."""
    return home.folder / "bare" / str(number)


def compose(home: Home, number: int) -> str:
    return (home.place(f"s{number}") / "compose.yaml").read_text()


def up(home: Home, number: int) -> None:
    project, place = f"{home.prefix}-bare{number}", str(bare(home, number))
    home.engine.cli("compose", "-p", project, "--project-directory", place, "up", "-d", timeout=90)


def warm_pass(home: Home) -> float:
    """Return the processor time of one look at everything, asked for by an unrelated file."""
    until_idle(home)
    before = used(home.trueup.pid)
    home.write(home.specs / "unrelated.yaml", "kind: ConfigMap\n")
    until_idle(home)
    return used(home.trueup.pid) - before


def until_idle(home: Home) -> None:
    """Wait until Trueup has used no processor time for a while."""
    last, since = used(home.trueup.pid), time.monotonic()
    while time.monotonic() - since < IDLE:
        time.sleep(0.1)
        now = used(home.trueup.pid)
        if now > last + STEP:
            last, since = now, time.monotonic()


def used(pid: int) -> float:
    """Return the processor seconds of a process and the children that it waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def compose_pass(home: Home, stacks: int) -> float:
    """Return the processor time of `docker compose up -d` over everything."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for number in range(stacks):
        up(home, number)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def changed(home: Home) -> float:
    """Return how long it takes from a changed file to a status that says verified."""

    def once(value: int) -> float:
        before = home.status("s0").applied
        begun = time.monotonic()
        write(home, "s0", str(value))
        home.wait_ready("s0", other_than=before)
        return time.monotonic() - begun

    return statistics.median(once(value) for value in range(1, CHANGES + 1))


def compose_changed(home: Home) -> float:
    """Return how long `docker compose up -d` takes for the same change."""

    def once(value: int) -> float:
        write(home, "s0", str(value))
        text = compose(home, 0)
        home.write(bare(home, 0) / "compose.yaml", text)
        begun = time.monotonic()
        up(home, 0)
        return time.monotonic() - begun

    home.stop()
    return statistics.median(once(value) for value in range(11, CHANGES + 11))


if __name__ == "__main__":
    main()
