"""A stack, Runs that repair it, and the engine that has them look one after the other.

The stack is real but for its host; of a Run everything is real but its shop.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from tests.engine.scene import LONG, REPOSITORY, WEB, KilledError
from tests.engine.test_trials import FILE, Repair
from tests.fake_shop import FakeShop
from trueup.app.runs.foreseeing import Trying, foreseen
from trueup.app.runs.leases import Leases
from trueup.app.runs.trials import Trials
from trueup.engine.papers import KEEPING, Keeping
from trueup.engine.pursue import pursue
from trueup.engine.reconcile import reconcile
from trueup.engine.world import World
from trueup.kinds import FINITE
from trueup.kinds.run.parse import parse
from trueup.kinds.run.spec import RunSpec
from trueup.model.bench import Evidence, Foreseen, Sight
from trueup.model.errors import TrueupError
from trueup.model.key import Key
from trueup.model.repair import Diagnosis, Edit
from trueup.model.resource import Resource
from trueup.model.shop import Issued
from trueup.model.work import Work

RUN = Key("Run", "fix")
DIRECT: list[Any] = ["patch", "build", {"restart": {"mode": "direct"}}, "verify", "publish"]
CRASH = Diagnosis("python-module", "requests", "requests is missing.", 0.9, "boom", "b00m")
RETRY = 10.0
LOOKS = 2000
POLL = 60.0


def said(**spec: Any) -> RunSpec:
    """Return what a document says of a Run of `web`; `begin` is its field `from`."""
    body = {"target": {"stack": "web", "service": "web"}, **spec}
    if "begin" in body:
        body["from"] = body.pop("begin")
    return parse({"kind": "Run", "spec": body})


@dataclass
class Town(Repair):
    """The world of some Runs. `pushed` is what the remote has and the source does not know yet.

    `shops` is what a Run has on disk, which a killed process leaves as it is.
    """

    runs_wanted: dict[Key, Resource[RunSpec]] = field(default_factory=dict)
    shops: dict[Key, FakeShop] = field(default_factory=dict)
    looked: dict[Key, tuple[str, int]] = field(default_factory=dict)
    due: dict[Key, float] = field(default_factory=dict)
    diagnosis: Diagnosis | None = CRASH
    pushed: str | None = None
    pushes: list[str] = field(default_factory=list)
    polled: float = 0.0
    branches: dict[str, str] = field(default_factory=dict)
    sleepy: bool = False
    keeping: Keeping = KEEPING
    killed: bool = False

    def __post_init__(self) -> None:
        Repair.__post_init__(self)
        self.restart()

    # What is wanted

    def repair(self, *script: Any, key: Key = RUN, **spec: Any) -> FakeShop:
        """Have somebody commit a Run, and authors say what the script has."""
        self.wish(key, **spec)
        shop = self.shops.setdefault(key, FakeShop(key, self))
        shop.script = [*script]
        return shop

    def wish(self, key: Key = RUN, **spec: Any) -> None:
        """Have git say something new about a Run."""
        spec.setdefault("steps", DIRECT)
        one = Resource(key, said(**spec), "fix.yaml", REPOSITORY, "origin", "commit-1")
        self.runs_wanted[key] = one
        self.news[key] = self.news.get(key, 0) + 1
        self.due[key] = self.clock.seconds

    def drop(self, key: Key = RUN) -> None:
        """Delete the document of a Run."""
        self.runs_wanted[key] = replace(self.runs_wanted[key], leaving=True)
        self.due[key] = self.clock.seconds

    def commit(self, text: str) -> None:
        Repair.commit(self, text)
        self.due[WEB] = self.clock.seconds

    # What the engine does

    def restart(self) -> None:
        """Begin a new process: what is only in memory is gone."""
        records: Any = self.records
        self.leases = Leases(records, self._runs)
        wishes: Any = _Wishes(self)
        trees = self.host.trees
        place = self._place
        self.trials = Trials(wishes, records, self.leases, lambda name: trees[name], place)
        self.looked.clear()
        self.polled = -POLL
        self.due |= dict.fromkeys((*self.wanted, *self.runs_wanted), self.clock.seconds)

    def turn(self, key: Key) -> float | None:
        """Have one look, as the loop does it: what goes wrong is tried again later."""
        try:
            return self.look_at(key)
        except TrueupError:
            return RETRY

    def look_at(self, key: Key) -> float | None:
        """Have one look at a stack or a Run."""
        news = self.news.get(key, 0)
        if key.kind == "Run":
            resource = self.runs_wanted[key]
            delay = pursue(resource, FINITE["Run"], self.world(), self.shops[key])
            self.looked[key] = (resource.revision, news)
            if delay is None:
                del self.runs_wanted[key]
            return delay
        wanted = self._over(key)
        delay = reconcile(wanted, self.kind, self.world())
        self.looked[key] = (wanted.revision, news)
        if (run := self.leases.holder(key)) is not None:
            self.due[run] = min(self.due.get(run, 0.0), self.clock.seconds)
        return delay

    def goes_on(self, until: Callable[[], bool] = lambda: False) -> None:
        """Have everything look until nothing is due for a while, or something is so."""
        for _ in range(LOOKS):
            if until():
                return
            keys = [*self.runs_wanted, *self.wanted]
            key = min(keys, key=lambda one: (self.due.get(one, 0.0), one))
            if self.clock.seconds - self.polled > POLL:
                self.poll()
            pause = self.due.get(key, 0.0) - self.clock.seconds
            if pause >= LONG:
                return
            self.clock.wait(pause)
            self.due.pop(key, None)
            delay = self.turn(key)
            if delay is not None:
                again = self.clock.seconds + delay
                self.due[key] = min(self.due.get(key, again), again)
        raise AssertionError(f"never settles: {self.told(RUN)}")

    def dies_at(self, moment: int) -> bool:
        """Go on, but be killed at a moment, and start anew; return whether it came at all."""
        self.kill_at = len(self.moments) + moment
        try:
            self.goes_on()
        except KilledError:
            self.kill_at = 0
            self.restart()
            return True
        finally:
            self.kill_at = 0
        return False

    # What there is to see

    def work(self, key: Key = RUN) -> Work:
        return self.records.read(key).work or Work("")

    def told(self, key: Key = RUN) -> str:
        """Return how a Run stands: phase, reason."""
        work = self.records.read(key).work
        return f"{work.phase} {work.reason}".strip() if work else "none"

    @property
    def source_says(self) -> str:
        return self.host.trees[REPOSITORY].files[f"/repo/{FILE}"]

    # The town of `FakeShop`

    def moment(self, what: str) -> None:
        self._moment(what)

    def now(self) -> datetime:
        return self.clock.now()

    def sight(self, run: Key) -> Sight:
        del run
        there, status = self.wanted.get(WEB), self.status(WEB)
        ready = status.condition("Ready")
        trying = status.trial is not None and not status.trial.result
        busy = ready is None or ready.reason == "Progressing" or trying or status.journal
        settled = self._current(WEB) and not busy
        leaving = there is not None and there.leaving
        names = frozenset(status.services)
        return Sight(WEB, there is not None, leaving, settled, names, status)

    def holder(self, run: Key) -> str:
        return str(self.leases.before(run, WEB) or "")

    def take(self, run: Key) -> bool:
        return self.leases.take(run, WEB)

    def free(self, run: Key) -> None:
        self.leases.free(run)

    def revision(self) -> str:
        return str(self.host.trees[REPOSITORY].revision)

    def text(self) -> str:
        return self.source_says

    def evidence(self, run: Key) -> Evidence:
        del run
        found = self.diagnosis
        return Evidence(f"boom at {self.clock.seconds}\n", found, found.line if found else "")

    def foreseen(self, run: Key) -> Foreseen:
        if not self.shops[run].opened_at:
            return Foreseen(problem="the work tree is gone")
        stack = self.wanted[WEB]
        one = self.trials.candidate(self.runs_wanted[run], self.work(run), stack.source)
        tried = replace(stack, leased=str(run), candidate=one)
        return foreseen(Trying(run, "web", tried), self.status(WEB), self.host)

    def edited(self, run: Key, text: str | None) -> None:
        if text is None:
            self.host.places.pop(self._place(run), None)
            if self.shops[run].opened_at:
                self.host.places[self._place(run)] = {}
            return
        self.host.places[self._place(run)] = {FILE: text}
        self._know(run, text)

    def attempt(self, run: Key) -> int:
        return self.work(run).attempt

    def publish(self, run: Key, edit: Edit, branch: str) -> Issued:  # type: ignore[override]
        if branch:
            self.branches[branch] = edit.after
            return Issued("c0ffee", branch)
        if (mark := f"{run} {self.attempt(run)}") not in self.pushes:
            self.pushes.append(mark)
            self.pushed = edit.after
        return Issued("c0ffee")

    def hurry(self) -> None:
        self.poll()
        if WEB in self.wanted:
            self.news[WEB] += 1
            self.due[WEB] = self.clock.seconds

    def poll(self) -> None:
        """Have the source fetch what was pushed."""
        self.polled = self.clock.seconds
        if self.pushed is not None and not self.sleepy:
            self.commit(self.pushed)
            self.pushed = None

    def _know(self, run: Key, text: str) -> None:
        """Have the image that an edit makes behave as its text says."""
        work = self.work(run)
        stack = self.wanted[WEB]
        one = self.trials.candidate(
            self.runs_wanted[run], replace(work, files=(FILE,)), stack.source
        )
        facts = self.kind.observe(replace(stack, candidate=one), self.status(WEB), self.host)
        if facts.wanted is not None:
            self.knows(facts.wanted.services["web"].image, text)

    def _place(self, run: Key) -> str:
        return f"/runs/{run.name}"

    def _over(self, key: Key) -> Resource[Any]:
        return cast("Resource[Any]", self.trials.over(self.wanted[key]))

    def _runs(self) -> tuple[Resource[Any], ...]:
        return tuple(self.runs_wanted.values())

    def _current(self, key: Key) -> bool:
        one = self.wanted.get(key)
        return one is None or self.looked.get(key) == (one.revision, self.news.get(key, 0))

    def world(self) -> World:
        def latest(key: Key) -> Resource[Any] | None:
            if key.kind == "Run":
                return self.runs_wanted.get(key)
            return self._over(key) if key in self.wanted else None

        return replace(super().world(), latest=latest, current=self._current, keeping=self.keeping)


@dataclass(frozen=True)
class _Wishes:
    """What is wanted, as `Trials` asks for it."""

    town: Town

    def __getitem__(self, key: Key) -> Resource[Any] | None:
        return self.town.runs_wanted.get(key) or self.town.wanted.get(key)


def broken(**more: Any) -> Town:
    """Return a town whose stack was rolled back, for its second commit is bad."""
    town = Town(**more)
    for text in ("good", "bad"):
        town.commit(text)
        town.goes_on()
    return town
