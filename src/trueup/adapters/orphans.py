"""Programs that outlive a Trueup that was killed, and how the next one ends them.

They are known by a variable in their environment. Knows nothing of what they work on.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OWNER = "TRUEUP_OWNER"
GONE = 2.0  # for killed processes to be gone


def disown(mark: str) -> int:
    """End what was started under a mark, and start everything under it from now on.

    Only for whoever alone may have the mark. Two programs that work on one project would be
    in each other's way. Returns how many were ended.
    """
    os.environ[OWNER] = mark
    left = {pid for pid in _marked(mark) if pid != os.getpid()}
    for pid in left:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + GONE
    while any(_alive(pid) for pid in left) and time.monotonic() < end:
        time.sleep(0.01)
    return len(left)


def _marked(mark: str) -> Iterator[int]:
    variable = f"{OWNER}={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if variable in entry.read_bytes().split(b"\0"):
                yield int(entry.parent.name)


def _alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        return stat.rpartition(")")[2].split()[0] not in "ZX"
    return False
