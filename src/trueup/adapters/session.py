"""Everything that a program started, found by its session, and how it is ended.

Knows nothing of why.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GONE = 2.0  # seconds for killed processes to be gone


def kill(session: int) -> None:
    """End what is left, what is forked meanwhile as well, and see that it is gone."""
    end = time.monotonic() + GONE
    send(session, signal.SIGKILL)
    while any(members(session)) and time.monotonic() < end:
        time.sleep(0.01)
        send(session, signal.SIGKILL)


def send(session: int, number: signal.Signals) -> None:
    """Send a signal to the session's group and to each of its processes.

    The docker CLI may put its plugins in groups of their own.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(session, number)
    for pid in members(session):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def members(session: int) -> Iterator[int]:
    """Yield the processes of a session that are still alive."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            state, _, _, sid = entry.read_text(errors="replace").rpartition(")")[2].split()[:4]
            if int(sid) == session and state not in "ZX":
                yield int(entry.parent.name)
