"""What becomes of a new digest: verified, or taken back and never tried again."""

from typing import Any

import pytest

from tests.engine.scene import FAILS, HTTP, WEB, Scene, deployed
from tests.fake_container import COMPLETES, CRASHES, Behaviour
from tests.fake_host import image_id
from tests.kinds.stack.builders import health, needs, project, service
from trueup.kinds.stack.spec import Rollback, ServiceSpec
from trueup.model.checks import Http
from trueup.model.errors import SpecError, ToolError
from trueup.model.plan import Health, Sync


def verified() -> Scene:
    """Return a stack whose first release was verified."""
    return deployed("app:1")


def broken(behaviour: Behaviour = FAILS, image: str = "app:2") -> Scene:
    """Return that stack after git said to run an image that is no good."""
    scene = verified()
    scene.host.behaviours[image] = behaviour
    scene.image(image, **HTTP)
    scene.settle()
    return scene


def stuck() -> Scene:
    """Return a stack whose second release failed, and the way back as well."""
    scene = verified()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", **HTTP)
    pinned = scene.status().applied
    assert pinned is not None
    scene.host.failures["up"] = []
    scene.clock.after(30, lambda: scene.host.failures["up"].append(ToolError("port is taken")))
    scene.settle()
    return scene


def test_a_new_digest_ends_ready() -> None:
    scene = verified()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("Verified", ["Applied"])
    assert (scene.status().sync, scene.status().health) == (Sync.SYNCED, Health.HEALTHY)


def test_what_was_verified_is_on_record_with_its_images() -> None:
    scene = verified()
    applied = scene.status().applied
    assert applied is not None
    assert (applied.revision, applied.verified_at) == ("commit-1", "2026-01-01T00:00:10+00:00")
    assert applied.parts["web"].image_id == image_id("app:1")
    assert scene.host.stored(applied.file)["services"]["web"]["image"] in scene.host.images


def test_a_release_that_nothing_could_verify_is_said_to_be_unverified() -> None:
    scene = Scene()
    scene.image("app:1")
    scene.settle()
    assert (scene.ready(), scene.status().health) == ("Unverified", Health.UNVERIFIED)


def test_a_failed_probe_brings_the_verified_release_back() -> None:
    scene = broken()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("RolledBack!", ["Applied", "RolledBack"])
    assert scene.status().sync is Sync.OUT_OF_SYNC
    assert "answers 500" in scene.message()
    assert "Now runs commit-1 (" in scene.message()


def test_a_crash_loop_without_a_health_check_brings_the_verified_release_back() -> None:
    scene = Scene()
    scene.stack(project(web=service("app:1", restart="always")))
    scene.settle()
    scene.host.behaviours["app:2"] = CRASHES
    scene.stack(project(web=service("app:2", restart="always")))
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert "crash-loops" in scene.message()


def test_what_a_failed_release_wrote_is_kept() -> None:
    scene = broken(Behaviour(answers={"*": "answers 500"}, says="no database"))
    assert "no database" in scene.records.artifacts[f"{WEB}/restart.log"]
    assert "answers 500" in scene.records.artifacts[f"{WEB}/rollback.log"]
    assert "2 restart  web -> app:2" in scene.records.artifacts[f"{WEB}/plan.txt"]


def test_a_digest_that_was_rolled_back_is_not_tried_again() -> None:
    broken().untouched()


def test_a_changed_spec_is_tried_after_one_was_rolled_back() -> None:
    scene = broken()
    scene.image("app:3", **HTTP)
    scene.settle()
    assert scene.runs == {"web": "app:3 running"}
    assert (scene.ready(), scene.status().quarantine) == ("Verified", None)


def test_a_revert_after_a_rollback_is_synced_at_once_and_touches_nothing() -> None:
    scene = broken()
    changes = list(scene.host.changes)
    scene.image("app:1", **HTTP)
    scene.settle()
    assert scene.host.changes == changes
    assert (scene.ready(), scene.status().sync) == ("Verified", Sync.SYNCED)


def test_what_failed_is_still_not_tried_when_git_says_it_again() -> None:
    scene = broken()
    scene.image("app:1", **HTTP)
    scene.settle()
    changes = list(scene.host.changes)
    scene.image("app:2", **HTTP)
    scene.settle()
    assert scene.host.changes == changes
    assert scene.ready() == "RolledBack!"


def test_a_tag_that_moved_on_from_a_bad_image_is_tried() -> None:
    scene = broken()
    scene.host.registry["app:2"] = scene.host.images["app:2"] = image_id("app:2 mended")
    scene.host.behaviours.clear()
    scene.settle()
    assert scene.ready() == "Verified"


def test_a_new_requested_at_forgets_failures() -> None:
    scene = broken()
    scene.host.behaviours.clear()
    scene.image("app:2", **HTTP, requested_at="now")
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:2 running"}, "Verified")


def test_a_requested_at_is_acted_on_once() -> None:
    scene = broken()
    scene.image("app:2", **HTTP, requested_at="now")
    scene.settle()
    assert (scene.ready(), scene.results[-2:]) == ("RolledBack!", ["RolledBack", "RolledBack"])
    scene.untouched()


def test_a_rollback_that_fails_too_ends_stuck() -> None:
    scene = stuck()
    assert (scene.ready(), scene.results[-1]) == ("Stalled!", "RollbackFailed")
    assert "port is taken" in scene.status().stuck
    stalled = scene.status().condition("Stalled")
    assert stalled is not None
    assert stalled.status == "True"


