"""Services that end by themselves: run once per release, never again, and not on the way back."""

from dataclasses import replace

from tests.fake_container import COMPLETES, CRASHES
from tests.kinds.stack.builders import Model, document, lines, needs, project, service
from tests.kinds.stack.world import World
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.plan import Health, rollback

ONCE = document(services={"migrate": ServiceSpec(one_shot=True)})


def migrated(migrate: str = "app:1", web: str = "app:1") -> Model:
    """Return a project whose `web` waits until `migrate` has ended well."""
    waits = needs(migrate="completed_successfully")
    return project(migrate=service(migrate), web=service(web, depends_on=waits))


def fresh() -> World:
    """Return that project with nothing started yet."""
    world = World(migrated(), ONCE)
    world.host.behaviours["migrate"] = COMPLETES
    return world


def test_a_one_shot_service_runs_before_what_waits_for_it() -> None:
    assert fresh().text() == lines("""
        Stack/web Absent: nothing runs yet; wanted by abc1234
        1 pull     migrate app:1  cause: is new
        2 pull     web app:1  cause: is new
        3 restart  migrate -> app:1  cause: is new
        4 verify   migrate exits 0 within 300s
        5 restart  web -> app:1  cause: is new
        6 verify   migrate exits 0, web stable for 10s within 300s
        7 seal     release
        """)


def test_a_service_whose_end_others_wait_for_is_one_shot_without_being_called_so() -> None:
    world = World(migrated())
    assert "verify   migrate exits 0, web stable for 10s" in world.text()
    world.host.behaviours["migrate"] = COMPLETES
    world.deployed()
    assert world.plan().steps == ()


def test_a_one_shot_service_that_ended_well_is_not_run_again() -> None:
    world = fresh().deployed()
    assert world.text() == lines("""
        Stack/web InSync: runs what is wanted, and it was verified
          keep     migrate  completed
          keep     web  in sync
        """)


def test_a_one_shot_service_is_not_run_again_when_its_container_is_gone() -> None:
    world = fresh().deployed()
    world.host.delete("web-migrate-1")
    assert world.plan().steps == ()


def test_nothing_waits_for_a_one_shot_service_whose_container_is_gone() -> None:
    world = fresh().deployed()
    world.host.delete("web-migrate-1")
    world.says(migrated(web="app:2"))
    assert world.text() == lines("""
        Stack/web OutOfSync: web: image changed in abc1234
        1 pull     web app:2  cause: image changed
        2 restart  web -> app:2  cause: image changed  [undo: web -> <app:1>]
        3 verify   web stable for 10s within 300s
        4 seal     release
          keep     migrate  completed
        """)
    world.deployed()
    assert world.plan().steps == ()


def test_a_one_shot_service_that_was_verified_is_not_run_again_by_a_hand_on_it() -> None:
    world = fresh().deployed()
    world.host.kill("web-migrate-1", 137)
    assert world.plan().steps == ()


def test_a_one_shot_service_that_still_runs_is_waited_for() -> None:
    world = World(migrated(), ONCE)
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:3]))
    assert "keep     migrate  is running" in world.text()
    assert "migrate exits 0" in world.text()
    assert world.plan().services["migrate"].health is Health.PROGRESSING


def test_a_one_shot_service_that_failed_before_it_was_verified_is_run_again() -> None:
    world = fresh()
    world.host.behaviours["migrate"] = CRASHES
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:3]))
    assert "restart  migrate -> app:1  cause: is exited with code 1" in world.text()


def test_a_one_shot_service_of_a_new_release_runs_again() -> None:
    world = fresh().deployed()
    world.says(migrated("app:2", "app:2"))
    assert world.text() == lines("""
        Stack/web OutOfSync: migrate: image changed (and 1 more) in abc1234
        1 pull     migrate app:2  cause: image changed
        2 pull     web app:2  cause: image changed
        3 restart  migrate -> app:2  cause: image changed  [undo: migrate is removed]
        4 verify   migrate exits 0 within 300s
        5 restart  web -> app:2  cause: image changed  [undo: web -> <app:1>]
        6 verify   migrate exits 0, web stable for 10s within 300s
        7 seal     release
        """)


def test_the_way_back_does_not_run_the_old_one_shot_service_again() -> None:
    world = fresh().deployed()
    world.says(migrated("app:2", "app:2"))
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:5]))
    back = rollback(todo, todo.steps[:5], timeout=60)
    assert [str(step).split("  cause")[0].split(" ->")[0] for step in back.steps] == [
        "restart  web",
        "remove   migrate",
        "verify   web stable for 10s within 60s",
    ]
    world.failed(todo)
    world.apply(back)
    assert world.host.names == ["web-web-1 running"]
    assert world.plan().steps == ()


def test_a_one_shot_service_that_failed_is_not_run_on_the_release_that_stays() -> None:
    world = fresh().deployed()
    world.host.behaviours["migrate"] = CRASHES
    world.says(migrated("app:2", "app:2"))
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:3]))
    world.failed(todo)
    assert world.plan().steps == ()


def test_a_rollback_to_a_release_of_which_git_says_again_runs_nothing_once_more() -> None:
    world = fresh().deployed()
    world.says(migrated("app:2", "app:2"))
    world.failed()
    world.says(migrated())
    assert world.plan().steps == ()
