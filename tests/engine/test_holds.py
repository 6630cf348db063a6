"""Reasons to wait: suspension, other stacks, a person. And what does not wait."""

from dataclasses import replace

from tests.engine.scene import FAILS, WEB, Scene
from tests.kinds.stack.builders import project, service
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import Problem
from trueup.model.key import Key
from trueup.model.plan import Health

DB = Key("Stack", "db")
SHOP = Key("Stack", "shop")
SAID = {"db": ServiceSpec(verify=(Http("db", "/"),))}


def database(scene: Scene, tag: str = "db:1") -> None:
    scene.stack(project(db=service(tag)), DB, services=SAID, timeout=20.0)


def test_a_suspended_stack_is_left_alone() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    scene.image("app:2", suspended="holidays")
    scene.host.kill("web-web-1")
    scene.look()
    assert (scene.ready(), scene.message()) == ("Suspended!", "holidays")
    assert scene.status().health is Health.SUSPENDED
    scene.untouched()


def test_a_suspension_ends_at_its_expiry() -> None:
    scene = Scene()
    scene.image("app:1", suspended="until noon", suspended_until="2026-01-01T00:05:00+00:00")
    assert scene.look() == 300
    assert scene.host.every == {}
    scene.clock.wait(299)
    scene.look()
    assert scene.host.every == {}
    scene.clock.wait(1)
    scene.look()
    assert scene.runs == {"web": "app:1 running"}


def test_a_suspended_stack_whose_document_goes_away_is_removed() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    scene.image("app:1", suspended="holidays")
    scene.leave()
    scene.settle()
    assert scene.host.every == {}


def test_a_stack_waits_until_what_it_depends_on_is_verified() -> None:
    scene = Scene()
    scene.image("app:1", depends_on=("db",))
    database(scene)
    assert scene.look() == 2
    assert (scene.ready(), scene.host.every) == ("DependencyNotReady!", {})
    assert scene.message() == "waits for Stack/db to be verified"
    scene.settle(DB)
    scene.look()
    assert scene.runs == {"db": "db:1 running", "web": "app:1 running"}


def test_a_stack_waits_for_the_newest_revision_of_what_it_depends_on() -> None:
    scene = Scene()
    database(scene)
    scene.settle(DB)
    database(scene, "db:2")
    scene.image("app:1", depends_on=("db",))
    scene.look()
    assert scene.ready() == "DependencyNotReady!"
    scene.settle(DB)
    scene.look()
    assert scene.ready() == "Unverified"


def test_a_stack_does_not_go_on_where_what_it_depends_on_was_rolled_back() -> None:
    scene = Scene()
    database(scene)
    scene.settle(DB)
    scene.host.behaviours["db:2"] = FAILS
    database(scene, "db:2")
    scene.settle(DB)
    assert scene.ready(DB) == "RolledBack!"
    scene.image("app:1", depends_on=("db",))
    scene.look()
    assert scene.ready() == "DependencyNotReady!"


def test_a_repair_does_not_wait_for_anybody() -> None:
    scene = Scene()
    database(scene)
    scene.image("app:1", depends_on=("db",))
    scene.settle(DB)
    scene.settle()
    database(scene, "db:2")
    scene.host.kill("web-web-1")
    scene.look()
    assert scene.runs["web"] == "app:1 running"


def test_dependants_are_removed_before_what_they_depend_on() -> None:
    scene = Scene()
    database(scene)
    scene.image("app:1", depends_on=("db",))
    scene.stack(project(shop=service("shop:1")), SHOP, depends_on=("web", "db"))
    for key in (DB, WEB, SHOP):
        scene.settle(key)
    for key in (DB, WEB, SHOP):
        scene.leave(key)
    assert (scene.look(DB), scene.look(WEB)) == (2, 2)
    assert scene.message(DB) == "waits until Stack/web is removed"
    assert len(scene.runs) == 3
    for key in (SHOP, WEB, DB):
        scene.settle(key)
    assert (scene.host.every, scene.wanted) == ({}, {})


def test_a_stack_that_stays_does_not_keep_what_it_depends_on_from_leaving() -> None:
    scene = Scene()
    database(scene)
    scene.image("app:1", depends_on=("db",))
    scene.settle(DB)
    scene.settle()
    scene.leave(DB)
    scene.settle(DB)
    assert scene.runs == {"web": "app:1 running"}


def test_an_orphaned_stack_is_forgotten_and_keeps_running() -> None:
    scene = Scene()
    scene.image("app:1", delete=False)
    scene.settle()
    scene.leave()
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.records.texts == {}


def test_a_document_that_is_wrong_is_told_while_the_last_good_one_is_kept_up() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    problem = Problem("web/stack.yaml", 7, "spec.timeout", "is no duration", "Write it as 5m.")
    scene.wanted[WEB] = replace(scene.wanted[WEB], problems=(problem,))
    scene.host.kill("web-web-1")
    scene.look()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.ready() == "InvalidDocument!"
    assert "web/stack.yaml:7: spec.timeout: is no duration" in scene.message()
    assert "not valid; the last good version (commit-1) stays in force" in scene.message()
    assert scene.status().revision == "commit-1"
    scene.untouched()


def test_the_status_of_a_stack_that_waits_is_written_once() -> None:
    scene = Scene()
    scene.image("app:1", depends_on=("db",))
    database(scene)
    scene.look()
    scene.untouched()


def test_an_unrelated_commit_writes_nothing() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    scene.image("app:1")
    scene.untouched()
