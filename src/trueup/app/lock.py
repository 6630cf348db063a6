"""One Trueup per state directory: a lock that the kernel frees when its holder dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from trueup.adapters.clock import SystemClock
from trueup.model.errors import ToolError

PATIENCE = 5.0
PAUSE = 0.05


class HeldError(ToolError):
    """Another process works on the state directory."""


@contextlib.contextmanager
def locked(state: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the state directory. Whoever only looks lets go of it within seconds.

    Raises:
        HeldError: another process holds it, after `patience` seconds still.
        ToolError: the directory cannot be written.
    """
    path = state / "lock"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        fix = "Choose another directory with --state, or mend its permissions."
        raise ToolError(f"the state directory {state} cannot be used", str(error), fix) from error
    try:
        _take(handle, path, patience)
        yield
    finally:
        os.close(handle)


def holder(state: Path) -> str:
    """Return the pid of the process that holds a state directory; empty for none."""
    path = state / "lock"
    with contextlib.suppress(OSError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read(20).decode(errors="replace").strip() or "?"
    return ""


def _take(handle: int, path: Path, patience: float) -> None:
    clock = SystemClock()
    end = clock.monotonic() + patience
    while not _taken(handle):
        if clock.monotonic() >= end:
            pid = os.pread(handle, 20, 0).decode(errors="replace").strip()
            raise HeldError(
                f"another Trueup (process {pid or '?'}) works on {path.parent}",
                "",
                "Stop it first, or give this one another state directory with --state.",
            )
        clock.wait(PAUSE)
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
