"""What failed and is not tried again, the way back, and where there is none."""

from dataclasses import replace

import pytest

from tests.fake_host import image_id
from tests.kinds.stack.builders import built, document, health, lines, needs, project, service
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import Drift, Rollback, ServiceSpec
from trueup.model.checks import Command, Http, Log, Tcp
from trueup.model.errors import ToolError
from trueup.model.plan import Plan, Sync, Verdict, rollback

CHECKED = (
    "verify   db is healthy, db stable for 10s, old stable for 10s, web stable for 10s within 60s"
)


def failed() -> tuple[World, Plan]:
    """Return a stack whose second release failed and was taken back."""
    world = World(project(web=service())).deployed()
    world.says(project(web=service("app:2"), cache=service("cache:1")))
    todo = world.plan()
    for image in ("app:2", "cache:1"):
        world.host.images[image] = image_id(image)
    world.failed(todo)
    return world, todo


def test_what_failed_is_not_tried_again() -> None:
    world, todo = failed()
    assert world.text() == lines(f"""
        Stack/web Held: stays at abc1234, for {todo.digest} failed: no answer.
          keep     web  in sync
        """)
    assert world.plan().sync is Sync.OUT_OF_SYNC
    assert (world.plan().wanted, world.plan().digest) != (todo.digest, todo.digest)


def test_drift_on_the_release_that_stays_is_corrected() -> None:
    world, _ = failed()
    world.host.update("web-web-1", Memory=7)
    assert world.text() == lines("""
        Stack/web Drifted: web: memory is 7, wants 0
        1 restart  web -> <app:1>  cause: memory is 7, wants 0
        2 verify   web stable for 10s within 300s
        """)
    assert world.plan().heals


@pytest.mark.parametrize("policy", list(Drift))
def test_a_way_back_that_was_cut_short_is_finished_whatever_the_drift_policy(
    policy: Drift,
) -> None:
    world, todo = failed()
    world.apply(replace(todo, steps=todo.steps[:3]))
    world.wants(document(drift=policy))
    assert world.text() == lines("""
        Stack/web Drifted: web: runs other inputs than the release says (and 1 more)
        1 restart  web -> <app:1>  cause: runs other inputs than the release says
        2 remove   cache  cause: is not in the compose file
        3 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.host.names == ["web-web-1 running"]


def test_another_change_is_tried() -> None:
    world, _ = failed()
    world.says(project(web=service("app:3")))
    assert "1 pull     web app:3" in world.text()


def test_the_release_that_failed_is_not_what_a_later_change_goes_back_to() -> None:
    world, _ = failed()
    world.says(project(web=service("app:3")))
    assert "[undo: web -> <app:1>]" in world.text()


def test_a_first_release_that_failed_is_left_as_it_is() -> None:
    world = World(project(web=service()))
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:2]))
    world.failed(todo)
    assert world.text() == lines(f"""
        Stack/web Held: {todo.digest} failed and nothing was verified before: no answer.
          keep     web  in sync
        """)
    assert world.plan().steps == ()


def test_a_tag_that_moved_on_is_a_new_try() -> None:
    world, _ = failed()
    world.host.images["app:2"] = image_id("app:2 repaired")
    assert world.plan().verdict is Verdict.OUT_OF_SYNC
    assert "restart  web -> app:2" in world.text()


def test_a_tag_that_went_away_is_no_new_try() -> None:
    world, _ = failed()
    del world.host.images["app:2"]
    assert world.plan().verdict is Verdict.HELD


def test_a_tag_that_moved_to_a_bad_image_leads_back_to_the_good_one() -> None:
    world = World(project(web=service())).deployed()
    world.host.images["app:1"] = image_id("bad")
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:1]))
    world.failed(todo)
    assert world.text() == lines("""
        Stack/web Drifted: web: runs another image than #1
        1 restart  web -> #1  cause: runs another image than #1
        2 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert next(iter(world.host.every.values())).image_id == image_id("app:1")
    assert world.plan().verdict is Verdict.HELD


def test_the_way_back_takes_back_every_started_step_latest_first_and_checks_it() -> None:
    slow = needs(db="healthy")
    world = World(
        project(
            db=service("db:1", healthcheck=health()),
            web=service(depends_on=slow),
            old=service("old:1"),
        )
    ).deployed()
    world.says(
        project(
            db=service("db:2", healthcheck=health()),
            web=service("app:2", depends_on=slow),
            new=service("new:1"),
        )
    )
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:-1]))
    back = rollback(todo, todo.steps, timeout=60)
    world.apply(back)
    running = {one.name: one.image_id for one in world.host.every.values()}
    assert running == {
        "web-db-1": image_id("db:1"),
        "web-web-1": image_id("app:1"),
        "web-old-1": image_id("old:1"),
    }
    steps = [str(step).split("  cause")[0].split(" ->")[0] for step in back.steps]
    assert steps == [
        "restart  old",
        "restart  web",
        "remove   new",
        "restart  db",
        CHECKED,
    ]


def test_the_way_back_needs_neither_the_registry_nor_the_files_of_git() -> None:
    world = World(project(api=built()))
    world.files[here("api/Dockerfile")] = "FROM base:1\n"
    world.deployed()
    world.files[here("api/Dockerfile")] = "FROM base:2\n"
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:2]))
    world.host.registry.clear()
    world.host.broken_builds["api"] = ToolError("nothing is built any more")
    world.files.clear()
    world.apply(rollback(todo, todo.steps[:2], timeout=60))
    assert [one.labels["trueup.digest"] for one in world.host.every.values()] == [
        world.status.applied.parts["api"].digest if world.status.applied else ""
    ]


def test_the_way_back_is_verified_by_the_checks_of_its_own_time() -> None:
    every = (Http("web", "http://web/"), Tcp("web", "web", 80), Command("web", ("true",)))
    old = {"web": ServiceSpec(verify=(*every, Log("web", "x", absent=True)), stable=3)}
    world = World(project(web=service()), document(services=old)).deployed()
    world.wants(document(services={"web": ServiceSpec(verify=(Http("web", "http://web/v2"),))}))
    world.says(project(web=service("app:2")))
    todo = world.plan()
    assert [str(check) for check in todo.back] == [
        "http://web/ is 200",
        "web:80 accepts a connection",
        "web: true exits 0",
        "web log lacks /x/",
        "web stable for 3s",
    ]
    assert "verify   http://web/v2 is 200, web stable for 10s" in str(todo)


def test_a_service_that_says_never_is_not_rolled_back() -> None:
    never = {"web": ServiceSpec(rollback=Rollback.NEVER)}
    world = World(project(web=service(), db=service("db:1")), document(services=never)).deployed()
    world.says(project(web=service("app:2"), db=service("db:1")))
    assert world.plan().no_way_back == "web says rollback: never"
    world.says(project(web=service(), db=service("db:2")))
    assert not world.plan().no_way_back


def test_a_service_that_says_safe_is_not_rolled_back_once_a_one_shot_may_have_run() -> None:
    said = {
        "migrate": ServiceSpec(one_shot=True),
        "web": ServiceSpec(rollback=Rollback.SAFE),
    }
    world = World(project(migrate=service(), web=service()), document(services=said)).deployed()
    world.says(project(migrate=service(), web=service("app:2")))
    assert not world.plan().no_way_back
    world.says(project(migrate=service("app:2"), web=service("app:2")))
    why = "web says rollback: safe, and migrate has run in this attempt"
    assert world.plan().no_way_back == why
    world.host.every[next(iter(world.host.every))].halted = "exited"
    assert world.plan().no_way_back == why
