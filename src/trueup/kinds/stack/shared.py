"""One network that stacks of a host share, in place of a default network for each. Pure.

Every network takes an address range of the engine's, and there are about thirty. On a shared
network a service's name leads to every service of that name, whichever project it is of; so
two projects may not both have it there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from trueup.kinds.stack.spec import StackSpec
from trueup.kinds.stack.target import Target

DEFAULT = "default"
USUAL_NAME = "trueup"
"""The name of the shared network where a stack asks for one and the host has named none."""

Neighbours = Sequence[tuple[str, str]]
"""The project and the service of each container on a network."""


def network_of(spec: StackSpec, configured: str) -> str:
    """Return the shared network that a stack uses; empty where it has its own."""
    asked = spec.network or ("shared" if configured else "own")
    return (configured or USUAL_NAME) if asked == "shared" else ""


def shared(compose: Mapping[str, Any], network: str) -> Mapping[str, Any]:
    """Return a project whose default network is the shared one, unless it describes its own."""
    said = (compose.get("networks") or {}).get(DEFAULT)
    if not network or said is None or not _plain(said, str(compose.get("name", ""))):
        return compose
    networks = {**compose["networks"], DEFAULT: {"name": network, "external": True}}
    return {**compose, "networks": networks}


def uses(compose: Mapping[str, Any], network: str) -> bool:
    """Whether a project was given the shared network."""
    said = (compose.get("networks") or {}).get(DEFAULT) or {}
    return bool(network) and said == {"name": network, "external": True}


def _plain(said: Mapping[str, Any], project: str) -> bool:
    """Whether a network is as compose makes it by itself."""
    more = {field for field, value in said.items() if value} - {"name"}
    return not more and said.get("name", "") in {"", f"{project}_{DEFAULT}"}


def joining(target: Target | None, network: str) -> frozenset[str]:
    """Return the services of a target that are on the shared network."""
    if target is None or not network:
        return frozenset()
    return frozenset(
        name
        for name, one in target.services.items()
        if any(target.networks.get(key) == network for key in one.model.get("networks") or ())
    )


def names_on(target: Target, network: str) -> tuple[str, ...]:
    """Return what no other stack may have on the shared network, in words."""
    services = sorted(joining(target, network))
    return tuple(f"service {one} on the shared network {network}" for one in services)


def clash(target: Target, verified: Target | None, network: str, neighbours: Neighbours) -> str:
    """Return which name another project has on the shared network already; empty for none.

    What was verified there had its name first, whoever has come since.
    """
    mine = joining(target, network) - joining(verified, network)
    for project, service in sorted(neighbours):
        if service in mine and project != target.project:
            return (
                f"service {service} is on the shared network {network} in project {project} "
                "already, and its name would lead to both; rename the service, or set "
                "spec.network: own"
            )
    return ""
