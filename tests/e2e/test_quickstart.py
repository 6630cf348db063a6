"""The quick start: what it says holds, and nothing of it is left, however it ends."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.engine import Engine
from tests.e2e.scenario import free_port

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
TOLD = (
    "cause: file hello/site/index.html changed",
    "held     Suspended: look before it acts",
    "answers: <h1>Hello from Trueup</h1>",
    "It is not ready (RolledBack)",
    "is not tried again",
    "answers: <h1>Hello again</h1>",
    "Stack/hello  Synced  Healthy  True (Verified)",
    "ModuleNotFoundError: No module named 'yaml'",
    "+PyYAML",
    "Trueup: Repair api: python-module yaml",
    "Everything held",
)


class Quickstart:
    """`deploy/quickstart` of one copy of the project, with its temporary files in a folder."""

    def __init__(self, root: Path, folder: Path, **variables: str) -> None:
        self.said = folder / "said"
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        with self.said.open("wb") as said:
            self.child = subprocess.Popen(
                [root / "deploy/quickstart"],
                cwd=folder,
                env={**os.environ, "TMPDIR": str(self.temporary), **variables},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def text(self) -> str:
        return self.said.read_text()

    def wait(self) -> int:
        return self.child.wait(200)

    def wait_until_it_says(self, words: str) -> None:
        until = time.monotonic() + 120
        while words not in self.text():
            assert self.child.poll() is None, self.text()
            assert time.monotonic() < until, self.text()
            time.sleep(0.05)

    def left_behind(self) -> list[str]:
        """Return everything of it that is still there."""
        (project,) = set(re.findall(r"trueup-quickstart-\w+", self.text()))
        engine = Engine(project)
        containers = [str(one["Name"]) for one in engine.containers()]
        found = [*containers, *engine.networks(), *engine.volumes(), *engine.images()]
        engine.close()
        return [*found, *map(str, self.temporary.iterdir()), *self._processes()]

    def _processes(self) -> list[str]:
        """Return what still runs in its session."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[3]) == self.child.pid and words[0] != "Z":
                found.append(stat.parent.name)
        return found

    def close(self) -> None:
        """End it, if it still runs, the way that lets it clean up."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGINT)
            self.child.wait(60)


@pytest.fixture
def started() -> Iterator[list[Quickstart]]:
    found: list[Quickstart] = []
    yield found
    for one in found:
        one.close()


def changes_of_the_project() -> str:
    status = ["git", "-C", str(ROOT), "status", "--porcelain"]
    done = subprocess.run(status, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def test_the_quick_start_shows_the_main_job_and_leaves_nothing(
    tmp_path: Path, started: list[Quickstart]
) -> None:
    before = changes_of_the_project()
    one = Quickstart(ROOT, tmp_path, TRUEUP_CONTEXT="nowhere", TRUEUP_STATE="/nowhere")
    started.append(one)

    assert one.wait() == 0, one.text()

    assert [words for words in TOLD if words not in one.text()] == []
    assert one.left_behind() == []
    assert changes_of_the_project() == before


@pytest.mark.parametrize("moment", ["$ trueup run", "waiting until the cause is found"])
def test_an_interrupted_quick_start_leaves_nothing(
    moment: str, tmp_path: Path, started: list[Quickstart]
) -> None:
    one = Quickstart(ROOT, tmp_path)
    started.append(one)
    one.wait_until_it_says(moment)

    os.killpg(one.child.pid, signal.SIGINT)

    assert one.wait() == 130
    assert one.left_behind() == []


def test_a_quick_start_that_does_not_hold_what_it_says_fails_and_leaves_nothing(
    tmp_path: Path, started: list[Quickstart]
) -> None:
    clone = copied(tmp_path / "a clone")
    (clone / "specs/hello/site/index.html").write_text("<h1>Hello, nobody</h1>\n")
    one = Quickstart(clone, tmp_path, HELLO_PORT=str(free_port()))
    started.append(one)

    assert one.wait() == 1, one.text()

    assert 'this does not hold: the page says "Hello from Trueup"' in one.text()
    assert one.left_behind() == []


def copied(folder: Path) -> Path:
    """Return a copy of the project as a fresh clone has it."""
    there = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = [*there, "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, timeout=30, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder
