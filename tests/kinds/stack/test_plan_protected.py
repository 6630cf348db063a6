"""Protected services: what waits for an approval, what does not, and what is approved."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.kinds.stack.builders import document, lines, project, service
from tests.kinds.stack.world import World
from trueup.kinds.stack.spec import ServiceSpec
from trueup.model.consent import APPROVED, REJECTED, Approval
from trueup.model.plan import Plan

SAID = {"db": ServiceSpec(protected=True)}


def protected(**spec: object) -> World:
    """Return a verified stack of a protected database and a web server."""
    world = World(project(db=service("db:1"), web=service("app:1")), document(services=SAID))
    assert world.plan().asks is None, "a first deployment takes nothing away"
    world.deployed()
    world.wants(document(services=SAID, **spec))  # type: ignore[arg-type]
    return world


def asked(world: World) -> str:
    """Return the digest that a plan asks an approval for; empty for none."""
    asks = world.plan().asks
    return asks.plan if asks else ""


def approve(world: World, decision: str = APPROVED, **said: str) -> None:
    one = Approval("Stack/web", asked(world), decision, **said)
    world.status = replace(world.status, approvals=(*world.status.approvals, one))


def shown(world: World) -> str:
    return world.text().replace(asked(world) or "-", "DIGEST")


def test_a_change_of_a_protected_service_asks_and_says_for_which_plan() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    assert shown(world) == lines("""
        Stack/web OutOfSync: db: image changed in abc1234
        1 pull     db db:2  cause: image changed
        2 restart  db -> db:2  cause: image changed  [undo: db -> <db:1>]
        3 verify   db stable for 10s, web stable for 10s within 300s
        4 seal     release
          keep     web  in sync
          approve  db  needs an approval of plan DIGEST
        """)
    asks = world.plan().asks
    assert asks is not None
    assert asks.text == str(replace(world.plan(), asks=None))

    approve(world)
    assert (asked(world), world.plan().approved) == ("", asks.plan)
    assert "approve" not in world.text()
    assert len(world.plan().steps) == 4


def test_an_approval_is_for_one_plan_and_ends_with_its_time_or_its_use() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    first = asked(world)
    approve(world)
    world.says(project(db=service("db:3"), web=service("app:1")))
    assert asked(world) not in {"", first}

    approve(world, expires="2026-01-01T00:01:00+00:00")
    assert asked(world) == ""
    world.host.clock.wait(60)
    second = asked(world)
    assert second

    approve(world, used="then")
    assert asked(world) not in {"", second}


def test_a_rejected_plan_keeps_asking_until_it_is_approved() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    plan = asked(world)
    approve(world, REJECTED)
    assert asked(world) == plan
    approve(world)
    assert asked(world) == ""


def test_what_touches_no_protected_service_asks_nobody() -> None:
    world = protected()
    world.says(project(db=service("db:1"), web=service("app:2"), new=service("new:1")))
    assert world.plan().asks is None
    assert world.plan().steps


def test_a_protected_service_that_is_new_is_simply_started() -> None:
    world = World(project(web=service())).deployed()
    world.wants(document(services=SAID))
    world.says(project(web=service(), db=service("db:1")))
    assert world.plan().asks is None


@pytest.mark.parametrize("how", ["kill", "delete", "pause"])
def test_a_protected_service_that_is_down_comes_back_without_asking(how: str) -> None:
    world = protected()
    getattr(world.host, how)("web-db-1")
    assert world.plan().steps
    assert world.plan().asks is None


def test_a_running_protected_service_is_not_corrected_without_asking() -> None:
    world = protected()
    world.host.update("web-db-1", Memory=7)
    assert shown(world) == lines("""
        Stack/web Drifted: db: memory is 7, wants 0
        1 restart  db -> db:1  cause: memory is 7, wants 0
        2 verify   db stable for 10s, web stable for 10s within 300s
          keep     web  in sync
          approve  db  needs an approval of plan DIGEST
        """)
    world.host.update("web-db-1", Memory=8)
    assert "memory is 8" in world.text()


def test_repairs_of_others_go_on_while_something_asks() -> None:
    world = protected()
    world.host.update("web-db-1", Memory=7)
    world.host.kill("web-web-1")
    assert world.text() == lines("""
        Stack/web Drifted: db: memory is 7, wants 0 (and 1 more)
        1 restart  web -> app:1  cause: is exited with code 137
        2 verify   db stable for 10s, web stable for 10s within 300s
          keep     db  memory is 7, wants 0
        """)


def test_a_service_that_is_down_while_its_change_asks_comes_back_as_it_was_verified() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    plan = asked(world)
    world.host.kill("web-db-1")
    assert world.text() == lines("""
        Stack/web Drifted: db: is exited with code 137
        1 restart  db -> <db:1>  cause: is exited with code 137
        2 verify   db stable for 10s, web stable for 10s within 300s
          keep     web  in sync
        """)
    world.deployed()
    assert asked(world) == plan


def test_an_approved_plan_that_was_cut_off_is_resumed_under_the_same_approval() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    approve(world)
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:1]))
    assert (asked(world), world.plan().approved) == ("", todo.approved)
    world.host.delete("web-db-1")
    assert (asked(world), world.plan().approved) == ("", todo.approved)
    world.apply(replace(todo, steps=todo.steps[:2]))
    assert asked(world) == ""


def test_going_back_to_what_was_verified_asks_nobody() -> None:
    world = protected()
    world.says(project(db=service("db:2"), web=service("app:1")))
    approve(world)
    todo = world.plan()
    world.apply(replace(todo, steps=todo.steps[:2]))
    world.failed(todo)
    used = tuple(replace(one, used="then") for one in world.status.approvals)
    world.status = replace(world.status, approvals=used)

    assert world.plan().asks is None
    assert "restart  db -> <db:1>" in world.text()


def test_lifting_the_protection_and_using_that_at_once_asks() -> None:
    world = protected()
    world.wants(document())
    assert world.plan().asks is None
    world.says(project(db=service("db:2"), web=service("app:1")))
    assert asked(world)

    world.says(project(db=service("db:1"), web=service("app:1")))
    world.deployed()
    world.says(project(db=service("db:2"), web=service("app:1")))
    assert world.plan().asks is None


def test_the_host_protects_whatever_the_document_says() -> None:
    world = World(project(db=service("db:1"))).deployed()
    world.wants(replace(document(), guarded=("*/d?",)))
    world.says(project(db=service("db:2")))
    assert asked(world)

    world.wants(replace(document(), guarded=("shop/*",)))
    assert world.plan().asks is None


def of_service(world: World) -> None:
    world.says(project(web=service("app:1")))


def of_stack(world: World) -> None:
    world.wants(document(services=SAID, leaving=True))


def of_whole_stack_protected(world: World) -> None:
    world.wants(document(protected=True, leaving=True))


@pytest.mark.parametrize("removal", [of_service, of_stack, of_whole_stack_protected])
def test_a_protected_service_is_not_removed_without_asking(
    removal: Callable[[World], None],
) -> None:
    world = protected()
    removal(world)
    plan = asked(world)
    assert plan
    world.host.kill("web-db-1")
    assert "restart  db -> <db:1>" in world.text(), "and is looked after meanwhile"
    world.deployed()
    assert asked(world) == plan

    approve(world)
    world.apply(world.plan())
    assert "web-db-1" not in " ".join(world.host.names)


def test_the_digest_tells_plans_apart() -> None:
    found: dict[str, Plan] = {}
    for image in ("db:2", "db:3"):
        for name in (of_service, of_stack):
            world = protected()
            world.says(project(db=service(image), web=service("app:1")))
            found[asked(world)] = world.plan()
            name(world)
            found[asked(world)] = world.plan()
    assert len(found) == 4
    assert "" not in found
