"""Stacks that depend on each other wait for each other, forwards and backwards."""

import time

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import Service, sleeping

pytestmark = pytest.mark.engine

SLOW = "sleep 0.8; touch /up; exec sleep 3600"


def slow(version: str, test: str = "/up") -> Service:
    """A service that is healthy only after a while."""
    health = {"test": ["CMD", "test", "-f", test], "interval": "1s", "start_interval": "200ms"}
    return sleeping(
        command=["sh", "-c", SLOW],
        environment={"VERSION": version},
        healthcheck={**health, "start_period": "20s"},
    )


def pair(home: Home, db: Service, app: Service) -> None:
    home.stack("db", {"db": db}, stable="300ms", timeout="8s")
    home.stack("app", {"app": app}, stable="300ms", dependsOn=["db"])


def test_a_stack_is_deployed_only_when_what_it_depends_on_is_verified(home: Home) -> None:
    pair(home, slow("1"), sleeping(environment={"VERSION": "1"}))
    assert home.once() == 0
    assert home.container("app", "app")["Created"] > verified_at(home)

    pair(home, slow("2"), sleeping(environment={"VERSION": "2"}))
    assert home.once() == 0

    assert "VERSION=2" in home.container("db", "db")["Config"]["Env"]
    assert "VERSION=2" in home.container("app", "app")["Config"]["Env"]
    assert home.container("app", "app")["Created"] > verified_at(home)


def test_a_failed_dependency_keeps_the_old_release_of_what_depends_on_it(home: Home) -> None:
    pair(home, slow("1"), sleeping(environment={"VERSION": "1"}))
    assert home.once() == 0
    before = home.id("app", "app")

    pair(home, slow("2", "/never"), sleeping(environment={"VERSION": "2"}))
    assert home.once() == 2

    assert home.id("app", "app") == before
    assert home.status("db").reason == "RolledBack"
    assert home.status("app").reason == "DependencyNotReady"
    assert "Stack/db" in home.status("app").message

    pair(home, slow("3"), sleeping(environment={"VERSION": "2"}))
    assert home.once() == 0
    assert "VERSION=2" in home.container("app", "app")["Config"]["Env"]


def test_what_depends_on_others_is_removed_first(home: Home) -> None:
    pair(home, sleeping(), sleeping())
    assert home.once() == 0

    begun = time.time()
    for name in ("db", "app"):
        (home.place(name) / "stack.yaml").unlink()
    home.start()
    home.wait_until(lambda: not home.engine.containers(), "all containers are gone")
    home.wait_until(lambda: not home.status_file("db").exists(), "the statuses are gone")

    ended = [one for one in home.engine.mutations(begun) if one.startswith("container destroy")]
    names = [f"container destroy {home.project(name)}-{name}-1" for name in ("app", "db")]
    assert ended == names
    assert not home.status_file("app").exists()
    assert home.engine.networks() == []


def test_a_circle_of_dependencies_is_refused_and_named_in_every_status(home: Home) -> None:
    home.stack("one", {"a": sleeping()}, dependsOn=["two"])
    home.stack("two", {"b": sleeping()}, dependsOn=["one"])

    assert home.once() == 2

    assert home.engine.containers() == []
    assert "one -> two -> one" in home.status("one").message
    assert "two -> one -> two" in home.status("two").message


def verified_at(home: Home) -> str:
    return str(home.status("db").body["applied"]["verifiedAt"])[:19]
