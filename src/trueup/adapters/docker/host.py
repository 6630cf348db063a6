"""Look at the Docker engine: containers, images, logs, events. Never changes anything.

Knows the Docker API and what its failures mean; not what is wanted, nor what follows.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.tls import TLSConfig

from trueup.adapters.docker.container_log import seconds, tail, unframed
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.inspected import ACTIONS, container_of, event_of, subject_of
from trueup.adapters.docker.pools import room
from trueup.model.container import (
    PROJECT,
    SERVICE,
    STACK,
    Addresses,
    Container,
    EngineInfo,
    HostEvent,
    Volume,
)
from trueup.model.errors import ToolError, TransientError, TrueupError

API = "1.44"  # Docker 25, the oldest that is supported; every later engine still answers it
TIMEOUT = 30.0
TICK = 0.25
LINES = 5000


class Host:
    """What one engine shows. Safe to use from several threads."""

    def __init__(self, endpoint: Endpoint, compose: Callable[[], str] = str) -> None:
        self.endpoint = endpoint
        self._compose = compose
        self._client: docker.APIClient | None = None
        self._lock = threading.Lock()

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""
        with self._asking() as client:
            version = client.version()["Version"]
        return EngineInfo(version, self._compose(), local=self.endpoint.local)

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project, stopped ones and strangers' included."""
        return self._labelled(f"{PROJECT}={project}")

    def owned(self) -> tuple[Container, ...]:
        """Return every container that carries our label, of whatever project."""
        return self._labelled(STACK)

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""
        if not reference:
            return ""
        with self._asking() as client, suppress(NotFound):
            return str(client.inspect_image(reference)["Id"])  # type: ignore[no-untyped-call]
        return ""

    def info(self) -> Mapping[str, Any]:
        """Return what the engine says of itself and its machine, in its own words."""
        with self._asking() as client:
            return dict(client.info())

    def networks(self) -> Sequence[Mapping[str, Any]]:
        """Return every network, in the engine's own words."""
        with self._asking() as client:
            return list(client.networks())

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network, by no more than one call."""
        with self._asking() as client:
            listed = client.containers(all=True, filters={"network": [network]})
        labels = [one.get("Labels") or {} for one in listed]
        return sorted({(one.get(PROJECT, ""), one.get(SERVICE, "")) for one in labels})

    def addresses(self) -> Addresses:
        """Return which networks there are, and how many more the engine has room for."""
        networks = self.networks()
        free, total = room(self.info(), networks)
        return Addresses(frozenset(str(one["Name"]) for one in networks), free, total)

    def tags(self, prefix: str) -> tuple[str, ...]:
        """Return every image reference that begins with a prefix, in order."""
        with self._asking() as client:
            every = [tag for one in client.images() for tag in one.get("RepoTags") or ()]
        return tuple(sorted(tag for tag in every if tag.startswith(prefix)))

    def named(self, container: str) -> Container | None:
        """Return a container by its name or id, of whatever project; None where there is none."""
        with self._asking() as client:
            return _inspected(client, container)

    def image_said(self, image: str) -> Mapping[str, Any]:
        """Return the configuration that an image brings; empty if it is not there."""
        with self._asking() as client, suppress(NotFound):
            found = client.inspect_image(image)  # type: ignore[no-untyped-call]
            return dict(found.get("Config") or {})
        return {}

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""
        with self._asking() as client, suppress(NotFound):
            found = client.inspect_volume(name)
            return Volume(name, str(found["Driver"]), dict(found.get("Options") or {}))
        return None

    def logs(self, container: str, since: str = "") -> str:
        """Return the last lines that a container wrote since a time (RFC 3339).

        At most 256 KiB; both outputs in the order they came. Empty if it is gone.
        """
        with self._asking() as client, suppress(NotFound):
            tty = client.inspect_container(container)["Config"]["Tty"]
            return _log(client, container, since, framed=not tty)
        return ""

    def follow(self, stop: Callable[[], bool]) -> Iterator[HostEvent]:
        """Yield events until told to stop; return when the connection is lost."""
        try:
            with self._asking() as client:
                stream = client.events(since=_now(), decode=True, filters={"event": list(ACTIONS)})
        except TransientError:
            return
        seen: dict[str, Mapping[str, str]] = {}
        for message in _pumped(stream, stop):
            labels = self._labels(message, seen)
            if labels.get(PROJECT):
                yield event_of(message, labels)

    def close(self) -> None:
        """End every connection. A later question opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _labelled(self, label: str) -> tuple[Container, ...]:
        with self._asking() as client:
            listed = client.containers(all=True, filters={"label": [label]})
            found = [_inspected(client, entry["Id"]) for entry in listed]
        return tuple(sorted((c for c in found if c is not None), key=lambda c: c.name))

    def _labels(
        self, message: Mapping[str, Any], seen: dict[str, Mapping[str, str]]
    ) -> Mapping[str, str]:
        subject = subject_of(message)
        if message.get("Type") == "container":
            seen[subject] = message["Actor"].get("Attributes") or {}
        elif subject and subject not in seen:  # networks tell no labels of the container
            seen[subject] = self._asked_labels(subject)
        labels = seen.get(subject, {})
        if message.get("Action") == "destroy":
            seen.pop(subject, None)
        return labels

    def _asked_labels(self, container: str) -> Mapping[str, str]:
        with suppress(TrueupError), self._asking() as client:
            found = _inspected(client, container)
            return found.labels if found else {}
        return {}

    @contextmanager
    def _asking(self) -> Iterator[docker.APIClient]:
        try:
            with self._lock:
                self._client = self._client or _connect(self.endpoint)
            yield self._client
        except (DockerException, OSError) as error:  # every error of its HTTP client is an OSError
            raise _explained(error, self.endpoint) from error


