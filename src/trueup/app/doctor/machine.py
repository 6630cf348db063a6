"""The machine: room on its disks and in memory, its clock, and the limits of the kernel."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from trueup.adapters import machine
from trueup.adapters.machine import Space
from trueup.app.doctor.finding import Finding, bad, doubtful, well

MEGA, GIGA = 1 << 20, 1 << 30
LITTLE, TOO_LITTLE = 2 * GIGA, 200 * MEGA
FEW, TOO_FEW = 0.05, 0.005
MEMORY = 256 * MEGA
SKEW = 2.0
FILES, WATCHES, INSTANCES = 1024, 8192, 128


def about_disk(name: str, path: Path) -> Iterator[Finding]:
    """Yield how much room there is where a path is."""
    yield from about_space(name, path, machine.space(path))


def about_space(name: str, path: Path, found: Space | None) -> Iterator[Finding]:
    """Yield what there is to say about the room that was found at a path."""
    if found is None:
        why, fix = "whether a release fits on it is not known", "Look at it with df."
        yield doubtful(f"disk of {name}", f"{path} cannot be looked at", why, fix)
        return
    yield _bytes(name, path, found)
    if found.files:
        yield _files(name, path, found)


def _bytes(name: str, path: Path, found: Space) -> Finding:
    check, what = f"disk of {name}", f"{_size(found.free)} of {_size(found.total)} free at {path}"
    why = "images, releases and status files need room; a full disk ends every change"
    fix = "Remove what is not needed (docker system df; docker image prune)."
    if found.free < TOO_LITTLE:
        return bad(check, what, why, fix)
    return doubtful(check, what, why, fix) if found.free < LITTLE else well(check, what)


def _files(name: str, path: Path, found: Space) -> Finding:
    left = found.files_free / found.files
    check, what = f"inodes of {name}", f"{found.files_free} of {found.files} free at {path}"
    why = "no file can be made without one, however much room there is"
    fix = "Remove small files that are not needed, such as old images and caches."
    if left < TOO_FEW:
        return bad(check, what, why, fix)
    return doubtful(check, what, why, fix) if left < FEW else well(check, what)


def about_memory() -> Iterator[Finding]:
    """Yield how much memory is available."""
    if (found := machine.memory()) is None:
        return
    free, total = found
    what = f"{_size(free)} of {_size(total)} available"
    if free >= MEMORY:
        yield well("memory", what)
        return
    why = "the kernel ends processes when there is none left, services among them"
    yield doubtful("memory", what, why, "Stop something, or limit services with mem_limit.")


def about_clock(now: datetime, info: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Yield whether the clock is kept right, and agrees with the engine's."""
    kept = machine.clock_is_set()
    if kept:
        yield well("clock", "kept right by the time service")
    elif kept is not None:
        why = "it may jump: certificates, tokens, waits and logs depend on it"
        fix = "Switch a time service on, for example: timedatectl set-ntp true"
        yield doubtful("clock", "nobody keeps it right", why, fix)
    if info is not None and (said := str(info.get("SystemTime") or "")):
        yield _skew(abs((now - datetime.fromisoformat(said)).total_seconds()))


def _skew(seconds: float) -> Finding:
    if seconds <= SKEW:
        return well("clock of the engine", f"within {SKEW:g}s of this one")
    why = "events, logs and restarts of containers are compared with the time here"
    fix = "Have both machines take their time from a time service."
    return doubtful("clock of the engine", f"{seconds:.0f}s off", why, fix)


def about_limits() -> Iterator[Finding]:
    """Yield the kernel's limits that folders and connections run into."""
    yield _limit(
        "open files", machine.descriptors(), FILES, "LimitNOFILE= in the service, ulimit -n"
    )
    for name, wanted in (("max_user_watches", WATCHES), ("max_user_instances", INSTANCES)):
        if (found := machine.inotify(name)) is not None:
            yield _limit(
                f"inotify {name}", found, wanted, f"sysctl fs.inotify.{name}={wanted * 4}"
            )


def _limit(name: str, found: int, wanted: int, how: str) -> Finding:
    if found >= wanted or found < 0:
        return well(name, str(found))
    why = "changes of files are then seen only every 30 s, or connections fail"
    return doubtful(name, f"{found}, wants {wanted}", why, f"Raise it: {how}")


def _size(count: int) -> str:
    return f"{count / GIGA:.1f} GB" if count >= GIGA else f"{count / MEGA:.0f} MB"
