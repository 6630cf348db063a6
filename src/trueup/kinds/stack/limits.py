"""What a container may use of the machine: what its service says, and what it was given. Pure.

Everything that `docker update` can change, in the words of compose. Knows no reasons for a
plan and no policy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trueup.model.container import Container

NOTHING = frozenset({None, 0, -1, ""})
UNLIMITED = -1
PERIOD = 100_000
"""The kernel's period where none is given, in microseconds."""

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `field` is what a document ignores it by; `name` is what it is called.

    One that is `optional` is left out, or -1, where the kernel of a machine cannot do it,
    and a new container would not have it either. By hand such a limit can be set, not taken
    away (but for swap, where -1 is both: see `as_far_as_possible`).
    """

    field: str
    name: str
    wanted: int | str
    found: int | str
    optional: bool = False

    @property
    def holds(self) -> bool:
        """Whether the container has it as it is wanted."""
        if self.wanted in NOTHING or (self.optional and self.found in NOTHING):
            return self.found in NOTHING
        return self.wanted == self.found


PLAIN = (
    ("memory", "mem_swappiness", "MemorySwappiness"),
    ("cpus", "cpu_shares", "CpuShares"),
    ("cpus", "cpu_rt_period", "CpuRealtimePeriod"),
    ("cpus", "cpu_rt_runtime", "CpuRealtimeRuntime"),
)
"""Numbers that compose hands on as they are: our field, compose's word, the engine's."""


def limits_of(model: Said, host: Said) -> Iterator[Limit]:
    """Return each limit of a service's model and of an inspection's `HostConfig`."""
    resources = (model.get("deploy") or {}).get("resources") or {}
    most, least = resources.get("limits") or {}, resources.get("reservations") or {}
    yield from _memory(model, host, most, least)
    yield from _processors(model, host, most)
    pids = _number(model.get("pids_limit") or most.get("pids"))
    yield Limit("pids", "pids", pids, _number(host.get("PidsLimit")))
    for field, word, theirs in PLAIN:
        wanted, found = _number(model.get(word)), _number(host.get(theirs))
        yield Limit(field, word, wanted, found, optional=True)
    weight = _number((model.get("blkio_config") or {}).get("weight"))
    yield Limit("blkio", "blkio weight", weight, _number(host.get("BlkioWeight")), optional=True)


def _memory(model: Said, host: Said, most: Said, least: Said) -> Iterator[Limit]:
    """Memory; with swap it is twice as much where only memory is limited."""
    memory = _number(model.get("mem_limit") or most.get("memory"))
    yield Limit("memory", "memory", memory, _number(host.get("Memory")))
    reserved = _number(model.get("mem_reservation") or least.get("memory"))
    found = _number(host.get("MemoryReservation"))
    yield Limit("memory", "mem_reservation", reserved, found, optional=True)
    swap = _number(model.get("memswap_limit")) or 2 * memory
    found = _number(host.get("MemorySwap"))
    yield Limit("memory", "memswap_limit", swap, found, optional=found != UNLIMITED)


def as_far_as_possible(
    containers: Sequence[Container], swaps: Callable[[], bool]
) -> tuple[Container, ...]:
    """Return containers without what a kernel makes of a limit of swap that it cannot do.

    The engine says -1 then, which a person may have said as well. `swaps` tells whether its
    kernel limits swap, and is only asked where that matters.
    """
    if not any(_swaps_freely(one) for one in containers) or swaps():
        return tuple(containers)
    return tuple(_unsaid(one) if _swaps_freely(one) else one for one in containers)


def _swaps_freely(container: Container) -> bool:
    host = container.inspect.get("HostConfig") or {}
    return bool(host.get("Memory")) and host.get("MemorySwap") == UNLIMITED


def _unsaid(container: Container) -> Container:
    host = {**container.inspect["HostConfig"], "MemorySwap": None}
    return replace(container, inspect={**container.inspect, "HostConfig": host})


def _processors(model: Said, host: Said, most: Said) -> Iterator[Limit]:
    nano = round(float(model.get("cpus") or most.get("cpus") or 0) * 1e9)
    quota, period = _number(model.get("cpu_quota")), _number(model.get("cpu_period"))
    theirs = _number(host.get("CpuQuota")), _number(host.get("CpuPeriod"))
    found = _number(host.get("NanoCpus")) or _share(*theirs)
    yield Limit("cpus", "cpus", nano or _share(quota, period), found)
    if {period or PERIOD, theirs[1] or PERIOD} != {PERIOD}:
        yield Limit("cpus", "cpu_period", period, theirs[1], optional=True)
    for word, theirs_ in (("cpuset", "CpusetCpus"), ("cpuset_mems", "CpusetMems")):
        wanted, has = str(model.get(word) or ""), str(host.get(theirs_) or "")
        yield Limit("cpus", word, wanted, has, optional=True)


def _share(quota: int, period: int) -> int:
    """CPU limits set as quota and period (`docker update --cpu-quota`), as nano CPUs."""
    return quota * 1_000_000_000 // (period or PERIOD) if quota > 0 else 0


def _number(said: Any) -> int:
    return int(said or 0)
