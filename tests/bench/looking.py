"""What it costs to find nothing to do, beside `docker compose up -d` which finds it too.

A pass is a look at every stack, asked for by a file that means nothing (`hinted`) or by the
clock (`timed`). Both count Trueup's processor time and the engine's.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial

from tests.bench.cost import (
    Cost,
    Meter,
    cpu_of,
    cpu_of_children,
    least,
    memory_of,
    meter,
    until_quiet,
)
from tests.bench.many import STACKS, names, restart, running, up, write
from tests.bench.row import Row
from tests.e2e.scenario import Home
from trueup.adapters.docker.census import PASS
from trueup.adapters.docker.endpoint import find_endpoint
from trueup.adapters.docker.host import Host, listed_by
from trueup.model.container import PROJECT

PASSES = 5
IDLE = 30.0
INTERVAL = 10.0
MB = 80
CORE = 0.002


def rows() -> Iterator[Row]:
    """Measure everything on one set of stacks."""
    with running() as home:
        gauge = meter()
        physics = _physics(gauge)
        until_quiet(home.trueup.pid)
        loop = gauge.of(partial(_every, home), cpu_of_children)
        yield _pass("hinted", least(_hinted(home, gauge)), loop, physics)
        yield from _idle(home, gauge)
        one, cold = _in_turn(home, gauge)
        yield from _cold(one, cold, physics)
        yield _restarted(home, one)
        yield _pass("timed", _timed(home, gauge), loop, physics)


def _every(home: Home) -> None:
    for name in names():
        up(home, name)


def _physics(gauge: Meter) -> str:
    """Return what the engine and the interpreter cost whoever uses them."""
    host = Host(find_endpoint(""))
    listed = least(
        gauge.of(lambda: listed_by(host.api, "label", PROJECT), time.process_time)
        for _ in range(PASSES)
    )
    argv = [sys.executable, "-c", "pass"]
    python = least(
        gauge.of(partial(subprocess.run, argv, check=True), cpu_of_children) for _ in range(PASSES)
    )
    return f"one list of all containers {listed}, starting Python {python.cpu:.3f} s"


def _pass(kind: str, ours: Cost, loop: Cost, physics: str) -> Row:
    return Row(
        f"{kind} pass over {STACKS} stacks with nothing to do",
        str(ours),
        f"{STACKS} times docker compose up -d, {loop}",
        ours.cpu / loop.cpu,
        1 / 300,
        physics,
    )


def _hinted(home: Home, gauge: Meter) -> Iterator[Cost]:
    """Yield what looks cost that a file asks for which means nothing."""
    pid = home.trueup.pid

    def look() -> None:
        home.write(home.specs / "unrelated.yaml", f"kind: ConfigMap # {time.time()}\n")
        time.sleep(PASS)
        until_quiet(pid)

    for _ in range(PASSES):
        yield gauge.of(look, partial(cpu_of, pid))


def _timed(home: Home, gauge: Meter) -> Cost:
    """Return what one look at everything costs where each stack is due every few seconds."""
    for name in names():
        write(home, name, interval=f"{INTERVAL:g}s")
    time.sleep(2 * INTERVAL)
    whole = gauge.of(lambda: time.sleep(3 * INTERVAL), partial(cpu_of, home.trueup.pid))
    return Cost(whole.wall / 3, whole.own / 3, whole.engine / 3)


def _idle(home: Home, gauge: Meter) -> Iterator[Row]:
    pid = home.trueup.pid
    until_quiet(pid)
    cost = gauge.of(lambda: time.sleep(IDLE), partial(cpu_of, pid))
    share, memory = cost.own / cost.wall, memory_of(pid)
    what = f"with {STACKS} stacks"
    beside = "an interpreter that does nothing has 10 MB"
    yield Row(f"idle {what}", f"{100 * share:.2f} % of a core", "1 core", share, CORE, beside)
    yield Row(f"memory {what}", f"{memory:.0f} MB", "1 MB", memory, MB, beside)


def _in_turn(home: Home, gauge: Meter) -> tuple[Cost, Cost]:
    """Return one `docker compose up -d` and one `trueup plan` of everything: the medians."""
    ups, plans = [], []
    for _ in range(PASSES):
        ups.append(gauge.of(partial(up, home, "s0"), cpu_of_children))
        plans.append(gauge.of(partial(home.trueup.run, "plan"), cpu_of_children))
    return _median(ups), _median(plans)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.own for one in costs),
        statistics.median(one.engine for one in costs),
    )


def _cold(one: Cost, cold: Cost, physics: str) -> Iterator[Row]:
    what = f"trueup plan of {STACKS} stacks as a new process"
    beside = "one docker compose up -d of one stack,"
    yield Row(f"{what}, time", f"{cold.wall:.3f} s", f"{beside} {one.wall:.3f} s",
              cold.wall / one.wall, 3, physics)  # fmt: skip
    yield Row(f"{what}, CPU", str(cold), f"{beside} {one}", cold.cpu / one.cpu, 3, physics)


def _restarted(home: Home, one: Cost) -> Row:
    took = min(restart(home) for _ in range(3))
    return Row(
        f"restart until {STACKS} stacks are looked at",
        f"{took:.2f} s",
        "1 s",
        took,
        0.5,
        f"one docker compose up -d takes {one.wall:.3f} s",
    )
