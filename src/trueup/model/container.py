"""What one look at the Docker host shows."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONEOFF = "com.docker.compose.oneoff"
STACK = "trueup.stack"
SOURCE = "trueup.source"
DIGEST = "trueup.digest"
SALT = "trueup.salt"
ADOPTER = "trueup.adopter"
PREVIEW = "trueup.preview"
"""Says of which stack a container is a preview; its stack is the Run that looks at it."""

ADOPTED = "trueup.adopted"
"""Marks what was taken over as it ran. Never on the container itself: it stays untouched."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container as `docker inspect` shows it.

    `state` is one of created, running, paused, restarting, removing, exited, dead;
    `health` one of none, starting, healthy, unhealthy. `inspect` is the engine's own
    answer, read by the drift comparison field by field, and `mark` a text that is another
    one whenever that answer is.
    """

    id: str
    name: str
    image_id: str
    state: str
    health: str = "none"
    exit_code: int = 0
    restarts: int = 0
    started_at: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    inspect: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""

    @property
    def service(self) -> str:
        """The compose service that the container belongs to; empty for none."""
        return self.labels.get(SERVICE, "")

    @property
    def kept_up(self) -> bool:
        """Whether the engine starts it again whenever it ends by itself."""
        policy = (self.inspect.get("HostConfig") or {}).get("RestartPolicy") or {}
        return policy.get("Name") in {"always", "unless-stopped"}

    @property
    def unstartable(self) -> str:
        """Why the engine could not start it, in its words; empty where it could."""
        return str((self.inspect.get("State") or {}).get("Error") or "")

    @property
    def oneoff(self) -> bool:
        """Whether it was made by `docker compose run`, and so is nobody's replica."""
        return self.labels.get(ONEOFF, "False") == "True"


def marked(marks: Iterable[str]) -> str:
    """Return one mark for the containers of a project; it is never empty."""
    return hashlib.blake2b(" ".join(sorted(marks)).encode(), digest_size=12).hexdigest()


def neighbouring(found: Iterable[tuple[str, str]]) -> str:
    """Return one mark for the services, by project and name, that are on one network.

    Containers of no project have no service and do not count.
    """
    return marked(f"{project}/{service}" for project, service in set(found) if project)


@dataclass(frozen=True, slots=True)
class HostEvent:
    """Something happened to a container: only a hint to look again.

    `action` is Docker's word for it: die, oom, health_status: unhealthy, pause, …
    """

    action: str
    project: str
    stack: str
    service: str
    at: float


@dataclass(frozen=True, slots=True)
class Addresses:
    """The networks that a host has, and the address ranges that are left for more."""

    networks: frozenset[str]
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume that is on the host: what it was made with, which nothing can change later."""

    name: str
    driver: str
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def marker_of(project: str) -> str:
    """Return the volume that says who took over what runs of a project.

    Its containers cannot: they stay as they are. A volume is made by one only, and what prunes
    volumes leaves those with a name, unless told otherwise; its label `ADOPTER` is the owner.
    """
    return f"trueup-adopted-{project}"


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """The versions that a host runs, and whether it is this machine's."""

    engine: str
    compose: str
    local: bool
