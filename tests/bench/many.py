"""Many small stacks under Trueup, deployed once for everything that is measured on them."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

STACKS = int(os.environ.get("BENCH_STACKS", "200"))
LOOKED = "looked at all"


@contextmanager
def running() -> Iterator[Home]:
    """Yield a home in which every stack is verified, and Trueup runs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        try:
            for name in names():
                write(home, name)
            home.start()
            for name in names():
                home.wait_ready(name, timeout=20 * STACKS)
            yield home
        finally:
            home.close()


def names() -> tuple[str, ...]:
    """Return the names of the stacks."""
    return tuple(f"s{number}" for number in range(STACKS))


def write(home: Home, name: str, **spec: str) -> None:
    """Write a stack without a network of its own: an engine has addresses for few of them."""
    home.stack(name, {"api": sleeping(network_mode="none")}, stable="100ms", **spec)


def up(home: Home, name: str) -> None:
    """Run `docker compose up -d` for what runs already, from the file that it was made of."""
    (file,) = home.folder.glob(f".trueup/releases/Stack/{name}/*.sealed.json")
    home.engine.cli("compose", "-p", home.project(name), "-f", str(file), "up", "-d", timeout=90)


def looked(home: Home) -> int:
    """Return how often Trueup has said that it looked at everything after a start."""
    return home.trueup.log.read_text().count(LOOKED)


def restart(home: Home) -> float:
    """Stop Trueup and start it; return the seconds until it has looked at everything."""
    home.stop()
    before = looked(home)
    begun = time.monotonic()
    home.start()
    home.wait_until(partial(_more, home, before), "everything was looked at", timeout=120)
    return time.monotonic() - begun


def _more(home: Home, before: int) -> bool:
    return looked(home) > before
