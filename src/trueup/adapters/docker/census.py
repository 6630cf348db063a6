"""What the engine's answers are marked with now, without asking for each of them again.

One list of all containers serves every stack of a pass. An inspection is kept for as long
as the list shows the container as it did, no event tells of it, and it is not too old: a
list does not show everything, and events can be lost. Knows no stack, and decides nothing.
"""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from trueup.adapters.docker.api import Api
from trueup.adapters.docker.host import image_id, listed_by
from trueup.adapters.docker.inspected import mark_of
from trueup.model.container import PROJECT, SERVICE, marked, neighbouring
from trueup.model.errors import TrueupError

PASS = 0.5
"""For how many seconds one list serves everybody: about as long as one pass over all stacks."""

INSPECTED = 600.0
"""After how many seconds an inspection is repeated although nothing was heard of a change."""

TOGETHER = 64
"""How many containers are inspected at once; few enough that one stack does not wait long."""

FOUND = re.compile(r"\(.*?\)")
FAMILIAR = re.compile(r"^(?:docker\.io/)?(?:library/)?")

Shape = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Inspection:
    """The mark of an inspection that began `at`, and how the list showed the container."""

    shape: Shape
    mark: str
    at: float


class Census:
    """The marks of one engine's answers. Safe to use from several threads."""

    def __init__(self, api: Api, now: Callable[[], float] = time.monotonic) -> None:
        self._api, self._now = api, now
        self._lock = threading.Lock()
        self._listed = self._pictured = float("-inf")
        self._projects: dict[str, dict[str, Shape]] = {}
        self._networks: dict[str, set[tuple[str, str]]] = {}
        self._images: dict[str, str] = {}
        self._known: dict[str, _Inspection] = {}
        self._told_since: float | None = None

    def gather(self) -> None:
        """Ask for everything at once, so that it is known when it is asked for in a moment.

        Where the engine does not answer nothing is known, and whoever asks then is told why.
        """
        with contextlib.suppress(TrueupError), self._lock:
            self._list()
            self._picture()
            for project in self._projects:
                self._marks(project)

    def containers(self, project: str) -> str:
        """Return the mark of every container of a project together."""
        with self._lock:
            self._list()
            return marked(self._marks(project))

    def image(self, reference: str) -> str:
        """Return the id of an image, which is its own mark; empty if it is not there."""
        with self._lock:
            self._picture()
            name = FAMILIAR.sub("", reference)
            name += "" if ":" in name.rpartition("/")[2] else ":latest"
            if name not in self._images:
                self._images[name] = image_id(self._api, reference)
            return self._images[name]

    def neighbours(self, network: str) -> str:
        """Return the mark of the services of all projects on a network."""
        with self._lock:
            self._list()
            return neighbouring(self._networks.get(network, ()))

    def listening(self, *, told: bool) -> None:
        """Note that from now on every change is told by `stirred`, or no longer is."""
        with self._lock:
            self._told_since = self._now() if told else None

    def stirred(self, project: str) -> None:
        """Note that something happened to a container of a project."""
        with self._lock:
            self._listed = float("-inf")
            for container in self._projects.get(project, ()):
                self._known.pop(container, None)

    def _list(self) -> None:
        now = self._now()
        if now - self._listed <= PASS:
            return
        projects: dict[str, dict[str, Shape]] = {}
        networks: dict[str, set[tuple[str, str]]] = {}
        for entry in listed_by(self._api, "label", PROJECT):
            projects.setdefault(entry["Labels"][PROJECT], {})[entry["Id"]] = _shape(entry)
            for name in _networks(entry):
                networks.setdefault(name, set()).add(_place(entry["Labels"]))
        self._listed, self._projects, self._networks = now, projects, networks
        there = {container for found in projects.values() for container in found}
        self._known = {id_: one for id_, one in self._known.items() if id_ in there}

    def _picture(self) -> None:
        now = self._now()
        if now - self._pictured > PASS:
            listed = json.loads(self._api.get("images", "json"))
            self._pictured, self._images = now, dict(_named(listed))

    def _marks(self, project: str) -> list[str]:
        found = self._projects.get(project, {})
        if not all(self._holds(id_, shape) for id_, shape in found.items()):
            self._inspect(project)
        return [self._known[id_].mark for id_ in found]

    def _holds(self, container: str, shape: Shape) -> bool:
        known = self._known.get(container)
        if known is None or known.shape != shape:
            return False
        told = self._told_since is not None and self._told_since <= known.at
        return self._now() - known.at <= (INSPECTED if told else PASS)

    def _inspect(self, project: str) -> None:
        """Inspect what is not known of a project, and of others along with it.

        Whoever asks for one is likely to ask for the next, and many at once cost less.
        """
        others = (one for name, one in self._projects.items() if name != project)
        every = chain(self._projects[project].items(), *(one.items() for one in others))
        some = list(islice(((i, s) for i, s in every if not self._holds(i, s)), TOGETHER))
        at = self._now()
        said = self._api.each([("containers", container, "json") for container, _ in some])
        for (container, shape), answer in zip(some, said, strict=True):
            mark = "gone" if answer is None else mark_of(answer)
            self._known[container] = _Inspection(shape, mark, at)


def _shape(entry: Mapping[str, Any]) -> Shape:
    """Return what a list shows of a container and can change while it exists."""
    return (
        sorted(entry["Names"]),
        entry["ImageID"],
        entry["State"],
        FOUND.findall(entry["Status"]),
        {name: (one["EndpointID"], one["IPAddress"]) for name, one in _networks(entry).items()},
    )


def _networks(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    return (entry.get("NetworkSettings") or {}).get("Networks") or {}


def _place(labels: Mapping[str, str]) -> tuple[str, str]:
    return labels.get(PROJECT, ""), labels.get(SERVICE, "")


def _named(images: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in images:
        yield one["Id"], one["Id"]
        for name in (*(one["RepoTags"] or ()), *(one["RepoDigests"] or ())):
            yield name, one["Id"]
