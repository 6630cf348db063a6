"""Git is killed at random moments while status files are published. No word is lost."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.adapters.repos import Origin
from tests.adapters.test_publisher import Host, commits, published
from trueup.adapters.git.remote import Remote
from trueup.model.errors import TrueupError

ROUNDS = 25
SEED = 7


def test_git_killed_at_any_moment_of_publishing_loses_no_status(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "there")
    origin.commit({"specs/web.yaml": "kind: Stack\n"})
    host = Host(tmp_path / "host", Remote(origin.url))
    host.write(web="0")
    host.publish()

    with killing(tmp_path) as killed:
        for number in range(1, ROUNDS + 1):
            host.write(web=f"{number}")
            try:
                host.publish()
            except TrueupError:
                host.start()  # as if the whole process had died with it
    host.start()
    host.publish()

    assert len(killed) >= 5
    assert published(origin) == {"Stack/web.yaml": f"{ROUNDS}"}
    assert 2 <= commits(origin) <= ROUNDS + 1


@contextmanager
def killing(place: Path) -> Iterator[list[int]]:
    """Kill git processes that work below a place, now and then."""
    killed: list[int] = []
    over = threading.Event()
    dice = random.Random(SEED)  # noqa: S311 - the same moments every time

    def kill() -> None:
        while not over.wait(dice.uniform(0.01, 0.06)):
            if found := list(gits(place)):
                with suppress(ProcessLookupError):
                    os.kill(found[-1], signal.SIGKILL)
                    killed.append(found[-1])

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join(10)


def gits(place: Path) -> Iterator[int]:
    """Yield the git processes that have a place among their arguments or work in it."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            said = path.read_bytes()
            here = os.fsencode(place) in said or (path.parent / "cwd").readlink().is_relative_to(
                place
            )
            if b"git" in said.split(b"\0")[0] and here:
                yield int(path.parent.name)
