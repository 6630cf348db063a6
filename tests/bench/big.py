"""What a large repository costs to follow: seconds, memory and disk, beside what git itself takes.

Run by hand: `python -m tests.bench.big [MEBIBYTES]`. Half of the bytes are one file.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.adapters.repos import ENV, Origin, git
from trueup.adapters.git.growth import size_of
from trueup.adapters.git.limits import Limits
from trueup.adapters.git.remote import Remote
from trueup.adapters.sources.git import GitSource

FILES = 2000
MIB = 1 << 20


def main(mebibytes: int) -> None:
    """Make a repository, follow it in a process of its own, and print what that took."""
    place = Path(tempfile.mkdtemp(prefix="trueup-big-", dir=os.environ.get("TMPDIR")))
    try:
        origin = Origin(place / "there")
        fill(origin.work, mebibytes)
        slow = partial(subprocess.run, cwd=origin.work, env=ENV, check=True, timeout=1800)
        slow(["git", "-c", "core.compression=0", "add", "-A"])
        git(origin.work, "commit", "-q", "-m", "large")
        git(origin.work, "remote", "add", "there", str(origin.path))
        slow(["git", "-c", "pack.compression=0", "push", "-q", "there", "HEAD:main"])
        shutil.rmtree(origin.work / ".git" / "objects")
        measured(
            "git clone --depth 1", ["git", "clone", "-q", "--depth=1", origin.url, "plain"], place
        )
        shutil.rmtree(place / "plain")
        measured("first sync", own(origin.url, place), place)
        measured("sync again", own(origin.url, place), place)
        print(f"clone on disk    {size_of(place / 'state/git') // MIB:>8} MiB")
        print(f"work tree        {size_of(place / 'state/tree') // MIB:>8} MiB")
    finally:
        shutil.rmtree(place)


def fill(work: Path, mebibytes: int) -> None:
    """Write bytes that cannot be compressed: half in one file, half in many."""
    half = mebibytes * MIB // 2
    with (work / "large").open("wb") as large:
        for _ in range(half // MIB):
            large.write(os.urandom(MIB))
    for number in range(FILES):
        folder = work / f"d{number % 20}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}").write_bytes(os.urandom(half // FILES))


def own(url: str, place: Path) -> list[str]:
    """Return the command that follows a repository once."""
    return [sys.executable, "-m", "tests.bench.big", "--sync", url, str(place / "state")]


def measured(what: str, argv: list[str], place: Path) -> None:
    """Run a command; print its seconds, and the most memory that one of its processes took."""
    report = place / "time"
    begun = time.monotonic()
    env = {**os.environ, "PYTHONPATH": f"{Path.cwd() / 'src'}:{Path.cwd()}"}
    done = subprocess.Popen(argv, cwd=place, env=env)
    peak, private = 0, 0
    while done.poll() is None:
        for pid in descendants(done.pid):
            hwm, data = memory_of(pid)
            peak, private = max(peak, hwm), max(private, data)
        time.sleep(0.05)
    assert done.returncode == 0, report
    seconds = time.monotonic() - begun
    print(
        f"{what:<20} {seconds:7.1f} s   peak {peak >> 10} MiB, private {private >> 10} MiB",
        flush=True,
    )


def descendants(pid: int) -> list[int]:
    """Return a process and everything below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in below for one in descendants(int(child)))]


def memory_of(pid: int) -> tuple[int, int]:
    """Return the peak and the private memory of a process in KiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    said = {line.partition(":")[0]: line.split()[1] for line in lines if len(line.split()) > 1}
    return int(said.get("VmHWM", 0)), int(said.get("RssAnon", 0))


def sync(url: str, state: Path) -> None:
    """Follow a repository once."""
    GitSource("main", Remote(url), state, deadline=900, limits=Limits(size=16 << 30)).sync()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sync"]:
        sync(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 2048)
