"""How many more networks an engine has address ranges for. Pure.

Every network of a project takes one range out of the engine's default pools; the usual ones
hold 31. The arithmetic is the engine's own: a range that overlaps a network is passed over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, ip_network
from typing import Any

USUAL = (
    ("172.17.0.0/16", 16),
    ("172.18.0.0/16", 16),
    ("172.19.0.0/16", 16),
    ("172.20.0.0/14", 16),
    ("172.24.0.0/14", 16),
    ("172.28.0.0/14", 16),
    ("192.168.0.0/16", 20),
)
"""The engine's pools where its configuration names none; it does not tell them."""


def room(
    info: Mapping[str, Any],
    networks: Iterable[Mapping[str, Any]],
    routes: Iterable[IPv4Network] = (),
) -> tuple[int, int]:
    """Return how many ranges are free, and how many there are in all.

    `routes` are networks of the machine itself, which the engine avoids as well.
    """
    used = [*_subnets(networks), *routes]
    pools = pools_of(info)
    total = sum(1 << (size - base.prefixlen) for base, size in pools)
    taken = sum(len(_taken(base, size, used)) for base, size in pools)
    return total - taken, total


def pools_of(info: Mapping[str, Any]) -> Sequence[tuple[IPv4Network, int]]:
    """Return the IPv4 pools as base and size, those that the engine names or the usual ones."""
    said = [(one["Base"], int(one["Size"])) for one in info.get("DefaultAddressPools") or ()]
    return [(IPv4Network(base), size) for base, size in said or USUAL if ":" not in base]


def _subnets(networks: Iterable[Mapping[str, Any]]) -> Iterator[IPv4Network]:
    for one in networks:
        for said in (one.get("IPAM") or {}).get("Config") or ():
            if "." in (said.get("Subnet") or ""):
                found = ip_network(said["Subnet"], strict=False)
                if isinstance(found, IPv4Network):
                    yield found


def _taken(base: IPv4Network, size: int, used: Iterable[IPv4Network]) -> set[int]:
    """Return the numbers of a pool's ranges that overlap what is used."""
    width = 1 << (32 - size)
    first, last = int(base.network_address), int(base.broadcast_address)
    found: set[int] = set()
    for one in used:
        low = max(first, int(one.network_address))
        high = min(last, int(one.broadcast_address))
        if low <= high:
            found.update(range((low - first) // width, (high - first) // width + 1))
    return found
