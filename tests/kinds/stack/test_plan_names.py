"""Containers under wrong names: what a killed compose leaves, and what people rename."""

from tests.fake_host import image_id
from tests.kinds.stack.builders import document, lines, project, service
from tests.kinds.stack.world import World
from trueup.model.plan import Verdict


def one() -> World:
    return World(project(web=service())).deployed()


def test_a_renamed_container_gets_its_name_back() -> None:
    world = one()
    world.host.rename("web-web-1", "precious")
    assert world.text() == lines("""
        Stack/web Drifted: a container has a wrong name
        1 mend     web: precious -> web-web-1  cause: the name is not the service's
        2 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.host.names == ["web-web-1 running"]
    assert world.plan().steps == ()


def test_a_name_that_the_compose_file_gives_is_the_right_one() -> None:
    world = World(project(web=service(container_name="shop"))).deployed()
    assert world.plan().steps == ()
    world.host.rename("shop", "web-web-1")
    assert "mend     web: web-web-1 -> shop" in world.text()


def test_what_a_killed_compose_left_beside_the_old_container_is_removed() -> None:
    world = one()
    world.add("web", 1, container_name="0123abcd_web-web-1")
    assert world.text() == lines("""
        Stack/web Drifted: a container has a wrong name
        1 mend     web: 0123abcd_web-web-1 removed  cause: a leftover of an interrupted recreate
        2 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.host.names == ["web-web-1 running"]


def test_what_a_killed_compose_left_of_the_only_container_is_renamed_and_started() -> None:
    world = one()
    world.host.delete("web-web-1")
    world.add("web", 1, container_name="0123abcd_web-web-1")
    assert world.text() == lines("""
        Stack/web Drifted: web: is created
        1 mend     web: 0123abcd_web-web-1 -> web-web-1  cause: the name is not the service's
        2 restart  web -> app:1  cause: is created
        3 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.host.names == ["web-web-1 running"]


def test_a_recreate_that_was_cut_short_goes_on_to_the_new_release() -> None:
    world = one()
    world.says(project(web=service("app:2")))
    world.host.images["app:2"] = image_id("app:2")
    world.add("web", 1, container_name="0123abcd_web-web-1")
    assert world.text() == lines("""
        Stack/web OutOfSync: web: image changed in abc1234
        1 mend     web: 0123abcd_web-web-1 removed  cause: a leftover of an interrupted recreate
        2 restart  web -> app:2  cause: image changed  [undo: web -> <app:1>]
        3 verify   web stable for 10s within 300s
        4 seal     release
        """)


def test_two_replicas_that_swapped_their_names_both_end_up_right() -> None:
    world = World(project(web=service(deploy={"replicas": 2}))).deployed()
    world.host.rename("web-web-1", "aside")
    world.host.rename("web-web-2", "web-web-1")
    world.host.rename("aside", "web-web-2")
    world.deployed()
    assert world.host.names == ["web-web-1 running", "web-web-2 running"]
    assert world.plan().steps == ()


def test_a_name_that_the_document_ignores_stays() -> None:
    world = one()
    world.wants(document(ignore=("web.name",)))
    world.host.rename("web-web-1", "precious")
    assert world.plan().steps == ()


def test_the_name_of_a_container_that_is_not_ours_is_not_our_concern() -> None:
    world = one()
    world.host.run_once("web", "web")
    world.host.rename("web-web-run-1", "anything")
    assert world.plan().steps == ()


def test_a_project_that_runs_is_not_renamed_and_goes_on_as_it_was() -> None:
    world = World(project(web=service()))
    world.deployed()
    world.wants(document(project="shop"))
    assert world.plan().verdict is Verdict.BLOCKED
    assert "the stack runs as project web, and a project cannot be renamed" in world.plan().reason
