"""Hints that something may have happened: files, Docker's events, requests of a person.

Each one only asks for a look. A hint that is lost is made good by the next look. Whatever
fails here is told once and tried again: a request of a person is heard in the end.
"""

import threading
from collections.abc import Callable
from functools import partial

from trueup.app.hearing import Hearing
from trueup.app.site import Site
from trueup.engine.loop import Loop
from trueup.model.container import HostEvent
from trueup.model.key import Key, parse_key

REQUESTS = 0.5
REPOSITORIES = 5.0
RECONNECT = 5.0
SETTLE = 0.3


class Hints:
    """The threads that listen."""

    def __init__(self, site: Site, loop: Loop, stop: threading.Event) -> None:
        self._site, self._loop, self._stop = site, loop, stop
        self._ends: list[Callable[[], None]] = []
        self._stamps = site.controls.stamps()
        self._confirmed: dict[str, float] = {}
        self._decided = site.decisions.stamps()
        self._known: dict[str, str] = {}

    def start(self, *, watch: bool) -> None:
        """Start listening; without `watch` nothing is listened to."""
        if not watch:
            return
        listeners = {
            "requests": self._requests,
            "docker-events": self._docker,
            "repositories": self._repositories,
        }
        for name, target in listeners.items():
            threading.Thread(target=target, name=name, daemon=True).start()
        for followed in self._site.sources.values():
            self._watch(followed.name, followed.poke)

    def stop(self) -> None:
        """Stop listening."""
        for end in self._ends:
            end()

    def _watch(self, name: str, poke: Callable[[], None]) -> None:
        """Let a directory's file events wake its source."""
        one = self._site.settings.source(name)
        if one.directory is None:
            return
        from trueup.adapters.disk.watcher import Watcher

        ignored = (self._site.state, self._site.answers.directory(name))
        watcher = Watcher(one.directory, poke, ignored=ignored)
        watcher.start()
        self._ends.append(watcher.stop)

    def _requests(self) -> None:
        after = "Requests of people are heard once that is over."
        hearing = Hearing(self._site.emit, "requests-unheard", after)
        while not self._stop.wait(REQUESTS):
            hearing.attempt(self._hear_people)

    def _hear_people(self) -> None:
        self._hear_requests()
        self._hear_confirmations()
        self._hear_decisions()

    def _hear_requests(self) -> None:
        stamps = self._site.controls.stamps()
        for key, stamp in stamps.items():
            if self._stamps.get(key) != stamp:
                self._asked(key)
        self._stamps = stamps

    def _hear_decisions(self) -> None:
        """Have a resource looked at about whose plan a person has decided."""
        stamps = self._site.decisions.stamps()
        for key, stamp in stamps.items():
            if self._decided.get(key) != stamp:
                self._loop.enqueue(key)
        self._decided = stamps

    def _hear_confirmations(self) -> None:
        """Have a source looked at for which a person has confirmed a removal."""
        stamps = self._site.departures.stamps()
        for name in stamps.keys() & self._site.sources.keys():
            if self._confirmed.get(name) != stamps[name]:
                self._site.sources[name].poke()
        self._confirmed = stamps

    def _asked(self, key: Key) -> None:
        """Wake a key that somebody asked about, after a look at what its source says now."""
        if self._site.controls.read(key).suspended:
            self._heed(key)
            return
        threading.Thread(target=self._look_first, args=(key,), name="asked", daemon=True).start()

    def _look_first(self, key: Key) -> None:
        after = "What was last read stays in force."
        hearing = Hearing(self._site.emit, "source-failed", after, key)
        hearing.attempt(partial(self._look, key))
        while not hearing.attempt(partial(self._heed, key)) and not self._stop.wait(REQUESTS):
            pass

    def _look(self, key: Key) -> None:
        resource = self._site.wishes[key]
        if resource is not None:
            self._site.sources[resource.source].look(poked=True)

    def _heed(self, key: Key) -> None:
        self._site.controls.heed(key)
        self._loop.enqueue(key, news=True)

    def _repositories(self) -> None:
        """Notice commits in repositories that are no sources but that stacks name."""
        after = f"Will look again in {REPOSITORIES:g} seconds."
        hearing = Hearing(self._site.emit, "repositories-unheard", after)
        while not self._stop.wait(REPOSITORIES):
            hearing.attempt(self._hear_repositories)

    def _hear_repositories(self) -> None:
        known, found = self._known, self._site.trees.others()
        if any(known.get(name, revision) != revision for name, revision in found.items()):
            for key in self._site.wishes.every():
                self._loop.enqueue(key, news=True)
        self._known = dict(found)

    def _docker(self) -> None:
        """Follow Docker's events, for ever; after a gap everything is looked at."""
        after = f"Will listen again in {RECONNECT:g} seconds."
        hearing = Hearing(self._site.emit, "events-lost", after)
        while not self._stop.is_set():
            hearing.attempt(partial(self._hear_docker, hearing))
            self._site.docker.census.listening(told=False)
            if not self._stop.wait(RECONNECT):
                for key in self._site.wishes.every():
                    self._loop.enqueue(key)

    def _hear_docker(self, hearing: Hearing) -> None:
        def begun() -> None:
            self._site.docker.census.listening(told=True)
            hearing.works()

        for event in self._site.docker.host.follow(self._stop.is_set, begun):
            self._site.docker.census.stirred(event.project)
            self._hint(event)

    def _hint(self, event: HostEvent) -> None:
        key = self._key(event)
        if key is not None:
            self._loop.enqueue(key, delay=SETTLE)

    def _key(self, event: HostEvent) -> Key | None:
        """The stack that an event concerns, also where the container lost our label."""
        if event.stack:
            try:
                return parse_key(event.stack)
            except ValueError:
                return None
        key = self._site.records.whose(event.project)
        return key if key and self._site.wishes[key] else None