def test_what_is_stuck_is_left_alone_also_when_it_drifts() -> None:
    scene = stuck()
    scene.host.kill("web-web-1")
    scene.look()
    scene.untouched()


def test_a_new_release_is_tried_when_one_is_stuck() -> None:
    scene = stuck()
    scene.image("app:3", **HTTP)
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:3 running"}, "Verified")


def test_a_revert_ends_being_stuck() -> None:
    scene = stuck()
    scene.image("app:1", **HTTP)
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "Verified")


def test_a_first_release_that_fails_is_left_as_it_is_and_not_tried_again() -> None:
    scene = Scene()
    scene.host.behaviours["app:1"] = FAILS
    scene.image("app:1", **HTTP)
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("VerificationFailed!", ["Failed"])
    assert scene.message().endswith("It is left as it is.")
    scene.untouched()


def test_a_service_that_is_never_rolled_back_stays_and_a_person_is_asked_for() -> None:
    scene = Scene()
    never = {"web": ServiceSpec(verify=(Http("web", "/"),), rollback=Rollback.NEVER)}
    scene.image("app:1", services=never)
    scene.settle()
    scene.host.behaviours["app:2"] = FAILS
    scene.image("app:2", services=never)
    scene.settle()
    assert scene.runs == {"web": "app:2 running"}
    assert (scene.ready(), scene.results[-1]) == ("Stalled!", "Stuck")
    assert "Not rolled back: web says rollback: never." in scene.message()
    scene.untouched()


def test_only_what_was_touched_is_taken_back_when_an_early_service_fails() -> None:
    """The image of a service that was not reached is another than the one it runs."""

    def say(tag: str) -> None:
        waits = needs(db="healthy")
        db = service(f"db:{tag}", healthcheck=health())
        scene.stack(project(db=db, web=service(f"app:{tag}", depends_on=waits)), timeout=20.0)

    scene = Scene()
    say("1")
    scene.settle()
    web = next(one.id for one in scene.host.every.values() if one.name == "web-web-1")
    scene.host.behaviours["db:2"] = Behaviour(healthy=False)
    say("2")
    scene.settle()
    assert scene.runs == {"db": "db:1 running", "web": "app:1 running"}
    assert web in scene.host.every
    scene.untouched()


def test_a_migration_that_fails_leaves_the_service_and_is_not_run_again() -> None:
    once = {"migrate": ServiceSpec(one_shot=True)}

    def say(tag: str) -> None:
        waits = needs(migrate="completed_successfully")
        web = service(f"app:{tag}", depends_on=waits)
        scene.stack(project(migrate=service(f"app:{tag}"), web=web), services=once)

    scene = Scene()
    scene.host.behaviours["migrate"] = COMPLETES
    say("1")
    scene.settle()
    scene.host.behaviours["migrate"] = CRASHES
    say("2")
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert "migrate exited with code 1" in scene.message()
    scene.untouched()


def test_a_file_that_is_read_in_place_and_breaks_the_service_needs_a_person() -> None:
    scene = Scene()
    mount = {"type": "bind", "source": "/repo/web/conf", "target": "/conf", "read_only": True}
    files = scene.host.trees["repo"].files
    files["/repo/web/conf"] = "good"
    said = {"web": ServiceSpec(verify=(Http("web", "/"),), on_change={"conf": "restart"})}
    scene.stack(project(web=service(volumes=[mount])), services=said, timeout=20.0)
    scene.settle()
    files["/repo/web/conf"] = "bad"
    scene.container.behaviour = FAILS
    scene.settle()
    assert scene.ready() == "Stalled!"
    assert "reads its files in place" in scene.message()
    scene.untouched()


def test_the_image_that_was_verified_is_kept_although_its_tag_moved_meanwhile() -> None:
    scene = Scene()
    scene.image("app:1")
    moved = {"app:1": image_id("other"), "<none>": image_id("app:1")}
    scene.clock.after(5, lambda: scene.host.images.update(moved))
    scene.look()
    applied = scene.status().applied
    assert applied is not None
    assert applied.parts["web"].image_id == image_id("app:1")


def test_a_service_that_is_scaled_to_nothing_has_no_image_that_must_be_kept() -> None:
    scene = Scene()
    scene.stack(project(idle=service("idle:1", deploy={"replicas": 0}), web=service("app:1")))
    scene.settle()
    assert scene.runs == {"web": "app:1 running"}
    assert (scene.ready(), scene.results) == ("Unverified", ["Applied"])


def test_a_project_that_compose_refuses_is_told_and_the_old_one_keeps_running() -> None:
    scene = verified()
    scene.image("app:2", **HTTP)
    scene.host.projects["/repo/web"] = SpecError("compose refuses /repo/web", "it is wrong")
    scene.settle()
    assert scene.ready() == "Refused!"
    assert scene.message().startswith("compose refuses /repo/web: it is wrong.")
    assert (scene.runs, scene.status().health) == ({"web": "app:1 running"}, Health.HEALTHY)
    scene.host.kill("web-web-1")
    scene.settle()
    assert (scene.runs, scene.ready()) == ({"web": "app:1 running"}, "Refused!")


@pytest.mark.parametrize("state", [verified, broken, stuck])
def test_a_second_look_does_and_writes_nothing(state: Any) -> None:
    state().untouched()
