"""Whether the host has address ranges for the networks that a stack still lacks. Pure.

A network that cannot be made fails a deploy half-way, so it is asked for before.
"""

from collections.abc import Iterator, Sequence

from trueup.kinds.stack.target import Target
from trueup.model.container import Addresses, Container

FIX = (
    "Remove networks that nobody uses (docker network prune), give the engine more "
    "default-address-pools, or let stacks share a network; see docs/operating.md"
)


def lacking(target: Target, containers: Sequence[Container]) -> tuple[str, ...]:
    """Return the networks that compose will have to make, unless they are there unused."""
    joined = {
        name
        for one in containers
        for name in (one.inspect.get("NetworkSettings") or {}).get("Networks") or ()
    }
    return tuple(sorted(set(_made(target)) - joined))


def crowded(names: Sequence[str], addresses: Addresses) -> str:
    """Return why networks cannot be made; empty where they can be."""
    new = [name for name in names if name not in addresses.networks]
    if len(new) <= addresses.free:
        return ""
    what = f"no address range is left for network {new[addresses.free]}"
    return f"{what}: all {addresses.total} of the engine are taken. {FIX}"


def _made(target: Target) -> Iterator[str]:
    """Yield the networks that are made with an address range of the engine's choice."""
    models = (target.bundle.compose.get("networks") or {}) if target.bundle else {}
    for service in target.services.values():
        for name in (
            () if service.model.get("network_mode") else service.model.get("networks") or ()
        ):
            said = models.get(name) or {}
            given = (said.get("ipam") or {}).get("config")
            usual = said.get("driver") in {None, "", "bridge", "default"}
            if usual and not said.get("external") and not given:
                yield target.networks.get(name, f"{target.project}_{name}")
