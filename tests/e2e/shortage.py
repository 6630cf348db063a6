"""Things that run out: a small disk, its inodes, and the limits of a running process."""

import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE, INODES = 24 * 2**20, 700
FILL = 1 << 16
DEADLINE = 30
CONTROL = Path("/sys/fs/cgroup")


class SmallDisk:
    """A file system of its own at `place`, which can be filled, emptied and made read-only."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self, spare: int = 0) -> None:
        """Take every block that is left, but for so many bytes."""
        ballast = self.place / "ballast"
        with suppress_full(), ballast.open("wb", buffering=0) as file:
            while file.write(b"x" * FILL) == FILL:
                pass
        with suppress_full(), ballast.open("ab", buffering=0) as file:
            while file.write(b"x"):
                pass
        if spare:
            os.truncate(ballast, max(0, ballast.stat().st_size - spare))

    def use_up_inodes(self) -> None:
        """Take every inode that is left."""
        (self.place / "many").mkdir()
        with suppress_full():
            for number in range(10 * INODES):
                (self.place / "many" / str(number)).touch()

    def free(self) -> None:
        """Give back what was taken."""
        (self.place / "ballast").unlink(missing_ok=True)
        if (self.place / "many").exists():
            for one in (self.place / "many").iterdir():
                one.unlink()
            (self.place / "many").rmdir()

    def protect(self) -> None:
        """Make everything there read-only, although files are open for writing."""
        _call("mount", "--bind", str(self.place), str(self.place))
        _call("mount", "-o", "remount,bind,ro", str(self.place))

    def unprotect(self) -> None:
        """Make everything there writable again."""
        _call("umount", str(self.place))


@contextmanager
def suppress_full() -> Iterator[None]:
    """Expect that there is no space left."""
    try:
        yield
    except OSError as error:
        assert error.strerror == "No space left on device"  # noqa: PT017 - any other is a defect


@contextmanager
def small_disk(
    place: Path, image: Path, size: int = SIZE, inodes: int = INODES
) -> Iterator[SmallDisk]:
    """Mount a small file system at a place; skip the test where that is not allowed."""
    with image.open("wb") as file:
        file.truncate(size)
    _call("mkfs.ext4", "-q", "-F", "-m", "0", "-N", str(inodes), str(image))
    place.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    _call("mount", "-o", "loop", str(image), str(place))
    try:
        yield SmallDisk(place)
    finally:
        _call("umount", "--lazy", str(place))


@contextmanager
def few_files(pid: int, spare: int) -> Iterator[None]:
    """Leave a process only so many more files than it has open."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = max(int(one.name) for one in Path(f"/proc/{pid}/fd").iterdir())
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 1 + spare, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


class Memory:
    """A control group of the kernel's that may have little memory."""

    def __init__(self, name: str) -> None:
        first = CONTROL / "memory"
        self.group = (first if first.is_dir() else CONTROL) / name
        self.limit = self.group / ("memory.limit_in_bytes" if first.is_dir() else "memory.max")
        self.group.mkdir(exist_ok=True)
        if not self.limit.exists():
            pytest.skip("the control group of memory is not ours")

    def allow(self, size: int) -> None:
        """Let it have so many bytes; those in there who want more are killed."""
        self.limit.write_text(str(size))

    def take_in(self, pid: int) -> None:
        """Count what a process, and who it starts, wants from now on."""
        (self.group / "cgroup.procs").write_text(str(pid))

    def close(self) -> None:
        """Remove it once nobody is in there."""
        until = time.monotonic() + DEADLINE
        while (self.group / "cgroup.procs").read_text() and time.monotonic() < until:
            time.sleep(0.02)
        self.group.rmdir()


def _call(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=DEADLINE, capture_output=True)
