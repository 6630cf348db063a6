"""Look at the Docker engine: containers, images, logs, events. Never changes anything.

Knows the Docker API and what its failures mean; not what is wanted, nor what follows.
"""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trueup.adapters.docker.api import API, AbsentError, Api
from trueup.adapters.docker.container_log import seconds, tail, unframed
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.inspected import ACTIONS, container_of, event_of, mark_of, subject_of
from trueup.adapters.docker.pools import room
from trueup.adapters.docker.wire import TIMEOUT, Answer, Lines
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
from trueup.model.errors import TransientError, TrueupError

TICK = 0.25
LINES = 5000


class Host:
    """What one engine shows. Safe to use from several threads."""

    def __init__(self, endpoint: Endpoint, compose: Callable[[], str] = str) -> None:
        self.endpoint = endpoint
        self.api = Api(endpoint, self._elsewhere)
        self._compose = compose

    @property
    def engine(self) -> EngineInfo:
        """The versions that the host runs."""
        version = json.loads(self.api.get("version"))["Version"]
        return EngineInfo(version, self._compose(), local=self.endpoint.local)

    def containers(self, project: str) -> tuple[Container, ...]:
        """Return every container of a project, stopped ones and strangers' included."""
        return self._labelled(f"{PROJECT}={project}")

    def owned(self) -> tuple[Container, ...]:
        """Return every container that carries our label, of whatever project."""
        return self._labelled(STACK)

    def image(self, reference: str) -> str:
        """Return the id of an image on the host; empty if it is not there."""
        return image_id(self.api, reference)

    def info(self) -> Mapping[str, Any]:
        """Return what the engine says of itself and its machine, in its own words."""
        return dict(json.loads(self.api.get("info")))

    def networks(self) -> Sequence[Mapping[str, Any]]:
        """Return every network, in the engine's own words."""
        return list(json.loads(self.api.get("networks")))

    def neighbours(self, network: str) -> Sequence[tuple[str, str]]:
        """Return project and service of each container on a network, by no more than one call."""
        listed = listed_by(self.api, "network", network)
        labels = [one.get("Labels") or {} for one in listed]
        return sorted({(one.get(PROJECT, ""), one.get(SERVICE, "")) for one in labels})

    def addresses(self) -> Addresses:
        """Return which networks there are, and how many more the engine has room for."""
        networks = self.networks()
        free, total = room(self.info(), networks)
        return Addresses(frozenset(str(one["Name"]) for one in networks), free, total)

    def limits_swap(self) -> bool:
        """Whether the kernel of the host can limit how much a container swaps."""
        return bool(self.info().get("SwapLimit"))

    def tags(self, prefix: str) -> tuple[str, ...]:
        """Return every image reference that begins with a prefix, in order."""
        images = json.loads(self.api.get("images", "json"))
        every = [tag for one in images for tag in one.get("RepoTags") or ()]
        return tuple(sorted(tag for tag in every if tag.startswith(prefix)))

    def named(self, container: str) -> Container | None:
        """Return a container by its name or id, of whatever project; None where there is none."""
        return next(self._inspected([container]), None)

    def image_said(self, image: str) -> Mapping[str, Any]:
        """Return the configuration that an image brings; empty if it is not there."""
        with suppress(AbsentError):
            return dict(json.loads(self.api.get("images", image, "json")).get("Config") or {})
        return {}

    def volume(self, name: str) -> Volume | None:
        """Return a volume of the host; None if it is not there."""
        with suppress(AbsentError):
            found = json.loads(self.api.get("volumes", name))
            options, labels = dict(found.get("Options") or {}), dict(found.get("Labels") or {})
            return Volume(name, str(found["Driver"]), options, labels)
        return None

    def logs(self, container: str, since: str = "") -> str:
        """Return the last lines that a container wrote since a time (RFC 3339).

        At most 256 KiB; both outputs in the order they came. Empty if it is gone.
        """
        with suppress(AbsentError):
            tty = json.loads(self.api.get("containers", container, "json"))["Config"]["Tty"]
            with self._sdk.asking() as client:
                return _log(client, container, since, framed=not tty)
        return ""

    def follow(
        self, stop: Callable[[], bool], begun: Callable[[], None] = lambda: None
    ) -> Iterator[HostEvent]:
        """Yield events until told to stop; return when the connection is lost.

        `begun` is called once every event from then on is told.
        """
        try:
            stream = self._events()
        except TransientError:
            return
        begun()
        seen: dict[str, Mapping[str, str]] = {}
        for message in _pumped(stream, stop):
            labels = self._labels(message, seen)
            if labels.get(PROJECT):
                yield event_of(message, labels)

    def close(self) -> None:
        """End every connection. A later question opens new ones."""
        self.api.close()
        if "_sdk" in self.__dict__:
            self._sdk.close()

    def _events(self) -> Any:
        """Return the engine's events from now on, as an iterator with a way to end it."""
        filters = {"event": list(ACTIONS)}
        if self.api.direct:
            query = {"since": str(_now()), "filters": json.dumps(filters)}
            lines = self.api.lines("events", query=query)
            return _Messages(lines)
        with self._sdk.asking() as client:
            return client.events(since=_now(), decode=True, filters=filters)

    @cached_property
    def _sdk(self) -> Any:
        from trueup.adapters.docker.sdk import Sdk

        return Sdk(self.endpoint)

    def _elsewhere(self, url: str) -> Answer:
        answer: Answer = self._sdk.get(url)
        return answer

    def _labelled(self, label: str) -> tuple[Container, ...]:
        listed = [entry["Id"] for entry in listed_by(self.api, "label", label)]
        return tuple(sorted(self._inspected(listed), key=lambda one: one.name))

    def _inspected(self, containers: Sequence[str]) -> Iterator[Container]:
        for said in self.api.each([("containers", one, "json") for one in containers]):
            if said is not None:  # it may disappear between the list and this
                yield container_of(json.loads(said), mark_of(said))

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
        with suppress(TrueupError):
            return next((one.labels for one in self._inspected([container])), {})
        return {}


def listed_by(api: Api, filter_: str, value: str) -> list[dict[str, Any]]:
    """Return the engine's list of containers by label or network, stopped ones included."""
    query = {"all": "1", "filters": json.dumps({filter_: [value]})}
    found: list[dict[str, Any]] = json.loads(api.get("containers", "json", query=query))
    return found


def image_id(api: Api, reference: str) -> str:
    """Return the id of an image on the host; empty if it is not there."""
    with suppress(AbsentError):
        return str(json.loads(api.get("images", reference, "json"))["Id"]) if reference else ""
    return ""


@dataclass(frozen=True, slots=True)
class _Messages:
    """Lines as the messages that they are, like those of the SDK."""

    lines: Lines

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return (json.loads(line) for line in self.lines)

    def close(self) -> None:
        """End it."""
        self.lines.close()


def _now() -> int:
    return int(time.time())


def _log(client: Any, container: str, since: str, *, framed: bool) -> str:
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
