"""Inputs whose change is answered in place: restart, a signal, or nothing."""

import pytest

from tests.kinds.stack.builders import bind, document, lines, project, service
from tests.kinds.stack.world import World, here
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.plan import rollback


def soft(act: str, path: str = "conf") -> World:
    """Return a verified stack that is told what to do when a path changes."""
    said = document(services={"web": ServiceSpec(on_change={path: act})})
    mounts = [bind(here("conf"), "/conf"), bind(here("site"), "/site")]
    world = World(project(web=service(volumes=mounts)), said)
    world.files.update({here("conf/a"): "1", here("conf/b"): "1", here("site/index"): "1"})
    return world.deployed()


@pytest.mark.parametrize(
    ("act", "step"), [("restart", "restart  web"), ("signal:HUP", "signal   web HUP")]
)
def test_a_soft_path_is_answered_in_place(act: str, step: str) -> None:
    world = soft(act)
    world.files[here("conf/a")] = "2"
    assert world.text() == lines(f"""
        Stack/web OutOfSync: web: file web/conf/a changed in abc1234
        1 {step}  cause: file web/conf/a changed
        2 verify   web stable for 10s within 300s
        3 seal     release
        """)
    world.deployed()
    assert world.plan().steps == ()


def test_a_path_to_ignore_only_goes_on_record() -> None:
    world = soft("ignore")
    world.files[here("conf/a")] = "2"
    assert world.text() == lines("""
        Stack/web OutOfSync: web: file web/conf/a changed in abc1234
        1 verify   web stable for 10s within 300s
        2 seal     release
          keep     web  file web/conf/a changed
        """)
    world.deployed()
    assert world.plan().steps == ()


def test_other_paths_of_the_same_service_still_recreate_it() -> None:
    world = soft("signal:HUP")
    world.files[here("site/index")] = "2"
    assert "restart  web -> app:1  cause: file web/site/index changed" in world.text()


def test_a_hard_change_makes_a_soft_one_pointless() -> None:
    world = soft("signal:HUP")
    world.files.update({here("conf/a"): "2", here("site/index"): "2"})
    assert world.text().replace("/conf/a", "/a") == lines("""
        Stack/web OutOfSync: web: file web/a changed (and 1 more) in abc1234
        1 restart  web -> app:1  cause: file web/a changed (and 1 more)  [undo: web -> <app:1>]
        2 verify   web stable for 10s within 300s
        3 seal     release
        """)


def test_a_restart_is_the_stronger_answer_of_two() -> None:
    world = soft("signal:HUP")
    acts = {"conf/a": "signal:HUP", "conf/b": "restart"}
    world.wants(document(services={"web": ServiceSpec(on_change=acts)}))
    world.deployed()
    world.files.update({here("conf/a"): "2", here("conf/b"): "2"})
    assert "1 restart  web  cause: file web/conf/a changed (and 1 more)" in world.text()


def test_a_soft_path_stays_live_and_others_are_copied() -> None:
    world = soft("signal:HUP")
    live, copied = world.wanted().services["web"].model["volumes"]
    assert live["source"] == here("conf")
    assert copied["source"].startswith("/state/snapshots/")
    assert set(world.host.copies.values()) == {here("site")}


def test_a_folder_is_live_where_one_of_its_files_is_soft() -> None:
    world = soft("restart", path="conf/a")
    live, _ = world.wanted().services["web"].model["volumes"]
    assert live["source"] == here("conf")
    world.files[here("conf/a")] = "2"
    assert "1 restart  web  cause: file web/conf/a changed" in world.text()
    world.files[here("conf/b")] = "2"
    assert "restart  web -> app:1" in world.text()


def test_a_path_that_is_no_longer_soft_recreates_its_service_once() -> None:
    world = soft("signal:HUP")
    world.wants(document())
    assert "restart  web -> app:1  cause: inputs changed" in world.text()
    world.deployed()
    assert world.plan().steps == ()
    volumes = world.wanted().services["web"].model["volumes"]
    assert all(one["source"].startswith("/state/snapshots/") for one in volumes)


def test_a_config_file_can_be_soft_as_well() -> None:
    said = document(services={"web": ServiceSpec(on_change={"site.conf": "signal:HUP"})})
    compose = project(web=service(configs=[{"source": "site"}]))
    compose["configs"] = {"site": {"name": "web_site", "file": here("site.conf")}}
    world = World(compose, said)
    world.files[here("site.conf")] = "1"
    world.deployed()
    world.files[here("site.conf")] = "2"
    assert "1 signal   web HUP  cause: config site changed" in world.text()
    assert world.host.copies == {}


def test_what_was_changed_in_place_cannot_be_rolled_back_and_the_plan_says_so() -> None:
    world = soft("restart")
    world.files[here("conf/a")] = "2"
    todo = world.plan()
    assert todo.no_way_back == "web reads its files in place, and they are what git says"
    assert rollback(todo, todo.steps, timeout=60).steps == ()
