"""The engine: its age, and what of it matters for services that must not stop. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trueup.app.doctor.finding import Finding, bad, doubtful, well

OLDEST = (25,)
GOOD_STORAGE = frozenset({"overlay2", "overlayfs", "btrfs", "zfs", "fuse-overlayfs"})
NUMBER = re.compile(r"\d+")
DAEMON = "/etc/docker/daemon.json"


def version_of(text: str) -> tuple[int, ...]:
    """Return the numbers of a version as far as they go: 26.1.5+dfsg1 is (26, 1, 5)."""
    plain = re.split(r"[^0-9.]", text.removeprefix("v"), maxsplit=1)[0]
    return tuple(int(one) for one in NUMBER.findall(plain))


def about_engine(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what there is to say about an engine that answers."""
    yield _age(str(info.get("ServerVersion", "")))
    yield _storage(str(info.get("Driver", "")))
    yield _cgroups(str(info.get("CgroupVersion", "")))
    yield _survival(restored=bool(info.get("LiveRestoreEnabled")))
    yield _rights(list(info.get("SecurityOptions") or ()))
    for warning in info.get("Warnings") or ():
        yield doubtful("engine warning", str(warning), "the engine says so itself", "")


def _age(said: str) -> Finding:
    if version_of(said) >= OLDEST:
        return well("engine", f"Docker {said}")
    why = "what Trueup asks of the engine came with Docker 25"
    return bad("engine", f"Docker {said} is too old", why, "Upgrade Docker.")


def _storage(driver: str) -> Finding:
    if driver in GOOD_STORAGE:
        return well("storage driver", driver)
    why = "every container has a full copy of its image, or the driver is no longer maintained"
    fix = f'Use "storage-driver": "overlay2" in {DAEMON}; images and containers are made anew.'
    return doubtful("storage driver", driver or "not known", why, fix)


def _cgroups(version: str) -> Finding:
    if version == "2":
        return well("cgroups", "version 2")
    why = "limits work, but coming versions of Docker and systemd end support for version 1"
    return doubtful(
        "cgroups",
        f"version {version}",
        why,
        "Start the kernel with systemd.unified_cgroup_hierarchy=1.",
    )


def _survival(*, restored: bool) -> Finding:
    if restored:
        return well("live-restore", "containers run on while the engine restarts")
    why = "every service stops whenever the engine is restarted or upgraded"
    fix = f'Set "live-restore": true in {DAEMON}, then systemctl reload docker.'
    return doubtful("live-restore", "off", why, fix)


def _rights(options: list[str]) -> Finding:
    if any("name=rootless" in one for one in options):
        why = "ports below 1024 and limits need extra settings there"
        fix = "See https://docs.docker.com/engine/security/rootless/ for both."
        return doubtful("rootless", "the engine runs without root", why, fix)
    return well("rootless", "no: the engine runs as root")
