"""Work that could not even begin, or was cut off: tried again later, and how often."""

import pytest

from tests.engine.scene import FAILS, Scene
from tests.fake_host import image_id
from tests.kinds.stack.builders import built, project, service
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import ToolError, TransientError

SAID = {"web": ServiceSpec(verify=(Http("web", "/"),))}
LIMIT = 3


def verified() -> Scene:
    scene = Scene()
    scene.image("app:1", services=SAID, timeout=20.0)
    scene.settle()
    return scene


def pauses(scene: Scene, looks: int) -> list[float]:
    """Look again whenever it is due; return the seconds between the tries."""
    found = []
    for _ in range(looks):
        delay = scene.look()
        assert delay is not None
        found.append(delay)
        scene.clock.wait(delay)
    return found


def test_a_pull_that_fails_leaves_the_running_service_as_it_is() -> None:
    scene = verified()
    scene.image("app:2", services=SAID)
    scene.host.registry["app:2"] = ToolError("manifest unknown")
    changes = len(scene.host.changes)
    scene.look()
    assert scene.runs == {"web": "app:1 running"}
    assert [what.split()[0] for what in scene.host.changes[changes:]] == ["freeze", "pull"]
    assert scene.ready() == "Waiting!"
    assert scene.message() == "manifest unknown. It is tried again at 2026-01-01T00:00:20+00:00."


def test_a_network_that_fails_is_tried_ever_later_and_never_given_up() -> None:
    scene = verified()
    scene.image("app:2", services=SAID, retry_limit=2, interval=1000.0)
    scene.host.registry["app:2"] = TransientError("registry does not answer")
    assert pauses(scene, 9) == [10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert scene.status().quarantine is None
    scene.host.registry["app:2"] = image_id("app:2")
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}
    assert (scene.ready(), scene.status().tries, scene.status().next_at) == ("Verified", 0, "")


def test_when_it_is_tried_again_is_said_once() -> None:
    scene = verified()
    scene.image("app:2", services=SAID)
    scene.host.registry["app:2"] = TransientError("no answer", "", "It is tried again.")
    scene.look()
    assert scene.message() == "no answer. It is tried again at 2026-01-01T00:00:20+00:00."


def test_repeated_failures_of_one_digest_are_one_line_of_history() -> None:
    scene = verified()
    scene.image("app:2", services=SAID)
    scene.host.registry["app:2"] = TransientError("registry does not answer")
    pauses(scene, 5)
    assert scene.results == ["Applied", "Failed"]


def test_a_build_that_keeps_failing_is_given_up_after_the_limit() -> None:
    scene = Scene()
    scene.host.trees["repo"].files["/repo/web/api/Dockerfile"] = "FROM base:1\n"
    scene.host.broken_builds["api"] = ToolError("no such file")
    scene.stack(project(api=built()), retry_limit=LIMIT, interval=1000.0)
    scene.settle()
    builds = [what for what in scene.host.changes if what.startswith("build")]
    assert len(builds) == LIMIT + 1
    assert (scene.ready(), scene.results) == ("VerificationFailed!", ["Failed"])
    assert "no such file" in scene.message()
    scene.untouched()


def test_a_build_that_was_given_up_leaves_the_verified_release() -> None:
    scene = verified()
    scene.host.trees["repo"].files["/repo/web/api/Dockerfile"] = "FROM base:1\n"
    scene.host.broken_builds["web"] = ToolError("no such file")
    scene.stack(project(web=built()), services=SAID, retry_limit=0)
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert scene.ready() == "RolledBack!"
    scene.untouched()


def test_something_new_does_not_wait_for_the_pause_of_what_failed() -> None:
    scene = verified()
    scene.image("app:2", services=SAID)
    scene.host.registry["app:2"] = TransientError("registry does not answer")
    pauses(scene, 5)
    scene.image("app:3", services=SAID)
    scene.look()
    assert (scene.runs, scene.ready()) == ({"web": "app:3 running"}, "Verified")


def test_something_new_is_tried_as_often_as_anything() -> None:
    scene = Scene()
    for tag in ("app:1", "app:2"):
        scene.image(tag, services=SAID, retry_limit=LIMIT, interval=1000.0)
        scene.host.registry[tag] = ToolError("manifest unknown")
        scene.settle()
    assert scene.host.changes.count("pull app:2") == LIMIT + 1


