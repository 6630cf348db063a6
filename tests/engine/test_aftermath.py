"""What a killed compose, or an engine that went away, leaves in the middle of a plan."""

from dataclasses import replace
from typing import Any

import pytest

from tests.engine.scene import FAILS, KilledError, Scene
from tests.fake_container import RUNS, Behaviour
from tests.kinds.stack.builders import project, service
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import EndedError, ToolError, TransientError

SAID = {"web": ServiceSpec(verify=(Http("web", "http://web/"),), stable=1)}
SPEC: dict[str, Any] = {"services": SAID, "timeout": 3.0}
HEX = "0123456789ab_web-web-1"
KILLED = EndedError("docker-compose up was ended", "somebody killed it (signal 9)")


def verified(**said: str) -> Scene:
    """Return a host on which the first release was verified, and git says the second."""
    scene = Scene()
    scene.stack(project(web=service("app:1", **said)), **SPEC)
    scene.settle()
    scene.stack(project(web=service("app:2", **said)), **SPEC)
    return scene


def killed_after(scene: Scene, phase: str, ups: int = 1, when: str = "apply") -> list[str]:
    """Have compose be killed at a phase of its next recreates; return when it was."""
    killed: list[str] = []

    def before(what: str) -> None:
        journal = scene.status().journal
        now = journal is not None and journal.phase == when
        if what.startswith("up") and now and len(killed) < ups:
            killed.append(what)
            leave_behind(scene, phase)
            raise KILLED

    scene.host.before = before
    return killed


def leave_behind(scene: Scene, phase: str) -> None:
    """Leave what a compose leaves that is killed at a phase of a recreate."""
    (old,) = scene.host.every.values()
    if phase == "begins":
        return
    new = replace(old, id="f" * 64, name=HEX, halted="created", started=None, behaviour=RUNS)
    scene.host.every[new.id] = new
    if phase == "destroyed":
        del scene.host.every[old.id]


@pytest.mark.parametrize("phase", ["begins", "created", "destroyed"])
def test_a_compose_that_is_killed_is_started_once_more_on_a_clean_floor(phase: str) -> None:
    scene = verified()
    killed = killed_after(scene, phase)
    scene.look()
    assert killed == ["up web web"]
    assert scene.host.names == ["web-web-1 running"]
    assert (scene.runs, scene.results) == ({"web": "app:2 running"}, ["Applied", "Applied"])


@pytest.mark.parametrize("phase", ["begins", "created"])
def test_a_compose_that_is_killed_every_time_costs_the_release_and_not_the_service(
    phase: str,
) -> None:
    scene = verified()
    killed_after(scene, phase, ups=2)
    scene.settle()
    assert scene.host.names == ["web-web-1 running"]
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")


@pytest.mark.parametrize("phase", ["begins", "created", "destroyed"])
@pytest.mark.parametrize("ups", [1, 2, 3])
def test_a_compose_that_is_killed_on_the_way_back_does_not_need_a_person(
    phase: str, ups: int
) -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    killed = killed_after(scene, phase, ups, when="rollback")
    scene.settle()
    assert killed
    assert scene.host.names == ["web-web-1 running"]
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")


def test_names_are_right_before_anything_is_started_on_the_way_back() -> None:
    """Compose would start what it finds, call that a success, and leave the name."""
    scene = verified()
    seen: list[list[str]] = []

    def before(what: str) -> None:
        journal = scene.status().journal
        if what.startswith("up") and journal is not None:
            seen.append([journal.phase, *scene.host.names])
            if journal.phase == "apply":
                leave_behind(scene, "created")
                raise KILLED

    scene.host.before = before
    scene.settle()
    assert seen[-1] == ["rollback", "web-web-1 running"]


@pytest.mark.parametrize("verb", ["up", "pin"])
def test_an_act_that_fails_while_the_engine_is_away_is_no_verdict_on_the_release(
    verb: str,
) -> None:
    """A program may end at its deadline because the engine hangs, and never say so."""
    scene = verified()

    def before(what: str) -> None:
        if what.startswith(verb):
            scene.host.answering = False
            raise ToolError("docker did not finish within 3s and was ended")

    scene.host.before = before
    scene.look()
    assert scene.results == ["Applied", "Interrupted"]
    scene.host.answering, scene.host.before = True, lambda _: None
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


def test_a_container_that_only_an_engine_ends_is_no_verdict_on_the_release() -> None:
    """An engine that starts anew leaves containers ended that it had promised to keep up."""
    scene = verified(restart="unless-stopped")
    scene.clock.after(0.5, lambda: scene.host.kill("web-web-1"))
    scene.settle()
    assert "Interrupted" in scene.results
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


@pytest.mark.parametrize("act", ["pause", "delete"])
def test_what_is_done_to_a_container_while_it_is_tried_is_no_verdict_on_the_release(
    act: str,
) -> None:
    scene = verified()
    scene.stack(project(web=service("app:2")), **SPEC | {"timeout": 30.0})
    scene.clock.after(0.5, lambda: getattr(scene.host, act)("web-web-1"))
    scene.settle()
    assert scene.results == ["Applied", "Interrupted", "Applied"]
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


def test_a_container_that_ends_by_itself_is_one() -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = Behaviour(exit_code=3, lives=0.5)
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")


def test_what_was_being_taken_back_is_not_tried_again_whatever_failed_before_it() -> None:
    scene = verified()
    scene.host.behaviours |= {"app:2": FAILS, "app:3": FAILS}
    scene.settle()
    scene.stack(project(web=service("app:3")), **SPEC)
    scene.dies_on_the_way_back()
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")
    assert "its rollback was cut off" in scene.message()


@pytest.mark.parametrize("error", [TransientError("away"), KilledError()])
def test_images_that_were_held_are_let_go_when_the_engine_answers_again(
    error: BaseException,
) -> None:
    scene = verified()

    def before(what: str) -> None:
        if what.startswith("let go"):
            scene.host.answering = False
            raise error

    scene.host.before = before
    try:
        scene.look()
    except KilledError:
        assert scene.host.held
    for _ in range(3):
        scene.clock.wait(scene.look() or 0)
    assert scene.host.held
    scene.host.answering, scene.host.before = True, lambda _: None
    scene.settle()
    assert (scene.host.held, scene.status().journal) == ({}, None)
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


def test_a_status_never_tells_of_a_try_whose_log_is_not_there() -> None:
    for moment in range(1, 60):
        scene = verified()
        died = scene.dies(moment)
        status = scene.status()
        if status.journal is None and status.applied and "Applied" in scene.results[1:]:
            assert "app:2" in scene.records.artifacts["Stack/web/plan.txt"], moment
        if not died:
            return
    raise AssertionError("it never ends")
