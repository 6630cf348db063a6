"""Drift: corrected at once, then ever later, and left to a person when it keeps coming back."""

from typing import Any

from tests.engine.scene import Scene
from tests.fake_container import UNHEALTHY
from tests.kinds.stack.builders import health, project, service
from trueup.engine.gate import STUBBORN
from trueup.kinds.stack.spec import Drift
from trueup.model.errors import ToolError, TransientError
from trueup.model.plan import Health


def verified(**spec: Any) -> Scene:
    scene = Scene()
    scene.stack(project(web=service("app:1", healthcheck=health())), **spec)
    scene.settle()
    return scene


def pauses(scene: Scene, times: int, **limits: int) -> list[float]:
    """Change a limit whenever it was corrected; return how long each correction took to come."""
    found: list[float] = []
    for _ in range(times):
        scene.host.update("web-web-1", **limits)
        begun = scene.clock.seconds
        before = scene.container.id
        for _ in range(10):
            delay = scene.look()
            if scene.container.id != before:
                break
            scene.clock.wait(delay or 0)
        found.append(round(scene.clock.seconds - begun - 10))
    return found


def test_drift_is_corrected_at_once_and_told() -> None:
    scene = verified()
    scene.host.kill("web-web-1", 1)
    scene.look()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("Verified", ["Applied", "Healed"])
    assert scene.status().history[0].message == "web: is exited with code 1"


def test_what_was_corrected_needs_no_further_look() -> None:
    scene = verified()
    scene.host.kill("web-web-1", 1)
    assert scene.look() == 600
    scene.untouched(1)


def test_drift_that_comes_back_is_corrected_ever_later() -> None:
    scene = verified(interval=1000.0)
    assert pauses(scene, 6, Memory=7) == [0, 2, 6, 18, 54, 162]


def test_a_repair_that_is_cut_off_is_tried_ever_later_and_never_left_to_a_person() -> None:
    scene = verified(interval=1000.0)
    scene.host.kill("web-web-1", 1)
    full = "no space left on device"
    scene.host.failures["up"] = [TransientError(full)] * 12
    waits = []
    for _ in range(12):
        waits.append(scene.look())
        assert (scene.ready(), full in scene.message()) == ("Waiting!", True)
        scene.clock.wait(waits[-1] or 0)
    assert waits == [10, 20, 40, 80, 160, *[300] * 7]
    scene.look()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("Verified", ["Applied", "Interrupted", "Healed"])
    assert pauses(scene, 3, Memory=7) == [2, 6, 18]


def test_drift_that_keeps_coming_back_is_left_to_a_person() -> None:
    scene = verified(interval=1000.0)
    pauses(scene, STUBBORN, Memory=7)
    scene.host.update("web-web-1", Memory=7)
    scene.look()
    assert scene.ready() == "DriftReturns!"
    assert f"came back {STUBBORN} times after it was corrected" in scene.message()
    scene.clock.wait(3600)
    scene.untouched()


def test_a_new_requested_at_has_returning_drift_corrected_again() -> None:
    scene = verified(interval=1000.0)
    pauses(scene, STUBBORN, Memory=7)
    scene.stack(project(web=service("app:1", healthcheck=health())), requested_at="now")
    scene.host.update("web-web-1", Memory=7)
    scene.settle()
    assert scene.ready() == "Verified"


def test_a_container_that_keeps_dying_is_started_for_ever() -> None:
    scene = verified(interval=1000.0)
    for _ in range(STUBBORN + 3):
        scene.host.kill("web-web-1", 1)
        for _ in range(3):
            scene.clock.wait(scene.look() or 0)
        assert scene.runs == {"web": "app:1 running"}


def test_after_a_quiet_time_drift_is_corrected_at_once_again() -> None:
    scene = verified(interval=1000.0)
    pauses(scene, 5, Memory=7)
    scene.clock.wait(3600)
    scene.untouched()
    assert pauses(scene, 3, Memory=7) == [0, 2, 6]


def test_drift_that_is_only_reported_is_told_and_left() -> None:
    scene = verified(drift=Drift.REPORT)
    scene.host.update("web-web-1", Memory=7)
    scene.look()
    assert scene.ready() == "Drifted!"
    assert scene.message() == "web: memory is 7, wants 0"
    scene.untouched()


def test_a_correction_that_fails_is_no_verdict_on_the_release() -> None:
    scene = verified(timeout=20.0)
    scene.host.kill("web-web-1", 1)
    scene.host.failures["up"] = [ToolError("port is taken")]
    delay = scene.look()
    assert scene.results == ["Applied", "Failed"]
    assert (scene.status().quarantine, scene.status().stuck) == (None, "")
    scene.clock.wait(delay or 0)
    scene.settle()
    assert scene.ready() == "Verified"


def test_a_sick_container_is_restarted_and_its_health_told_meanwhile() -> None:
    scene = verified(timeout=20.0, interval=1000.0)
    scene.container.behaviour = UNHEALTHY
    scene.look()
    assert "restart web-web-1" in scene.host.changes
    assert scene.status().health is Health.DEGRADED
    assert scene.ready() == "Waiting!"


def test_a_repair_is_made_with_what_was_verified_although_its_tag_is_gone() -> None:
    scene = verified()
    scene.host.kill("web-web-1", 1)
    scene.host.registry.clear()
    scene.settle()
    assert scene.ready() == "Verified"