def test_drift_is_repaired_while_a_new_release_cannot_be_fetched() -> None:
    scene = verified()
    scene.image("app:2", services=SAID, retry_limit=0)
    scene.host.registry["app:2"] = ToolError("manifest unknown")
    scene.settle()
    scene.host.kill("web-web-1")
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}


def test_an_engine_that_goes_away_while_a_container_is_replaced_is_no_verdict() -> None:
    scene = verified()
    scene.image("app:2", services=SAID, timeout=20.0)
    scene.host.failures["up"] = [TransientError("the Docker engine does not answer")]
    delay = scene.look()
    assert (scene.status().quarantine, scene.status().stuck) == (None, "")
    assert scene.results == ["Applied", "Interrupted"]
    scene.clock.wait(delay or 0)
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


def test_an_engine_that_goes_away_on_the_way_back_does_not_end_it() -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", services=SAID, timeout=20.0)
    gone = TransientError("the Docker engine does not answer")
    scene.clock.after(15, lambda: scene.host.failures.update(up=[gone]))
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.status().stuck) == ("RolledBack!", "")
    scene.untouched()


def test_a_process_that_is_stopped_on_the_way_back_goes_on_with_it() -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", services=SAID, timeout=20.0)
    stops = Stopping(scene)
    scene.host.before = stops.before
    scene.look()
    assert stops.stopped
    assert scene.runs == {"web": "app:2 running"}
    assert scene.status().stuck == ""
    scene.stopping = False
    scene.host.before = lambda _: None
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "RolledBack!")
    scene.untouched()


class Stopping:
    """Stops the process when a stack is started for the second time."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.ups, self.stopped = scene, 0, False

    def before(self, what: str) -> None:
        self.ups += what.startswith("up ")
        if self.ups == 2:
            self.scene.stopping = self.stopped = True


def test_a_removal_that_fails_is_tried_ever_later() -> None:
    scene = verified()
    scene.leave()
    scene.host.failures["remove"] = [ToolError("device busy")] * 4
    assert pauses(scene, 4) == [10, 20, 40, 80]
    assert scene.status().quarantine is None
    scene.settle()
    assert (scene.host.every, scene.records.texts) == ({}, {})


def test_what_is_stuck_can_still_be_removed() -> None:
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", services=SAID, timeout=20.0)
    scene.clock.after(15, lambda: scene.host.failures.update(up=[ToolError("port is taken")]))
    scene.settle()
    assert scene.status().stuck
    scene.leave()
    scene.settle()
    assert scene.host.every == {}


@pytest.mark.parametrize("error", [ToolError("is full"), TransientError("does not answer")])
def test_a_look_that_fails_is_told_and_changes_nothing_else(error: ToolError) -> None:
    scene = verified()
    before = scene.status()
    scene.host.projects["/repo/web"] = error
    assert scene.look() == 10
    now = scene.status()
    reason = "Unreachable" if isinstance(error, TransientError) else "LookFailed"
    assert (scene.ready(), scene.message()) == (f"{reason}!", error.text)
    assert (now.applied, now.services, now.history, now.health, now.observed_digest) == (
        before.applied,
        before.services,
        before.history,
        before.health,
        before.observed_digest,
    )
    scene.untouched()
    scene.host.projects["/repo/web"] = project(web=service("app:1"))
    scene.settle()
    assert scene.ready() == "Verified"


def test_an_engine_that_does_not_answer_after_the_work_is_told_as_well() -> None:
    scene = verified()
    scene.image("app:2", services=SAID, timeout=20.0)

    def gone(what: str) -> None:
        scene.host.answering = not what.startswith("freeze") or "sealed" not in what

    scene.host.before = gone
    scene.look()
    assert scene.ready() == "Unreachable!"
    assert scene.results == ["Applied", "Applied"]


def test_what_failed_and_was_withdrawn_delays_no_repair() -> None:
    scene = verified()
    scene.image("app:2", services=SAID, interval=1000.0)
    scene.host.registry["app:2"] = TransientError("registry does not answer")
    pauses(scene, 5)
    scene.look()
    scene.image("app:1", services=SAID, timeout=20.0)
    scene.host.kill("web-web-1")
    scene.look()
    assert scene.runs == {"web": "app:1 running"}
    scene.settle()
    assert (scene.ready(), scene.status().tries) == ("Verified", 0)
