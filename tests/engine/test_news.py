"""What is newer ends a wait that leads nowhere; what changes nothing does not."""

from tests.engine.scene import FAILS, Scene
from tests.kinds.stack.builders import project, service
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import ToolError, TrueupError

SAID = {"web": ServiceSpec(verify=(Http("web", "/"),))}


def waiting() -> Scene:
    """Return a verified stack whose second release will not pass its check for 300 seconds."""
    scene = Scene()
    scene.image("app:1", services=SAID)
    scene.settle()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", services=SAID)
    return scene


def test_a_newer_revision_ends_the_wait_and_nothing_is_quarantined() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: scene.image("app:3", services=SAID))
    assert scene.look() == 0
    assert scene.clock.seconds < 60
    assert scene.status().quarantine is None
    scene.settle()
    assert (scene.runs, scene.results) == ({"web": "app:3 running"}, ["Applied", "Applied"])


def test_the_way_back_of_the_newer_release_leads_past_the_abandoned_one() -> None:
    scene = waiting()
    scene.host.behaviours["app:3"] = FAILS
    scene.clock.after(30, lambda: scene.image("app:3", services=SAID, timeout=20.0))
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.ready() == "RolledBack!"


def test_a_revert_ends_the_wait_and_brings_the_old_release_back() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: scene.image("app:1", services=SAID))
    scene.settle()
    assert scene.clock.seconds < 60
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "Verified")


def test_a_document_that_goes_away_ends_the_wait_and_its_stack_is_removed() -> None:
    scene = waiting()
    scene.clock.after(30, scene.leave)
    scene.settle()
    assert scene.clock.seconds < 60
    assert (scene.host.every, scene.records.texts) == ({}, {})


def test_a_revision_that_says_the_same_does_not_end_the_wait() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: scene.image("app:2", services=SAID))
    scene.look()
    assert scene.clock.seconds > 300
    assert scene.ready() == "RolledBack!"


def test_a_revision_that_cannot_be_read_just_now_does_not_end_the_wait() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: _unreadable(scene, ToolError("compose itself failed")))
    scene.clock.after(60, lambda: scene.image("app:3", services=SAID))
    scene.settle()
    assert scene.runs == {"web": "app:3 running"}
    assert scene.results == ["Applied", "Applied"]


def test_a_newer_revision_ends_a_repair_that_waits() -> None:
    scene = Scene()
    scene.image("app:1", services=SAID)
    scene.settle()
    scene.container.behaviour = FAILS
    scene.host.kill("web-web-1")
    scene.host.behaviours["app:1"] = FAILS
    scene.clock.after(30, lambda: scene.image("app:2", services=SAID))
    scene.settle()
    assert scene.clock.seconds < 120
    assert scene.runs == {"web": "app:2 running"}


def test_the_wait_of_a_repair_on_the_old_release_is_not_ended_by_the_bad_one() -> None:
    scene = waiting()
    scene.image("app:2", services=SAID, timeout=20.0)
    scene.settle()
    assert scene.ready() == "RolledBack!"
    scene.host.kill("web-web-1")
    scene.clock.after(5, lambda: scene.image("app:2", services=SAID, timeout=20.0))
    scene.look()
    assert scene.results[-1] == "Healed"


def test_a_stop_ends_the_wait_and_the_next_start_goes_on() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: setattr(scene, "stopping", True))
    scene.look()
    assert scene.clock.seconds < 60
    assert scene.status().quarantine is None
    scene.stopping = False
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")


def test_being_overtaken_is_told_as_no_error() -> None:
    scene = waiting()
    scene.clock.after(30, lambda: scene.image("app:3", services=SAID))
    scene.look()
    assert scene.events[-1].name == "superseded"
    assert [event for event in scene.events if event.severity == "error"] == []


def _unreadable(scene: Scene, error: TrueupError) -> None:
    scene.stack(project(web=service("app:2")), services=SAID)
    scene.host.projects["/repo/web"] = error
