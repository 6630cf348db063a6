"""Containers that are missing, stopped, sick or too many: what is done, and to which."""

from typing import Any

import pytest

from tests.fake_container import CRASHES, UNHEALTHY
from tests.kinds.stack.builders import document, health, lines, project, service
from tests.kinds.stack.world import World
from trueup.model.plan import Health, Sync
from trueup.model.steps import Reload


def two() -> World:
    """Return two verified replicas of `web`."""
    return World(project(web=service(deploy={"replicas": 2}))).deployed()


def one(**said: Any) -> World:
    """Return one verified container of `web`."""
    return World(project(web=service(**said))).deployed()


def test_a_missing_container_is_started_again() -> None:
    world = one()
    world.host.delete("web-web-1")
    assert world.text() == lines("""
        Stack/web Drifted: web: is missing
        1 restart  web -> app:1  cause: is missing
        2 verify   web stable for 10s within 300s
        """)
    assert (world.plan().sync, world.plan().health) == (Sync.OUT_OF_SYNC, Health.MISSING)


def test_a_missing_replica_is_started_beside_the_others() -> None:
    world = two()
    world.host.delete("web-web-2")
    assert world.text() == lines("""
        Stack/web Drifted: web: has 1 of 2 containers
        1 restart  web -> app:1  cause: has 1 of 2 containers
        2 verify   web stable for 10s within 300s
        """)


def test_replicas_that_somebody_added_are_drift() -> None:
    world = one()
    world.add("web", 2).start(0)
    assert world.text() == lines("""
        Stack/web Drifted: web: has 2 of 1 containers
        1 restart  web -> app:1  cause: has 2 of 1 containers
        2 verify   web stable for 10s within 300s
        """)


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("created", "restart  web -> app:1  cause: is created"),
        ("paused", "unpause  web  cause: is paused"),
        ("dead", "restart  web -> app:1  cause: is dead"),
        ("removing", "restart  web -> app:1  cause: is removing"),
    ],
)
def test_a_container_that_does_not_run_is_brought_back(state: str, act: str) -> None:
    world = one()
    world.host.every[world.only()].halted = state
    assert world.text() == lines(f"""
        Stack/web Drifted: web: is {state}
        1 {act}
        2 verify   web stable for 10s within 300s
        """)


def test_a_dead_container_is_replaced_and_a_stopped_one_only_started() -> None:
    world = one()
    world.host.every[world.only()].halted = "dead"
    assert [getattr(step, "recreate", None) for step in world.plan().steps] == [True, None]
    world.host.every[world.only()].halted = "created"
    assert [getattr(step, "recreate", None) for step in world.plan().steps] == [False, None]


def test_an_ended_container_is_started_and_its_exit_code_told() -> None:
    world = one()
    world.host.kill("web-web-1", 137)
    assert world.text() == lines("""
        Stack/web Drifted: web: is exited with code 137
        1 restart  web -> app:1  cause: is exited with code 137
        2 verify   web stable for 10s within 300s
        """)
    assert world.plan().health is Health.DEGRADED


def test_an_ended_container_that_the_engine_could_not_start_again_is_replaced() -> None:
    world = one()
    world.host.kill("web-web-1", 137)
    world.host.every[world.only()].error = "write .tmp-hostconfig.json: no space left on device"
    assert [getattr(step, "recreate", None) for step in world.plan().steps] == [True, None]


def test_only_the_paused_one_of_two_replicas_is_unpaused() -> None:
    world = two()
    world.host.pause("web-web-2")
    acts = [step for step in world.plan().steps if isinstance(step, Reload)]
    assert [world.host.every[step.container].name for step in acts] == ["web-web-2"]


def test_a_paused_and_an_ended_replica_are_both_replaced() -> None:
    world = two()
    world.host.pause("web-web-1")
    world.host.kill("web-web-2", 1)
    assert world.text() == lines("""
        Stack/web Drifted: web: is paused (and 1 more)
        1 restart  web -> app:1  cause: is paused (and 1 more)
        2 verify   web stable for 10s within 300s
        """)
    world.deployed()
    assert world.plan().steps == ()


def test_a_paused_replica_beside_a_missing_one_is_replaced() -> None:
    world = two()
    world.host.pause("web-web-1")
    world.host.delete("web-web-2")
    world.deployed()
    assert world.host.names == ["web-web-1 running", "web-web-2 running"]


def test_an_ended_container_with_a_changed_limit_is_replaced_at_once() -> None:
    world = one()
    world.host.kill("web-web-1", 1)
    world.host.update("web-web-1", Memory=5)
    assert [getattr(step, "recreate", None) for step in world.plan().steps] == [True, None]
    world.deployed()
    assert world.plan().steps == ()


def test_an_unhealthy_container_is_restarted() -> None:
    world = one(healthcheck=health())
    world.host.every[world.only()].behaviour = UNHEALTHY
    assert world.text() == lines("""
        Stack/web Drifted: web: is unhealthy
        1 restart  web  cause: is unhealthy
        2 verify   web is healthy, web stable for 10s within 300s
        """)


def test_only_the_unhealthy_one_of_two_replicas_is_restarted() -> None:
    world = World(
        project(web=service(healthcheck=health(), deploy={"replicas": 2})),
    ).deployed()
    sick = next(c for c in world.host.every.values() if c.name == "web-web-2")
    sick.behaviour = UNHEALTHY
    acts = [step for step in world.plan().steps if isinstance(step, Reload)]
    assert [step.container for step in acts] == [sick.id]


def test_what_the_engine_restarts_by_itself_is_left_to_it_and_told() -> None:
    world = one(restart="always")
    world.host.every[world.only()].behaviour = CRASHES
    assert world.text() == lines("""
        Stack/web InSync: runs what is wanted, and it was verified
          keep     web  crash-loops; the engine restarts it
        """)
    assert world.plan().health is Health.DEGRADED


def test_a_health_that_the_document_ignores_is_left_alone() -> None:
    world = one(healthcheck=health())
    world.wants(document(ignore=("web.health",)))
    world.host.every[world.only()].behaviour = UNHEALTHY
    assert world.plan().steps == ()


def test_a_state_that_the_document_ignores_is_left_alone() -> None:
    world = one()
    world.wants(document(ignore=("services.web.state",)))
    world.host.kill("web-web-1")
    assert world.plan().steps == ()
    assert world.plan().health is Health.DEGRADED


def test_an_image_that_the_document_ignores_is_left_alone() -> None:
    world = one()
    world.host.images["app:1"] = "sha256:" + "7" * 64
    assert world.plan().steps
    world.wants(document(ignore=("web.image",)))
    assert world.plan().steps == ()


def test_what_compose_run_left_is_nobodys_replica() -> None:
    world = one()
    world.host.run_once("web", "web")
    assert world.plan().steps == ()
