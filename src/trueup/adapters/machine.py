"""What this machine has left: disk, memory, descriptors, watches, and whether its clock is set."""

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

TIMEX = 256  # bytes; more than the kernel's struct timex has
UNSYNCHRONISED = 5
DEFAULT_ROUTE = 0
ROUTE_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Space:
    """What is left on a file system, in bytes and in files; no files where it counts none."""

    free: int
    total: int
    files_free: int
    files: int


def space(path: Path) -> Space | None:
    """Return what is left where a path is, or would be; None where that is not known."""
    with suppress(OSError):
        found = os.statvfs(existing(path))
        size = found.f_frsize
        return Space(found.f_bavail * size, found.f_blocks * size, found.f_favail, found.f_files)
    return None


def existing(path: Path) -> Path:
    """Return the path itself, or the nearest folder above it that there is."""
    return next((one for one in (path, *path.parents) if one.exists()), Path("/"))


def writable(path: Path) -> bool:
    """Whether this process may make files where a path is, or would be."""
    return os.access(existing(path), os.W_OK | os.X_OK)


def file_system(path: Path) -> str:
    """Return the type of the file system that a path is on; empty where that is not known."""
    best, kind = "", ""
    with suppress(OSError):
        place = str(existing(path).resolve())
        for line in Path("/proc/mounts").read_text().splitlines():
            _, where, named, *_ = line.split()
            inside = place == where or place.startswith(where.rstrip("/") + "/")
            if inside and len(where) >= len(best):
                best, kind = where, named
    return kind


def memory() -> tuple[int, int] | None:
    """Return the available and the total memory in bytes."""
    with suppress(OSError, ValueError, KeyError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        said = {line.partition(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        return said["MemAvailable"], said["MemTotal"]
    return None


def descriptors() -> int:
    """Return how many files this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def inotify(name: str) -> int | None:
    """Return a limit of the kernel on watching files, such as max_user_watches."""
    with suppress(OSError, ValueError):
        return int(Path("/proc/sys/fs/inotify", name).read_text())
    return None


def clock_is_set() -> bool | None:
    """Return whether the kernel's clock is kept right by somebody; None where it does not say."""
    with suppress(OSError, AttributeError):
        answer = ctypes.create_string_buffer(TIMEX)
        state = ctypes.CDLL(None, use_errno=True).adjtimex(answer)
        return None if state < 0 else state != UNSYNCHRONISED
    return None


def routes() -> Iterator[IPv4Network]:
    """Yield the networks that this machine has routes to, but for the default route."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/net/route").read_text().splitlines()[1:]:
            words = line.split()
            if len(words) < ROUTE_FIELDS or int(words[7], 16) == DEFAULT_ROUTE:
                continue
            address, mask = (bytes.fromhex(words[n])[::-1] for n in (1, 7))
            yield IPv4Network((address, int.from_bytes(mask).bit_count()), strict=False)
