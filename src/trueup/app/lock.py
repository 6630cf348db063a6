"""One Trueup per state directory: a lock that the kernel frees when its holder dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from trueup.model.errors import ToolError


@contextlib.contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state directory.

    Raises:
        ToolError: another process holds it, or the directory cannot be written.
    """
    path = state / "lock"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        fix = "Choose another directory with --state, or mend its permissions."
        raise ToolError(f"the state directory {state} cannot be used", str(error), fix) from error
    try:
        _take(handle, path)
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


def _take(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.read(handle, 20).decode(errors="replace").strip()
        raise ToolError(
            f"another Trueup (process {pid or '?'}) works on {path.parent}",
            "",
            "Stop it first, or give this one another state directory with --state.",
        ) from error
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
