"""What all sources want together, right now: one resource per key, and who says so.

A document that is wrong affects its own key only: the last good version stays in force.
A key that two sources claim belongs to the one that has it until that lets go of it; at
first sight, to the one that `trueup.yaml` names first.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from trueup.app.departures import Departures
from trueup.app.made import Made, MadeRuns
from trueup.app.meanings import Meanings
from trueup.app.memory import LastGood, Remembered
from trueup.app.removals import Held, Removal, standing
from trueup.app.said import Heard, Said, differs, is_edit, taken
from trueup.documents.desired import Desired, changed
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.kind import Finite, Kind
from trueup.model.resource import Document, Resource, Trouble


@dataclass(slots=True)
class Wishes:
    """The desired set of all sources. Safe to use from every thread.

    `turns` counts how often more has changed than what single documents say.
    """

    kinds: Mapping[str, Kind[Any, Any] | Finite[Any, Any]]
    order: Sequence[str]
    last_good: LastGood
    departures: Departures
    made: MadeRuns | None = None
    _said: dict[str, Said] = field(default_factory=dict)
    _resources: dict[Key, Resource[Any]] = field(default_factory=dict)
    _meanings: Meanings = field(init=False)
    _wrong: dict[Key, tuple[Problem, ...]] = field(default_factory=dict)
    _troubles: dict[str, Trouble] = field(default_factory=dict)
    _dependants: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    _held: dict[str, Held] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    turns: int = 0

    def __post_init__(self) -> None:
        self._meanings = Meanings(self.kinds)

    def absorb(self, said: Said) -> Heard:
        """Take in what a source says now; return the keys that it concerns."""
        with self._lock:
            if edited := self._edited(said):
                return edited
            self.turns += 1
            self._said[said.source] = said
            old = dict(self._resources)
            before = {key for key, one in old.items() if one.source == said.source}
            had = before | set(self.last_good.of(said.source))
            for key in self._claimed(said):
                self._take(key, said)
            stays = self._held[said.source] = self._held_back(said, frozenset(had))
            for key in had:
                if key in stays.keys:
                    self._hold(key, said, stays)
                elif not self._mentions(said, key):
                    self._leave(key, said)
                elif self._doubts(said, key):
                    self._stay(key, said)
            self._wrong = {key: why for key, why in self._wrong.items() if self._spoken_of(key)}
            every = before | set(self.of(said.source))
            other = {key for key in every if differs(old.get(key), self._resources.get(key))}
            self._dependants = self._meanings.dependants(self._resources)
            return Heard(tuple(sorted(every)), tuple(sorted(other)))

    def _edited(self, said: Said) -> Heard | None:
        """Take in documents that say something else; None where more than that has changed.

        The common case by far, and so it costs what was edited, not what there is.
        """
        before = self._said.get(said.source)
        if before is None or not (before.is_plain and said.is_plain):
            return None
        if self.held(said.source).keys or before.desired.consent != said.desired.consent:
            return None
        keys = changed(before.desired, said.desired)
        old = {key: self._resources.get(key) for key in keys}
        if not all(is_edit(key, old[key], before, said) for key in keys):
            return None
        self._said[said.source] = said
        for key in keys:
            self._take(key, said)
        needs = self._meanings.needs
        if any(needs(old[key]) != needs(self._resources[key]) for key in keys):
            self._dependants = self._meanings.dependants(self._resources)
        return Heard(self._at(said.source), tuple(sorted(keys)))

    def _at(self, source: str) -> tuple[Key, ...]:
        return tuple(key for key, one in self._resources.items() if one.source == source)

    def trouble(self, source: str, trouble: Trouble | None) -> tuple[Key, ...]:
        """Say why a source cannot be followed, or that it can; return the keys concerned."""
        with self._lock:
            if trouble == self._troubles.get(source):
                return ()
            self._troubles.pop(source, None)
            if trouble is not None:
                self._troubles[source] = trouble
            for key in self._at(source):
                self._resources[key] = replace(self._resources[key], trouble=trouble)
            return self.of(source)

    def __getitem__(self, key: Key) -> Resource[Any] | None:
        with self._lock:
            one = self._resources.get(key)
            if one is None:
                return self._own(key)
            said = self._said.get(one.source)
            if said and one.revision != said.revision:
                one = self._resources[key] = replace(one, revision=said.revision)
            return one

    def knows(self, source: str) -> bool:
        """Whether a source has, or had, anything in force."""
        with self._lock:
            return bool(self.of(source) or self.last_good.of(source))

    def held(self, source: str) -> Held:
        """Return the removals of a source that wait for a person."""
        with self._lock:
            return self._held.get(source, Held())

    def wrong(self) -> Mapping[Key, tuple[Problem, ...]]:
        """Return the problems of keys that no good version is known of."""
        with self._lock:
            return dict(self._wrong)

    def said(self, source: str) -> Desired:
        """Return what a source said last."""
        with self._lock:
            return self._said[source].desired

    def refused(self, source: str) -> Mapping[Key, tuple[Problem, ...]]:
        """Return the keys of one source whose documents are not in force, and why not."""
        with self._lock:
            said = self._said.get(source)
            return dict(self._refused(said)) if said else {}

    def loose(self) -> tuple[Problem, ...]:
        """Return problems of files in which no key can be made out."""
        with self._lock:
            every = (said.desired.files.values() for said in self._said.values())
            return tuple(one for files in every for problems in files for one in problems)

    def every(self) -> tuple[Key, ...]:
        """Return every key that is wanted or about to leave, in order."""
        with self._lock:
            return tuple(sorted({*self._resources, *(one.key for one in self._made())}))

    def of(self, source: str) -> tuple[Key, ...]:
        """Return the keys of one source that are wanted or about to leave, in order."""
        with self._lock:
            every = ((one.key, self._teller(one)) for one in self._made())
            own = (key for key, said in every if said and said.source == source)
            return tuple(sorted({*self._at(source), *own}))

    def leaving(self) -> tuple[Key, ...]:
        """Return the keys whose documents are gone."""
        with self._lock:
            return tuple(sorted(k for k, one in self._resources.items() if one.leaving))

    def dependants(self, key: Key) -> tuple[Key, ...]:
        """Return the resources that wait for a resource."""
        with self._lock:
            return self._dependants.get(key, ())

    def gone(self, key: Key) -> bool:
        """Forget a resource that has been removed; return whether another source has it now."""
        with self._lock:
            if key not in self._resources and self.made is not None:
                self.made.forget(key)
            if (one := self._resources.get(key)) and one.leaving:
                del self._resources[key]
                self.last_good.forget(key)
                said = self._said.get(self._owner(key, one.source))
                if said and self._mentions(said, key):
                    self._take(key, said)
            return key in self._resources

    def _made(self) -> tuple[Made, ...]:
        """Return the Runs that nobody has written, once their stacks' sources have spoken."""
        every = self.made.every() if self.made is not None else ()
        return tuple(one for one in every if self._teller(one))

    def _own(self, key: Key) -> Resource[Any] | None:
        """Return a Run that nobody has written; its stack's source stands for it."""
        one = self.made[key] if self.made is not None else None
        said = self._teller(one) if one else None
        if one is None or said is None:
            return None
        stack = self._resources.get(Key("Stack", one.stack))
        return Resource(
            key=key,
            spec=self._meanings.spec(one.document),
            file=stack.file if stack else "",
            source=said.source,
            origin=said.origin,
            revision=one.revision,
            superseded=one.superseded,
            leaving=one.leaving,
        )

    def _teller(self, one: Made) -> Said | None:
        """Return what the source says that the stack of a Run is of, or was of last."""
        stack = self._resources.get(Key("Stack", one.stack))
        return self._said.get(stack.source if stack else one.source)

    def _claimed(self, said: Said) -> Iterable[Key]:
        """The keys that a source speaks of, and no other one has."""
        for key in said.spoken:
            if self._owner(key, said.source) == said.source:
                yield key

    def _owner(self, key: Key, asking: str) -> str:
        """Return the source that has a key, or else the first that speaks of it."""
        if (one := self._resources.get(key)) and one.leaving:
            return one.source
        good = self.last_good[key]
        holder = [good.source] if good and good.source in self.order else []
        if holder and holder[0] not in self._said:
            return holder[0]
        spoken = (self._said[name] for name in (*holder, *self.order) if name in self._said)
        return next((said.source for said in spoken if self._mentions(said, key)), asking)

    def _refused(self, said: Said) -> Iterable[tuple[Key, tuple[Problem, ...]]]:
        for key in sorted(key for key in said.spoken if not self._in_force(key, said)):
            owner = self._owner(key, said.source)
            document = said.document(key)
            if owner != said.source and document:
                yield key, (taken(document, owner),)
            elif owner == said.source and key in self._wrong:
                yield key, self._wrong[key]

    def _in_force(self, key: Key, said: Said) -> bool:
        one = self._resources.get(key)
        return one is not None and one.source == said.source and key not in self._wrong

    def _take(self, key: Key, said: Said) -> None:
        """Put a document in force, or keep the last good one and what is wrong now."""
        problems = said.problems(key)
        document = said.document(key)
        if document is not None:
            self._wrong.pop(key, None)
            self._resources[key] = replace(self._resource(document, said), problems=problems)
            mine = Remembered(dict(document.body), document.file, said.source, said.origin)
            self.last_good.keep(key, mine)
        elif good := self.last_good[key]:
            self._wrong.pop(key, None)
            self._resources[key] = replace(self._revived(key, good, said), problems=problems)
        else:
            self._wrong[key] = problems

    def _held_back(self, said: Said, had: frozenset[Key]) -> Held:
        """Return which removals wait; what need not wait is let through from now on."""
        gone = frozenset(key for key in had if not self._mentions(said, key))
        agreed = (self.departures.passed(said.source) | said.desired.consent.removals) & gone
        stays = len(standing(said.spoken))
        accident = said.nothing or self._elsewhere(said, gone)
        removal = Removal(said.source, said.revision, had, gone, stays, agreed, accident)
        return self.departures.judge(removal, said.guard)

    def _elsewhere(self, said: Said, gone: Iterable[Key]) -> str:
        """Return that the configuration has a source read another place, where it does."""
        every = (good for key in gone if (good := self.last_good[key]))
        moved = any(one.origin != said.origin for one in every)
        return "trueup.yaml names another place for it now" if moved else ""

    def _hold(self, key: Key, said: Said, stays: Held) -> None:
        """Keep a resource in force whose document is gone, under the owner that it has."""
        self._wrong.pop(key, None)
        if good := self.last_good[key]:
            kept = self._revived(key, good, said)
            self._resources[key] = replace(kept, origin=good.origin, held=stays.why)

    def _leave(self, key: Key, said: Said) -> None:
        self._wrong.pop(key, None)
        good = self.last_good[key]
        if good is not None:
            self._resources[key] = replace(self._revived(key, good, said), leaving=True)

    def _stay(self, key: Key, said: Said) -> None:
        """Keep a document in force whose file can no longer be made out."""
        if good := self.last_good[key]:
            problems = self._doubts(said, key)
            self._resources[key] = replace(self._revived(key, good, said), problems=problems)

    def _mentions(self, said: Said, key: Key) -> bool:
        """Whether a source says anything of a key, or may do so in a file that is broken."""
        return said.speaks_of(key) or bool(self._doubts(said, key))

    def _spoken_of(self, key: Key) -> bool:
        return any(self._mentions(said, key) for said in self._said.values())

    def _doubts(self, said: Said, key: Key) -> tuple[Problem, ...]:
        """Return why a key that a source says nothing of need not be gone."""
        good = self.last_good[key]
        if good is None or good.source != said.source or said.speaks_of(key):
            return ()
        return said.desired.doubts(good.file)

    def _revived(self, key: Key, good: Remembered, said: Said) -> Resource[Any]:
        return self._resource(Document(key, good.body, good.file, 0), said)

    def _resource(self, document: Document, said: Said) -> Resource[Any]:
        return Resource(
            key=document.key,
            spec=self._meanings.spec(document),
            file=document.file,
            source=said.source,
            origin=said.origin,
            revision=said.revision,
            guarded=said.guard.protected,
            agreed=said.desired.consent.plans,
            trouble=self._troubles.get(said.source),
        )