def _connect(endpoint: Endpoint) -> docker.APIClient:
    tls = _tls(endpoint) if endpoint.tls else False
    client = docker.APIClient(endpoint.url, version=API, timeout=int(TIMEOUT), tls=tls)
    # Else REQUESTS_CA_BUNDLE in our environment replaces the engine's own CA.
    client.trust_env = False
    return client


def _tls(endpoint: Endpoint) -> TLSConfig:
    pair = (endpoint.cert, endpoint.key) if endpoint.cert and endpoint.key else None
    return TLSConfig(client_cert=pair, ca_cert=endpoint.ca or None, verify=endpoint.verify)


def _inspected(client: docker.APIClient, container: str) -> Container | None:
    with suppress(NotFound):  # it may disappear between the list and this
        return container_of(client.inspect_container(container))
    return None


def _explained(error: Exception, endpoint: Endpoint) -> TrueupError:
    why = str(error)
    if isinstance(error, APIError):
        kind = TransientError if error.is_server_error() else ToolError
        return kind("the Docker engine refused a request", error.explanation or why)
    if "Permission denied" in why or "PermissionError" in why:
        fix = "Add this user to the group docker (usermod -aG docker USER) and log in anew."
        return ToolError(f"{endpoint.url} may not be opened by this user", why, fix)
    if "paramiko" in why:
        return ToolError(f"{endpoint.url} needs SSH", why, "Install it with: pip install paramiko")
    fix = "Start it (systemctl start docker), or point `docker.context` at the right one."
    return TransientError(f"the Docker engine at {endpoint.url} does not answer", why, fix)


def _now() -> int:
    return int(time.time())


def _log(client: docker.APIClient, container: str, since: str, *, framed: bool) -> str:
    query = {"stdout": 1, "stderr": 1, "tail": LINES, "since": seconds(since) or None}
    url = f"{client.base_url}/v{API}/containers/{container}/logs"
    with client.get(url, params=query, stream=True, timeout=TIMEOUT) as answer:
        chunks = answer.iter_content(1 << 16)
        return tail(unframed(chunks) if framed else chunks)


def _pumped(stream: Any, stop: Callable[[], bool]) -> Iterator[Mapping[str, Any]]:
    """Yield from a blocking stream, and look up now and then whether to stop."""
    arrived: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(stream, arrived), daemon=True, name="events")
    reader.start()
    try:
        while not stop():
            with suppress(queue.Empty):
                message = arrived.get(timeout=TICK)
                if message is None:
                    return
                yield message
    finally:
        with suppress(Exception):  # a broken stream need not close well
            stream.close()


def _read(stream: Any, arrived: "queue.Queue[Mapping[str, Any] | None]") -> None:
    with suppress(Exception):  # whatever ends the stream, it is over: the caller connects anew
        for message in stream:
            arrived.put(message)
    arrived.put(None)
