"""The running process: sources in, reconciliations in the middle, statuses out."""

import contextlib
import threading
from collections.abc import Collection
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from trueup.app.aftermath import put_away
from trueup.app.ahead import ask_ahead
from trueup.app.lock import locked
from trueup.app.recall import recall
from trueup.app.refusals import Refusals
from trueup.app.repairs.repairs import Repairs
from trueup.app.roll import Roll
from trueup.app.runs.waiting import Waiting
from trueup.app.runs.yard import Yard
from trueup.app.site import Site
from trueup.app.tidy import tidy
from trueup.engine.loop import Loop
from trueup.engine.names import Names
from trueup.engine.papers import Keeping
from trueup.engine.pursue import pursue
from trueup.engine.reconcile import reconcile, rests
from trueup.engine.world import World
from trueup.kinds import FINITE, STANDING
from trueup.model.errors import TrueupError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.kind import Kind, Terms
from trueup.model.ports import Emit
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.settings import Settings

GRACE = 30.0
LATER = 3600.0
TICK = 0.5
SAVING = 30.0
"""How often what is at rest is written down; a process that is killed loses as much."""
HEARING = 10.0
"""For how many seconds the work waits for sources that do not answer yet."""


class Daemon:
    """Keeps one host true to its sources until it is told to stop.

    `only` are the resources that are looked after; every one where there are none named.
    `offline` lets a single run go on with what a source said last if it does not answer.
    """

    def __init__(
        self,
        settings: Settings,
        emit: Emit,
        only: Collection[Key] = (),
        *,
        offline: bool = False,
    ) -> None:
        self._emit, self._only, self._offline = emit, frozenset(only), offline
        self.site = Site(settings, emit, heard=self._heard)
        self.yard = Yard(self.site)
        self.repairs = Repairs(self.yard, self._news, self._stirred)
        self._refusals = Refusals(self.site)
        self._waiting: dict[str, Collection[Key]] = {}
        self._seen: dict[Key, tuple[str, int]] = {}
        self._loop = Loop(self._work, self.site.clock, emit)
        self._stop = threading.Event()
        self._asked: SimpleQueue[None] = SimpleQueue()
        self._names = Names()
        self._concerned = Waiting()
        self._roll = Roll(self.site.clock, emit)
        self._single = False

    def run(self, *, once: bool = False) -> None:
        """Work until stopped, or until everything is up to date."""
        self._single = once
        with locked(self.site.state), contextlib.ExitStack() as ending:
            put_away(self.site)
            self._begin(ending, follow=not once)
            self._wait_until_quiet() if once else self._wait_until_stopped()

    def ready(self) -> bool:
        """Whether everything that is wanted runs and was verified."""
        wishes = self.site.wishes
        refused = [key for one in self.site.settings.sources for key in wishes.refused(one.name)]
        wrong = self._mine(refused) or (not self._only and wishes.loose())
        keys = [key for key in self._mine(wishes.every()) if self.site.made[key] is None]
        return not wrong and all(self.site.records.read(key).ready for key in keys)

    def stop(self) -> None:
        """Ask the process to end; what is under way is put down safely.

        May be called by a signal handler: it takes no lock that could be held already.
        """
        self._asked.put(None)

    def _begin(self, ending: contextlib.ExitStack, *, follow: bool) -> None:
        """Start everything; whatever has been started ends in the reverse order."""
        from trueup.app.hints import Hints

        ask_ahead(self.site)
        if not follow:
            self.site.look_at_sources(offline=self._offline)
        for publisher in self.site.answers.publishers.values():
            publisher.start()
            ending.callback(publisher.stop)
        hints = Hints(self.site, self._loop, self._stop)
        ending.callback(hints.stop)
        ending.callback(self._end)
        if follow:
            self._hear_everybody(ending)
        self._roll.call(self._mine(self.site.wishes.every()))
        self._loop.start(self.site.settings.concurrency)
        hints.start(watch=follow)

    def _hear_everybody(self, ending: contextlib.ExitStack) -> None:
        """Let the sources speak in their order before anything is done: two may claim one name."""
        end = self.site.clock.monotonic() + HEARING
        for source in self.site.sources.values():
            source.start()
            ending.callback(source.stop)
            while not self._stopped(0) and self.site.clock.monotonic() < end:
                if source.heard.wait(TICK):
                    break

    def _end(self) -> None:
        self._stop.set()
        self.site.ending.set()
        if not self._loop.stop(GRACE):
            self._emit(Event(None, "stopping", "work did not end in time; it resumes at start"))
        for source in self.site.sources.values():
            source.join(GRACE)
        self._save()

    def _save(self) -> None:
        """Write down what is at rest; without an engine nothing is known to be."""
        with contextlib.suppress(TrueupError):
            self.site.resting.save()

    def _stopped(self, seconds: float) -> bool:
        """Wait to be asked to end.

        Raises:
            ToolError: a worker is gone, and what it would have done is left undone.
        """
        self._loop.complete()
        with contextlib.suppress(Empty):
            self._asked.get(timeout=seconds)
            self._stop.set()
        return self._stop.is_set()

    def _wait_until_stopped(self) -> None:
        """Wait in turns: a signal that the kernel gives to another thread wakes nobody."""
        saved = self.site.clock.monotonic()
        while not self._stopped(TICK):
            if self.site.clock.monotonic() - saved > SAVING:
                self._save()
                saved = self.site.clock.monotonic()

    def _wait_until_quiet(self) -> None:
        """Wait until every key was looked at and nothing more is due within a moment."""
        while not self._stopped(TICK):
            if self._loop.quiet() and not self._unsettled():
                return

    def _unsettled(self) -> bool:
        return any(not self._current(key) for key in self._mine(self.site.wishes.every()))

    def _heard(self, source: str, keys: tuple[Key, ...]) -> None:
        recall(self.site, source)
        for key in self._mine(keys):
            self._loop.enqueue(key, news=True)
        self._refusals.tell(source)
        self._tell_held(source)

    def _tell_held(self, source: str) -> None:
        """Say once what waits to be removed."""
        held = self.site.wishes.held(source)
        if held.why and self._waiting.get(source) != held.keys:
            self._emit(Event(None, "removal-held", held.why, "warning"))
        self._waiting[source] = held.keys

    def _work(self, key: Key) -> float | None:
        """Reconcile one key, and wake what waited for it."""
        if key.kind in FINITE:
            self.repairs.heed(key)
        resource = self.yard.wished(key)
        if resource is None:
            return None
        news, before = self._loop.stirred(key), self.site.records.read(key)
        delay = self._pursued(resource) if key.kind in FINITE else self._followed(resource)
        if key.kind in STANDING:
            self.repairs.after(key)
            if delay is not None and not self._single:
                delay = self.repairs.sooner(key, delay)
        self._seen[key] = (resource.revision, news)
        self._roll.answer(key)
        if delay is None:
            self._tidy(before)
            self._let_go(key)
            self._wake(key)
        else:
            self._wake(key)
            self._tidy(before)  # nobody needs to wait for that
        return delay

    def _let_go(self, key: Key) -> None:
        """Forget what was said of a key that is gone."""
        self.site.controls.forget(key)
        self.site.decisions.forget(key)
        if self.site.wishes.gone(key):
            self._loop.enqueue(key, news=True)

    def _followed(self, resource: Resource[Any]) -> float | None:
        """Keep what always is as it is wanted."""
        kind, world = self._kind(resource.key), self._world()
        delay = rests(resource, kind, world)
        return self._reconciled(resource, kind, world) if delay is None else delay

    def _pursued(self, resource: Resource[Any]) -> float | None:
        """Do the next act of work that comes to an end."""
        from trueup.app.runs.bench import RunBench
        from trueup.app.runs.shop import RunShop

        kind = self.site.controls.heeded(resource.key).over(FINITE[resource.key.kind])
        shop = RunShop(RunBench(self.yard, resource, self._current, self._poke))
        self._concerned.begin(resource.key, shop.view.stack)
        delay = pursue(resource, kind, self._world(), shop)
        self._concerned.end(resource.key, self.site.records.read(resource.key))
        return LATER if delay is not None and self._single and delay > LATER else delay

    def _poke(self, stack: Key, source: str) -> None:
        """Have a stack looked at, and its source first."""
        if (followed := self.site.sources.get(source)) is not None:
            followed.look(poked=True) if self._single else followed.poke()
        if self.site.wishes[stack] is not None:
            self._loop.enqueue(stack, news=True)

    def _keep_secrets(self, status: Status) -> None:
        """Put the secrets of what runs back into memory, should the host have been restarted.

        Without them its containers cannot be started, not even by the engine.
        """
        if status.applied is None:
            return
        try:
            self.site.vault.keep(self.site.docker.releases.stored(status.applied.file))
        except TrueupError as error:
            self._emit(Event(status.key, "secrets-missing", error.text, "warning"))

    def _reconciled(
        self, resource: Resource[Any], kind: Kind[Any, Any], world: World
    ) -> float | None:
        before = self.site.records.read(resource.key)
        self._keep_secrets(before)
        delay = reconcile(resource, kind, world)
        if delay is None and before.spec.get("deletionPolicy") != "orphan":
            self.site.vault.forget(resource.key)  # no container needs them any more
        return delay

    def _tidy(self, before: Status) -> None:
        """Throw away what is needed no more, where another release was verified than before."""
        if self.site.records.read(before.key).applied == before.applied:
            return
        try:
            tidy(self.site, before)
        except TrueupError as error:
            self._emit(
                Event(before.key, "tidy-failed", f"{error.text} The next release tries again.")
            )

    def _wake(self, key: Key) -> None:
        for other in self._mine((*self.site.wishes.dependants(key), *self._names.freed())):
            self._loop.enqueue(other)
        for run in self._concerned.on(key):
            self._loop.enqueue(run)

    def _kind(self, key: Key) -> Kind[Any, Any]:
        """Return the kind with what a person asked for by the command line on top."""
        kind = self.site.controls.heeded(key).over(STANDING[key.kind])
        return _unhurried(kind) if self._single else kind

    def _world(self) -> World:
        site = self.site
        return World(
            looks=site.looks,
            tools=site.tools,
            records=site.records,
            clock=site.clock,
            emit=self._emit,
            latest=self.yard.wished,
            stirred=self._loop.stirred,
            current=self._current,
            leaving=site.wishes.leaving,
            stopping=self._loop.stopping,
            decisions=site.decisions.read,
            memos=site.resting.memos,
            names=self._names,
            keeping=Keeping(site.settings.runs.keep, site.settings.runs.days),
            before=self._before,
        )

    def _before(self, key: Key) -> Key | None:
        """Return who has to choose its names before a resource."""
        mine = sorted(self._mine(self.site.wishes.every()))
        return self._names.before(key, mine, self._loop.stirred)

    def _current(self, key: Key) -> bool:
        """Whether the newest that is said of a key has been looked at.

        What is not looked after counts by its status.
        """
        if not self._mine((key,)):
            return True
        resource = self.site.wishes[key]
        return resource is None or self._seen.get(key) == (
            resource.revision,
            self._loop.stirred(key),
        )

    def _mine(self, keys: Collection[Key]) -> tuple[Key, ...]:
        return tuple(key for key in keys if not self._only or self._stands_for(key) in self._only)

    def _stands_for(self, key: Key) -> Key:
        """Return whose key counts: a Run that nobody has written is its stack's."""
        made = self.site.made[key]
        return key if made is None or key in self._only else Key("Stack", made.stack)

    def _news(self, key: Key) -> None:
        self._loop.enqueue(key, news=True)

    def _stirred(self, key: Key) -> int:
        return self._loop.stirred(key)


def _unhurried(kind: Kind[Any, Any]) -> Kind[Any, Any]:
    """A single run ends when nothing more is due, so it must not look again at intervals."""

    def terms(spec: Any) -> Terms:
        said = kind.terms(spec)
        return replace(said, interval=max(said.interval, LATER))

    return replace(kind, terms=terms)
