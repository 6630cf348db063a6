"""The Docker engine as a test sees it: only what carries the prefix of one test."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, NotFound

PROJECT = "com.docker.compose.project"
ADOPTER = "trueup.adopter"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"
JSON = ("--format", "{{json .}}")
QUIET = ("exec_", "health_status")
"""Events that change nothing."""
ROUNDS = 5
"""What a program began just before it was killed may come into being a moment later."""


class Engine:
    """Looks at, pokes and clears away what belongs to projects with one prefix.

    `address` is what DOCKER_HOST has to be; empty for the machine's own engine.
    """

    def __init__(self, prefix: str, address: str = "") -> None:
        self.prefix, self.address = prefix, address
        self.api = docker.APIClient(address or None, timeout=60)

    def cli(self, *arguments: str, timeout: float = 60.0, check: bool = True) -> str:
        """Run the docker command line, as a person would."""
        done = subprocess.run(
            ["docker", *arguments],  # noqa: S607 - the one on PATH, as a person types it
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, **({"DOCKER_HOST": self.address} if self.address else {})},
        )
        assert not check or done.returncode == 0, f"docker {arguments}: {done.stderr}"
        return done.stdout

    @property
    def gateway(self) -> str:
        """The address of this machine on the network that images are built in."""
        network = self.api.inspect_network("bridge")
        return str(network["IPAM"]["Config"][0]["Gateway"])

    def containers(self, project: str = "") -> list[dict[str, Any]]:
        """Return every container (inspected, oldest name first) of a project, or of all."""
        found = []
        for one in self.api.containers(all=True, filters={"label": PROJECT}):
            if self._mine(one["Labels"], project):
                with suppress(NotFound):
                    found.append(self.api.inspect_container(one["Id"]))
        return sorted(found, key=lambda one: str(one["Name"]))

    def networks(self, project: str = "") -> list[str]:
        """Return the names of networks."""
        found = self.api.networks(filters={"label": PROJECT})
        return sorted(one["Name"] for one in found if self._mine(one["Labels"], project))

    def volumes(self, project: str = "") -> list[str]:
        """Return the names of volumes."""
        found = self.api.volumes(filters={"label": PROJECT})["Volumes"] or []
        return sorted(one["Name"] for one in found if self._mine(one["Labels"], project))

    def markers(self) -> list[str]:
        """Return the names of volumes that say who took a project over."""
        found = self.api.volumes(filters={"label": ADOPTER})["Volumes"] or []
        return sorted(one["Name"] for one in found if self.prefix in one["Name"])

    def images(self) -> list[str]:
        """Return the references of images made for this test."""
        tags = {tag for one in self.api.images() for tag in one["RepoTags"] or ()}
        return sorted(tag for tag in tags if f"/{tag}".count(f"/{self.prefix}"))

    def mutations(self, since: float) -> list[str]:
        """Return what was done to containers, networks and volumes since a time."""
        until = time.time() + 0.1
        events = self.cli("events", "--since", f"{since:.3f}", "--until", f"{until:.3f}", *JSON)
        return [
            f"{one['Type']} {one['Action']} {_names(one)}"
            for one in map(json.loads, events.splitlines())
            if self.prefix in json.dumps(one) and not one["Action"].startswith(QUIET)
        ]

    def inside(self, container: str, *command: str) -> str:
        """Run a command in a container; return what it prints."""
        return self.cli("exec", container, *command)

    def clear(self) -> None:
        """Remove every container, network, volume and image with the prefix."""
        for _ in range(ROUNDS):
            for pid in processes(self.prefix):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._clear()
            if not (self.containers() or self.networks() or self.volumes() or self.images()):
                return

    def _clear(self) -> None:
        for container in self._everything():
            with suppress(APIError):
                self.api.remove_container(container, force=True, v=True)
        for network in self.networks():
            with suppress(APIError):
                self.api.remove_network(network)
        for volume in self.volumes():
            with suppress(APIError):
                self.api.remove_volume(volume, force=True)
        for marker in self.markers():
            with suppress(APIError):
                self.api.remove_volume(marker, force=True)
        for image in self.images():
            with suppress(APIError):
                self.api.remove_image(image)

    def close(self) -> None:
        """Close the connection."""
        self.api.close()

    def _everything(self) -> Iterator[str]:
        for one in self.api.containers(all=True):
            named = any(self.prefix in name for name in one["Names"])
            if named or self._mine(one["Labels"], ""):
                yield one["Id"]

    def _mine(self, labels: Mapping[str, str] | None, project: str) -> bool:
        found = (labels or {}).get(PROJECT, "")
        return found == project if project else found.startswith(self.prefix)


def service_of(container: Mapping[str, Any]) -> str:
    """Return the compose service of an inspected container."""
    return str(container["Config"]["Labels"].get(SERVICE, ""))


def name_of(container: Mapping[str, Any]) -> str:
    """Return the name of an inspected container."""
    return str(container["Name"]).lstrip("/")


def _names(event: Mapping[str, Any]) -> str:
    attributes = event["Actor"]["Attributes"]
    return str(attributes.get("name") or event["Actor"]["ID"][:12])


def arguments(pid: int) -> str:
    """Return how a process was called; empty for one that is gone."""
    with suppress(OSError):
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
        return said.replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def processes(word: str) -> Iterator[int]:
    """Yield processes that have a word among their arguments, such as a test's prefix."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        pid = int(path.parent.name)
        with suppress(OSError):
            if pid != os.getpid() and word.encode() in path.read_bytes():
                yield pid
