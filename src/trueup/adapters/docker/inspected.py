"""The engine's answers as values. Pure: asks nobody."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from trueup.model.container import PROJECT, SERVICE, STACK, Container, HostEvent

ACTIONS = (
    "create",
    "destroy",
    "die",
    "health_status",
    "kill",
    "oom",
    "pause",
    "rename",
    "start",
    "stop",
    "unpause",
    "update",
    "connect",
    "disconnect",
)


# What comes and goes with every health check and every `docker exec`.
COMMANDS = re.compile(rb'"ExecIDs":(?:null|\[[^\]]*\])')
CHECKED = b'"Health":{'


def mark_of(said: bytes) -> str:
    """Return the mark of an inspection: another one whenever anything of note is another.

    That a health check or another command runs inside is not; what a check found is.
    """
    if CHECKED in said:
        found = json.loads(said)
        found["State"]["Health"] = (found["State"].get("Health") or {}).get("Status")
        said = json.dumps(found, separators=(",", ":")).encode()
    return hashlib.blake2b(COMMANDS.sub(b"", said), digest_size=12).hexdigest()


def container_of(inspect: Mapping[str, Any], mark: str = "") -> Container:
    """Return what `docker inspect` says about one container."""
    state = inspect["State"]
    return Container(
        id=inspect["Id"],
        name=inspect["Name"].removeprefix("/"),
        image_id=inspect["Image"],
        state=state["Status"],
        health=(state.get("Health") or {}).get("Status") or "none",
        exit_code=state.get("ExitCode", 0),
        restarts=inspect.get("RestartCount", 0),
        started_at=state.get("StartedAt", ""),
        labels=inspect["Config"].get("Labels") or {},
        addresses=_addresses(inspect),
        inspect=inspect,
        mark=mark,
    )


def event_of(message: Mapping[str, Any], labels: Mapping[str, str]) -> HostEvent:
    """Return an engine's event, about a container that carries these labels."""
    return HostEvent(
        action=_action(message),
        project=labels.get(PROJECT, ""),
        stack=labels.get(STACK, ""),
        service=labels.get(SERVICE, ""),
        at=message.get("timeNano", 0) / 1e9,
    )


def subject_of(message: Mapping[str, Any]) -> str:
    """Return the id of the container that an event is about."""
    actor = message.get("Actor") or {}
    if message.get("Type") == "network":
        return str((actor.get("Attributes") or {}).get("container", ""))
    return str(actor.get("ID", ""))


def _action(message: Mapping[str, Any]) -> str:
    prefix = "network " if message.get("Type") == "network" else ""
    return prefix + str(message.get("Action", ""))


def _addresses(inspect: Mapping[str, Any]) -> dict[str, str]:
    networks = (inspect.get("NetworkSettings") or {}).get("Networks") or {}
    return {
        name: address
        for name, network in networks.items()
        if (address := network.get("IPAddress") or network.get("GlobalIPv6Address"))
    }
