"""Errors and words that say: something has run out, for now.

They must never be mistaken for "it is not there": a file that cannot be opened because
this process has no file descriptors left is no reason to deploy anything.
"""

import errno
import re

from trueup.model.errors import TransientError

RUN_OUT = {
    errno.EMFILE: "Raise the limit of open files of this process (ulimit -n, LimitNOFILE).",
    errno.ENFILE: "Raise the limit of open files of this machine (fs.file-max).",
    errno.ENOSPC: "Free space or inodes on that file system.",
    errno.EDQUOT: "Raise the disk quota, or free space.",
    errno.EROFS: "Look at why that file system became read-only, and mount it writable.",
    errno.ENOMEM: "Free memory, or raise the memory limit of this process.",
    errno.EAGAIN: "Raise the limit of processes (ulimit -u, TasksMax), or free memory.",
    errno.EIO: "Look at the disk: the kernel's log says what failed.",
    errno.ESTALE: "Look at the file server.",
}
THREADS = "can't start new thread"
# Whoever says this has nothing else in mind.
PLAIN_WORDS = r"no space left on device|disk quota exceeded|cannot allocate memory"
WORDS = re.compile(
    rf"{PLAIN_WORDS}|too many open files|read-only file system|resource temporarily unavailable",
    re.IGNORECASE,
)


def run_out(why: str) -> str:
    """Return what a tool says of itself has run out; empty for nothing."""
    found = WORDS.search(why)
    return found[0] if found else ""


def shortage(error: BaseException, what: str = "") -> TransientError | None:
    """Return what to tell a person where an error means that something has run out.

    Args:
        error: any error; None is returned for one that means something else.
        what: what could not be done; the file of the error where it is empty.
    """
    if isinstance(error, MemoryError):
        return _told(what or "not enough memory", "", RUN_OUT[errno.ENOMEM])
    if isinstance(error, RuntimeError) and THREADS in str(error):
        return _told(what or "no more threads", str(error), RUN_OUT[errno.EAGAIN])
    if isinstance(error, OSError) and error.errno in RUN_OUT:
        place = what or f"{error.filename or 'a file'} could not be used"
        return _told(place, error.strerror or "", RUN_OUT[error.errno])
    return None


def refuse_shortage(error: BaseException, what: str = "") -> None:
    """Go on where an error means that something is absent or closed to us.

    Raises:
        TransientError: it means that something has run out.
    """
    if (found := shortage(error, what)) is not None:
        raise found from error


def _told(what: str, why: str, fix: str) -> TransientError:
    return TransientError(what, why, f"{fix} It is tried again.")
