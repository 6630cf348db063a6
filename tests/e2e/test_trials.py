"""A candidate is built elsewhere, previewed, deployed by its stack, and published."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.engine import name_of
from tests.e2e.scenario import Home, free_port, has_failed, tended
from tests.fakes import FakeRecords
from trueup.app.daemon import Daemon
from trueup.app.runs.foreseeing import Trying, foreseen
from trueup.documents.check import check
from trueup.engine.execute import Execution, execute_or_undo
from trueup.engine.journal import Book
from trueup.engine.memo import Memos
from trueup.engine.names import Names
from trueup.engine.world import World
from trueup.model.bench import Foreseen
from trueup.model.checks import Check, Log
from trueup.model.key import Key
from trueup.model.outcome import Outcome
from trueup.model.plan import Plan
from trueup.model.resource import Resource
from trueup.model.status import Status
from trueup.model.steps import Build, Restart
from trueup.model.trial import Candidate
from trueup.settings import load

pytestmark = pytest.mark.engine

WEB, RUN = Key("Stack", "web"), Key("Run", "fix")
GONE = Log("api", "no such page", absent=True)
SERVES = "test -f /page || { echo no such page; exit 1; }; mkdir /www; cp /page /www/index.html; "
SERVES += "exec httpd -f -h /www"


def dockerfile(page: str) -> str:
    """Return what makes an image that serves a page, or crashes where there is none."""
    made = f"RUN echo {page} >/page\n" if page else ""
    return f'FROM busybox:stable\n{made}CMD ["sh", "-c", "{SERVES}"]\n'


@dataclass
class ByHand:
    """What takes the place of the Runs: it says what is on trial."""

    one: Candidate | None = None

    def over(self, resource: Resource[Any] | None) -> Resource[Any] | None:
        if resource is None or resource.key != WEB or self.one is None:
            return resource
        return replace(resource, candidate=self.one, leased=str(RUN))


@dataclass
class Bench:
    """A home whose stack is broken by its last edit, and a work tree to mend it in."""

    home: Home
    port: int
    daemons: list[Daemon] = field(default_factory=list)

    @property
    def place(self) -> Path:
        return self.home.folder / "place"

    def edit(
        self, page: str, checks: tuple[Check, ...] = (GONE,), attempt: str = "1"
    ) -> Candidate:
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.home.specs, self.place)
        (self.place / "web/api/Dockerfile").write_text(dockerfile(page))
        edits = ("web/api/Dockerfile",)
        root, place = str(self.home.specs), str(self.place)
        return Candidate(str(RUN), "", root, place, edits, checks, attempt)

    def daemon(self, one: Candidate | None) -> Daemon:
        settings = load(self.home.folder, check)
        daemon = Daemon(settings, lambda event: print(event.name, event.message))
        daemon.yard.__dict__["trials"] = ByHand(one)
        self.daemons.append(daemon)
        return daemon

    def looks(self, one: Candidate | None) -> None:
        """Have Trueup look at everything until nothing more is due."""
        self.daemon(one).run(once=True)

    def foresees(self, daemon: Daemon) -> Foreseen:
        site = daemon.site
        site.look_at_sources()
        stack = daemon.yard.wished(WEB)
        assert stack is not None
        return foreseen(Trying(RUN, "api", stack), site.records.read(WEB), site.looks)

    def carries_out(self, daemon: Daemon, plan: Plan) -> Outcome:
        """Carry a plan out as a Run does."""
        site = daemon.site
        world = World(
            looks=site.looks,
            tools=site.tools,
            records=FakeRecords(),
            clock=site.clock,
            emit=lambda event: print(event.name, event.message),
            latest=lambda _: None,
            stirred=lambda _: 0,
            current=lambda _: True,
            leaving=tuple,
            stopping=lambda: False,
            memos=Memos(),
            names=Names(),
        )
        plan = replace(plan, key=RUN)
        return execute_or_undo(
            Execution(world, plan, Book(world, Status(RUN), plan), 60.0, lambda: False)
        )

    @property
    def previews(self) -> list[str]:
        project = f"{self.home.project('web')}-preview-fix"
        found = self.home.engine.containers(project)
        return [name_of(one) for one in found] + self.home.engine.networks(project)


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    with tended(Home(tmp_path / "home"), has_failed(request)) as home:
        port = free_port()
        built = {"build": "api", "ports": [f"127.0.0.1:{port}:80"], "init": True}
        told = {"api": {"verify": [{"http": {"url": f"http://127.0.0.1:{port}/"}}]}}
        home.write(home.place("web") / "api/Dockerfile", dockerfile("good"))
        home.stack("web", {"api": built}, services=told, stable="500ms", timeout="20s")
        assert home.once() == 0
        found = Bench(home, port)
        yield found
        for daemon in found.daemons:
            daemon.site.docker.host.close()


def test_a_repair_is_previewed_deployed_published_and_then_touched_no_more(bench: Bench) -> None:
    home = bench.home
    home.replace(home.place("web") / "api/Dockerfile", dockerfile(""))
    assert home.once() == 2
    assert home.answer(bench.port) == "good"
    daemon = bench.daemon(bench.edit("fixed"))
    seen = bench.foresees(daemon)
    assert seen.plan is not None
    assert seen.preview is not None

    with home.probe(bench.port) as probe:
        builds = tuple(one for one in seen.plan.steps if isinstance(one, Build))
        built = bench.carries_out(daemon, replace(seen.plan, steps=builds))
        assert (len(builds), built.error) == (1, None)
        previewed = bench.carries_out(daemon, seen.preview)
    assert previewed.error is None
    assert (set(probe.answers), probe.failures) == ({"good"}, [])
    assert bench.previews == []

    bench.looks(bench.edit("fixed"))
    assert home.answer(bench.port) == "fixed"
    assert home.status("web").reason == "OnTrial"
    ids, begun = home.ids("web"), time.time()

    home.replace(home.place("web") / "api/Dockerfile", dockerfile("fixed"))
    bench.looks(None)

    assert home.ids("web") == ids
    assert home.engine.mutations(begun) == []
    assert (home.status("web").reason, home.status("web").quarantined) == ("Verified", "")


def test_a_repair_that_fails_and_one_that_is_withdrawn_leave_what_was_verified(
    bench: Bench,
) -> None:
    home = bench.home
    bench.looks(bench.edit(""))
    assert home.answer(bench.port) == "good"
    assert home.status("web").reason == "RolledBack"
    assert "the candidate of Run/fix" in home.status("web").message

    bench.looks(bench.edit("other", attempt="2"))
    assert home.answer(bench.port) == "other"

    bench.looks(None)
    assert home.answer(bench.port) == "good"
    assert home.status("web").reason == "Verified"


def test_a_preview_that_fails_and_one_that_was_killed_leave_nothing(bench: Bench) -> None:
    daemon = bench.daemon(bench.edit(""))
    seen = bench.foresees(daemon)
    assert seen.plan is not None
    assert seen.preview is not None
    builds = tuple(one for one in seen.plan.steps if isinstance(one, Build))
    bench.carries_out(daemon, replace(seen.plan, steps=builds))

    failed = bench.carries_out(daemon, seen.preview)
    assert "api-preview" in str(failed.error)
    assert bench.previews == []

    up = tuple(one for one in seen.preview.steps if isinstance(one, Restart))
    bench.carries_out(daemon, replace(seen.preview, steps=up))
    assert len(bench.previews) == 1
    assert bench.home.once() == 0
    assert bench.previews == []
