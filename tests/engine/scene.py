"""Stacks on a fake host, reconciled by the real engine, and what a test may have happen."""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest

from tests.fake_container import Behaviour, FakeContainer
from tests.fake_host import FakeHost, image_id
from tests.fakes import FakeClock, FakeTree
from tests.kinds.stack.builders import Model, project, service
from trueup.engine.memo import Memos
from trueup.engine.names import Names
from trueup.engine.reconcile import reconcile
from trueup.engine.world import World
from trueup.kinds import STANDING
from trueup.kinds.stack.spec import ServiceSpec, StackSpec
from trueup.model.checks import Http
from trueup.model.consent import APPROVED, Approval
from trueup.model.container import SERVICE
from trueup.model.errors import TransientError, TrueupError
from trueup.model.event import Event
from trueup.model.key import Key
from trueup.model.kind import Kind
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.work import Artifact
from trueup.report.records import from_text, to_text

WEB = Key("Stack", "web")
REPOSITORY = "repo"
FAILS = Behaviour(answers={"*": "answers 500"})
HTTP: dict[str, Any] = {
    "services": {"web": ServiceSpec(verify=(Http("web", "http://web/"),))},
    "timeout": 60.0,
}
"""What git says of a stack whose `web` is asked whether it is well."""
LONG = 100.0


read = lru_cache(maxsize=64)(from_text)


class KilledError(BaseException):
    """The process was killed at this moment."""


@dataclass(slots=True)
class SceneClock(FakeClock):
    """Time that passes when somebody waits; at a given second something happens."""

    alarms: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        FakeClock.wait(self, seconds)
        while self.alarms and self.alarms[0][0] <= self.seconds:
            self.alarms.pop(0)[1]()

    def after(self, seconds: float, happening: Callable[[], None]) -> None:
        """Have something happen in some seconds."""
        self.alarms.append((self.seconds + seconds, happening))
        self.alarms.sort(key=lambda alarm: alarm[0])


@dataclass(slots=True)
class TextRecords:
    """Statuses as the text of their files, and every moment at which one is written.

    The disk is full after `space` more writes; what cannot be written is remembered.
    """

    moment: Callable[[str], None]
    texts: dict[Key, str] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    writes: int = 0
    space: float = math.inf

    def read(self, key: Key) -> Status:
        return read(self.texts[key]) if key in self.texts else Status(key)

    def write(self, status: Status) -> None:
        self.moment(f"write {status.key}")
        self.writes += 1
        self.space -= 1
        self.texts[status.key] = to_text(status)
        if self.space < 0:
            raise TransientError(f"{status.key} could not be written", "no space is left")

    def forget(self, key: Key) -> None:
        self.moment(f"forget {key}")
        self.texts.pop(key, None)
        self.artifacts = {k: v for k, v in self.artifacts.items() if not k.startswith(f"{key}/")}

    def artifact(self, key: Key, name: str, text: str, *, passing: bool = False) -> Artifact:
        if not passing:
            self.moment(f"artifact {name}")
        self.artifacts[f"{key}/{name}"] = text
        return Artifact(name, len(text), "")

    def paper(self, key: Key, name: str) -> str:
        return self.artifacts.get(f"{key}/{name}", "")

    def discard(self, key: Key, name: str) -> None:
        self.moment(f"discard {name}")
        self.artifacts.pop(f"{key}/{name}", None)

    def known(self) -> tuple[Key, ...]:
        return tuple(sorted(self.texts))

    def mark(self, key: Key) -> str:
        return self.texts.get(key, "")


