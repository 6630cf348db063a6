"""Where a service is, and whether this process can talk to it there.

A container on a bridge of this machine can be asked directly. On an isolated network, on
another machine, or when this process itself lives in a container, an address such as
172.20.0.2 may lead to a stranger, so it is not tried.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.model.container import Container

LOOPBACK = "127.0.0.1"
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


@dataclass(frozen=True, slots=True)
class Place:
    """One replica of a service, and its address. `direct` says that it is tried from here."""

    container: str
    name: str
    address: str
    direct: bool


def replicas(every: Sequence[Container], name: str) -> tuple[Container, ...]:
    """Return the running containers that a host name of the project stands for."""
    return tuple(
        one
        for one in every
        if name in {one.service, one.name} and one.state == "running" and not one.oneoff
    )


def place_of(container: Container, every: Sequence[Container], *, local: bool) -> Place:
    """Return where a container is; one that shares a network namespace is where that is."""
    owner = _owner(container, every)
    mode = str((owner.inspect.get("HostConfig") or {}).get("NetworkMode", ""))
    if mode == "host":
        return Place(owner.id, container.name, LOOPBACK, local and on_the_host(every))
    networks = (owner.inspect.get("NetworkSettings") or {}).get("Networks") or {}
    found = [
        (address, local and _is_next_door(address, networks.get(network) or {}))
        for network, address in sorted(owner.addresses.items())
    ]
    found.sort(key=lambda one: not one[1])
    address, direct = found[0] if found else (LOOPBACK, False)
    return Place(owner.id, container.name, address, direct)


def on_the_host(every: Sequence[Container]) -> bool:
    """Whether this process shares the network of the engine's machine, and so its loopback."""
    if not any(Path(mark).exists() for mark in CONTAINER_MARKS):
        return True
    gateways = {
        str(network.get("Gateway") or "")
        for one in every
        for network in ((one.inspect.get("NetworkSettings") or {}).get("Networks") or {}).values()
    }
    return any(_is_ours(address) for address in gateways - {""})


def _is_ours(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _owner(container: Container, every: Sequence[Container]) -> Container:
    mode = str((container.inspect.get("HostConfig") or {}).get("NetworkMode", ""))
    kind, _, other = mode.partition(":")
    if kind != "container":
        return container
    return next((one for one in every if other in {one.id, one.name}), container)


def _is_next_door(address: str, network: Mapping[str, Any]) -> bool:
    """Whether packets to the address would leave from an address in its own subnet."""
    six = ":" in address
    prefix = network.get("GlobalIPv6PrefixLen" if six else "IPPrefixLen") or 0
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))  # chooses a route; nothing is sent
        except OSError:
            return False
        ours = ipaddress.ip_address(probe.getsockname()[0].partition("%")[0])
    return ours in ipaddress.ip_network(f"{address}/{prefix}", strict=False) and bool(prefix)
