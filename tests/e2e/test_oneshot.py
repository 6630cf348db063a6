"""Services that end by themselves: run once per release, and never again."""

from typing import Any

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import Service, sleeping

pytestmark = pytest.mark.engine

ONCE = {"migrate": {"oneShot": True}}
DATA: dict[str, Any] = {"volumes": {"data": {}}}


def migrating(word: str, code: int = 0) -> Service:
    script = f"echo {word} >>/data/runs; exit {code}"
    return {"image": "busybox:stable", "command": ["sh", "-c", script], "volumes": ["data:/data"]}


def after_migration(text: str) -> Service:
    done = {"migrate": {"condition": "service_completed_successfully"}}
    return sleeping(environment={"TEXT": text}, volumes=["data:/data"], depends_on=done)


def runs(home: Home) -> list[str]:
    return home.inside("web", "api", "cat", "/data/runs").split()


def write(home: Home, migrate: Service, api: Service, **spec: Any) -> None:
    services = {"migrate": migrate, "api": api}
    home.stack("web", services, also=DATA, stable="300ms", services=ONCE, **spec)


def test_a_one_shot_that_exits_0_is_not_run_again_nor_when_its_container_is_gone(
    home: Home,
) -> None:
    write(home, migrating("first"), after_migration("one"))
    assert home.once() == 0
    assert runs(home) == ["first"]
    before = home.ids("web")

    assert home.once() == 0
    assert home.ids("web") == before

    home.engine.cli("rm", home.id("web", "migrate"))
    assert home.once() == 0
    assert home.containers("web", "migrate") == []
    assert runs(home) == ["first"]
    status = home.status("web")
    assert (status.ready, status.sync) == ("True", "Synced")
    assert status.reasons("migrate") == ["completed"]


def test_a_one_shot_that_exits_1_fails_the_release_and_the_others_stay(home: Home) -> None:
    write(home, migrating("first"), after_migration("one"))
    assert home.once() == 0
    api, good = home.id("web", "api"), home.status("web").applied

    write(home, migrating("second", 1), after_migration("two"))
    assert home.once() == 2

    assert home.id("web", "api") == api
    assert runs(home) == ["first", "second"]
    status = home.status("web")
    assert (status.reason, status.applied) == ("RolledBack", good)
    assert "migrate exited with code 1" in status.message

    assert home.once() == 2
    assert runs(home) == ["first", "second"]

    write(home, migrating("third"), after_migration("three"))
    assert home.once() == 0
    assert runs(home) == ["first", "second", "third"]
    assert "TEXT=three" in home.container("web", "api")["Config"]["Env"]


def test_rollback_safe_stays_where_it_is_once_a_migration_has_run(home: Home) -> None:
    told = {**ONCE, "api": {"rollback": "safe"}}
    write(home, migrating("first"), after_migration("one"))
    home.document("web", ["migrate", "api"], stable="300ms", services=told)
    assert home.once() == 0

    broken = {**after_migration("two"), "command": ["sh", "-c", "exit 3"]}
    home.compose("web", {"migrate": migrating("second"), "api": broken}, **DATA)
    assert home.once() == 2

    status = home.status("web")
    assert status.reason == "Stalled"
    assert "migrate has run in this attempt" in status.message
    assert "TEXT=two" in home.container("web", "api")["Config"]["Env"]