@dataclass
class Scene:
    """A host, its stacks, and the engine that has one look after the other.

    `kill_at` ends the process at the nth moment: before a change of the host, or before a
    status is written.
    """

    clock: SceneClock = field(default_factory=SceneClock)
    wanted: dict[Key, Resource[StackSpec]] = field(default_factory=dict)
    news: dict[Key, int] = field(default_factory=dict)
    seen: dict[Key, Resource[StackSpec]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    kill_at: int = 0
    stopping: bool = False
    decisions: list[Approval] = field(default_factory=list)
    kind: Kind[Any, Any] = STANDING["Stack"]
    memos: Memos = field(default_factory=Memos)
    names: Names = field(default_factory=Names)

    def __post_init__(self) -> None:
        self.host = FakeHost(clock=self.clock, before=self._moment)
        self.host.trees[REPOSITORY] = FakeTree()
        self.records = TextRecords(self._moment)

    # What is wanted

    def stack(self, compose: Model | None = None, key: Key = WEB, **spec: Any) -> None:
        """Have git say something new about a stack."""
        compose = compose or project(web=service())
        self.host.projects[f"/repo/{key.name}"] = compose
        for said in compose["services"].values():
            if "image" in said:
                self.host.registry.setdefault(said["image"], image_id(said["image"]))
        revision = f"commit-{self.news.get(key, 0) + 1}"
        self.host.trees[REPOSITORY].revision = revision
        self.wanted[key] = Resource(
            key=key,
            spec=StackSpec(**spec),
            file=f"{key.name}/stack.yaml",
            source=REPOSITORY,
            origin="origin",
            revision=revision,
        )
        self.news[key] = self.news.get(key, 0) + 1

    def image(self, image: str, **spec: Any) -> None:
        """Have git say that `web` runs another image."""
        self.stack(project(web=service(image)), **spec)

    def leave(self, key: Key = WEB) -> None:
        """Have git say no more about a stack."""
        self.wanted[key] = replace(self.wanted[key], leaving=True)
        self.news[key] += 1

    # What the engine does

    def look(self, key: Key = WEB) -> float | None:
        """Have one look at a stack; return in how many seconds the next is worth it."""
        resource = self.wanted[key]
        delay = reconcile(resource, self.kind, self.world())
        self.seen[key] = resource
        if delay is None:
            del self.wanted[key]
        return delay

    def tries(self, key: Key = WEB) -> None:
        """Look once; what goes wrong is told and tried again, as the loop does it."""
        with contextlib.suppress(TrueupError):
            self.look(key)

    def settle(self, key: Key = WEB) -> None:
        """Look again and again until nothing more is due for a while."""
        for _ in range(60):
            delay = self.look(key)
            if delay is None or delay >= LONG:
                return
            self.clock.wait(delay)
        raise AssertionError(f"never settles: {self.status(key).summary}")

    def dies(self, moment: int) -> bool:
        """Settle, but be killed at a moment; return whether that moment came at all."""
        self.kill_at = len(self.moments) + moment
        try:
            self.settle()
        except KilledError:
            return True
        finally:
            self.kill_at = 0
        return False

    def dies_on_the_way_back(self) -> None:
        """Settle, but be killed when what was verified is about to be brought up again."""

        def before(what: str) -> None:
            journal = self.status().journal
            if what.startswith("up") and journal is not None and journal.phase == "rollback":
                raise KilledError

        self.host.before = before
        with pytest.raises(KilledError):
            self.settle()
        self.host.before = self._moment

    def decide(self, decision: str = APPROVED) -> None:
        """Have a person decide about the plan that asks."""
        asks = self.status().asks
        assert asks is not None
        at = f"{self.clock.seconds:g} {len(self.decisions)}"
        self.decisions.append(Approval("Stack/web", asks.plan, decision, "ann", at, "test"))

    # What there is to see

    def status(self, key: Key = WEB) -> Status:
        return self.records.read(key)

    def ready(self, key: Key = WEB) -> str:
        """Return the reason of the Ready condition, with a mark where it is not True."""
        found = self.status(key).condition("Ready")
        return (
            "" if found is None else found.reason if found.status == "True" else found.reason + "!"
        )

    def message(self, key: Key = WEB) -> str:
        found = self.status(key).condition("Ready")
        return found.message if found else ""

    @property
    def runs(self) -> dict[str, str]:
        """Return which image each service runs: the name it had in the registry."""
        names = {image: reference for reference, image in self.host.registry.items()}
        now = self.clock.monotonic()
        return {
            one.labels[SERVICE]: f"{names.get(one.image_id, one.image_id)} {one.state(now)}"
            for one in self.host.every.values()
        }

    @property
    def container(self) -> FakeContainer:
        """The only container that there is."""
        (found,) = self.host.every.values()
        return found

    @property
    def results(self) -> list[str]:
        """How the tries ended, first to last."""
        return [entry.result for entry in reversed(self.status().history)]

    def untouched(self, looks: int = 5, key: Key = WEB) -> None:
        """See that looking again, also much later, does and writes nothing."""
        changes, writes = list(self.host.changes), self.records.writes
        for _ in range(looks):
            self.look(key)
            self.clock.wait(7200)
        assert self.host.changes == changes
        assert self.records.writes == writes

    def _moment(self, what: str) -> None:
        self.moments.append(what)
        if len(self.moments) == self.kill_at:
            raise KilledError(what)

    def world(self) -> World:
        """Return what the engine works on."""
        return World(
            looks=self.host,
            tools=self.host,
            records=self.records,
            clock=self.clock,
            emit=self.events.append,
            latest=self.wanted.get,
            stirred=lambda key: self.news.get(key, 0),
            current=lambda key: self.seen.get(key) is self.wanted.get(key),
            leaving=lambda: tuple(k for k, one in self.wanted.items() if one.leaving),
            stopping=lambda: self.stopping,
            decisions=lambda _: tuple(self.decisions),
            memos=self.memos,
            names=self.names,
            before=lambda key: self.names.before(
                key, sorted(self.wanted), lambda one: self.news.get(one, 0)
            ),
        )


def deployed(*images: str) -> Scene:
    """Return a stack that ran these images one after the other, all verified."""
    scene = Scene()
    for image in images:
        scene.image(image, **HTTP)
        scene.settle()
    return scene
