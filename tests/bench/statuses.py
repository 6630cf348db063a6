"""What it costs to put statuses on the disk and on a branch, beside `git add` and `git commit`.

Among ten thousand files: the statuses of two thousand stacks, each with four artifacts. The
push is not part of it. All takes turns on the same disk, in the folder for temporary files
that survive a restart, because memory has nothing to flush.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tests.bench.row import Row
from tests.report.statuses import FULL
from trueup.adapters.disk.records import StatusFiles
from trueup.adapters.git.mirror import Author, Mirror
from trueup.adapters.git.remote import Remote
from trueup.adapters.git.repository import Repository
from trueup.model.key import Key
from trueup.model.status import Status
from trueup.report.commits import commit_message
from trueup.report.records import from_text, to_text

STACKS = 2000
ARTIFACTS = ("plan.txt", "build.log", "restart.log", "verify.log")
TURNS = 7
ALLOWED = {1: 0.010, 1000: 0.100}
"""For how many changed files a commit may take how many seconds."""


def rows() -> Iterator[Row]:
    """Measure the commit of 1 and of 1,000 changed statuses, and the writing of them."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        desk = Desk(Path(folder))
        for count, allowed in ALLOWED.items():
            yield from desk.measured(count, allowed)


class Desk:
    """Status files with our branch of them, and the same files as a common repository."""

    def __init__(self, folder: Path) -> None:
        self._noted: list[Path] = []
        self._files = StatusFiles(folder / "files", to_text, from_text, self._noted.append)
        for number in range(STACKS):
            self._fill(folder / "files" / "Stack", f"s{number}")
        repository = Repository(folder / "ours", Remote("/nowhere"))
        repository.create("")
        ref, place = "refs/heads/trueup/status", folder / "files"
        self._mirror = Mirror(repository, ref, place, Author(), commit_message)
        self._mirror.commit("")
        self._git = Plain(folder / "theirs", place)
        self._turn = 0

    def measured(self, count: int, allowed: float) -> Iterator[Row]:
        """Change some statuses, in turns with the alternatives."""
        self._change(count)
        turns = [self._change(count) for _ in range(TURNS)]
        found = {name: [turn[name] for turn in turns] for name in turns[0]}
        took = {name: statistics.median(times) for name, times in found.items()}
        flushed = took["flush"] * 1000
        physics = f"one write and flush of as many files takes {flushed:.1f} ms"
        ours, theirs = f"{took['commit'] * 1000:.1f} ms", f"{took['git'] * 1000:.1f} ms"
        what = f"durable commit of {count} of {STACKS * (len(ARTIFACTS) + 1)} files"
        ratio = statistics.median(t["commit"] / t["git"] for t in turns)
        yield Row(what, ours, f"git add and commit {theirs}", ratio, 0.2, physics)
        limit = f"a limit of {allowed * 1000:g} ms"
        yield Row(what, ours, limit, took["commit"] / allowed, 1.0, physics)
        written, floor = f"{took['write'] * 1000:.1f} ms", f"that floor of {flushed:.1f} ms"
        ratio = statistics.median(t["write"] / t["flush"] for t in turns)
        one_by_one = f"durable writing of {count}, one after the other"
        yield Row(one_by_one, written, floor, ratio, 4.0, physics)

    def _change(self, count: int) -> Mapping[str, float]:
        """Change statuses once; return the seconds of each way to do something about it."""
        self._turn += 1
        self._noted.clear()
        new = [replace(FULL, key=Key("Stack", f"s{n}"), tries=self._turn) for n in range(count)]
        return {
            "write": timed(lambda: self._write(new)),
            "commit": timed(lambda: self._mirror.commit(self._mirror.tip(), self._noted)),
            "git": timed(lambda: self._git.commit([f"Stack/{one.key.name}.yaml" for one in new])),
            "flush": timed(lambda: flush(self._git.folder / ".git" / "flushed", count)),
        }

    def _write(self, statuses: list[Status]) -> None:
        for one in statuses:
            self._files.write(one)

    def _fill(self, folder: Path, name: str) -> None:
        artifacts = folder / name
        artifacts.mkdir(parents=True)
        (folder / f"{name}.yaml").write_text(to_text(replace(FULL, key=Key("Stack", name))))
        for artifact in ARTIFACTS:
            (artifacts / artifact).write_text(f"{artifact} of {name}\n" * 20)


class Plain:
    """A repository as anybody has one, whose work tree is the same files."""

    def __init__(self, folder: Path, files: Path) -> None:
        self.folder, self._files = folder, files
        folder.mkdir()
        self._run("init", "--quiet", str(folder))
        self._run("add", "--all")
        self._run("commit", "--quiet", "--message=all")

    def commit(self, paths: list[str]) -> None:
        self._run("add", "--pathspec-from-file=-", said="\n".join(paths))
        self._run("commit", "--quiet", "--message=some")

    def _run(self, *words: str, said: str = "") -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        how = ("-c", "gc.auto=0", "-c", "core.fsync=all")
        place = (f"--git-dir={self.folder}/.git", f"--work-tree={self._files}")
        argv = ["git", *place, *who, *how, *words]
        where = self._files if words[0] != "init" else self.folder
        argv = argv if words[0] != "init" else ["git", *words]
        subprocess.run(argv, cwd=where, input=said.encode(), check=True, timeout=120)


def timed(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def flush(path: Path, count: int) -> None:
    """Write and flush as many small files and their folder: the least that is durable."""
    folder = os.open(path.parent, os.O_RDONLY)
    for _ in range(count):
        with path.open("wb") as file:
            file.write(b"x" * 1700)
            file.flush()
            os.fsync(file.fileno())
        os.fsync(folder)
    os.close(folder)
