"""Whether there are address ranges for the networks of more stacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from trueup.adapters import machine
from trueup.adapters.docker.pools import room
from trueup.app.doctor.finding import Finding, bad, doubtful, well

FEW = 5
FIX = (
    "Remove networks that nobody uses (docker network prune), give the engine more "
    "default-address-pools, or let stacks share a network; see docs/operating.md."
)


def about_networks(
    info: Mapping[str, Any], networks: Sequence[Mapping[str, Any]], *, local: bool
) -> Finding:
    """Return how many more networks there can be. Routes are those of this machine only."""
    free, total = room(info, networks, tuple(machine.routes()) if local else ())
    what = f"room for {free} more networks of {total}; there are {len(networks)}"
    why = "every stack takes a network of its own, and none can be made without a range"
    if free == 0:
        return bad("address pools", what, why, FIX)
    return (
        doubtful("address pools", what, why, FIX) if free <= FEW else well("address pools", what)
    )
