"""What leaves the repository leaves the host; what is not ours stays as it is."""

from typing import Any

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import Service, sleeping

pytestmark = pytest.mark.engine

THEIRS = """
services:
  api:
    image: busybox:stable
    command: [sleep, "600"]
    stop_signal: SIGKILL
"""
VOLUME: dict[str, Any] = {"volumes": {"data": {}}}


def keeping() -> Service:
    return sleeping(volumes=["data:/data"])


def test_a_deleted_document_removes_containers_and_networks_but_no_volume(home: Home) -> None:
    home.stack("web", {"api": keeping(), "more": sleeping()}, also=VOLUME, stable="300ms")
    home.stack("stays", {"api": sleeping()}, stable="300ms")
    assert home.once() == 0
    stays = home.ids("stays")

    (home.place("web") / "stack.yaml").unlink()
    assert home.once() == 0

    assert home.containers("web") == []
    assert home.engine.networks() == [f"{home.project('stays')}_default"]
    assert home.engine.volumes() == [f"{home.project('web')}_data"]
    assert not home.status_file("web").exists()
    assert home.ids("stays") == stays


def test_deletion_policy_orphan_leaves_the_containers_running(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, deletionPolicy="orphan", stable="300ms")
    assert home.once() == 0
    before = home.ids("web")

    (home.place("web") / "stack.yaml").unlink()
    assert home.once() == 0

    assert home.ids("web") == before
    assert home.container("web", "api")["State"]["Running"]
    assert not home.status_file("web").exists()


def test_a_service_that_left_the_compose_file_is_removed_alone(home: Home) -> None:
    both = {"api": sleeping(), "old": keeping()}
    home.stack("web", both, also=VOLUME, stable="300ms", prune=False)
    assert home.once() == 0
    before = home.ids("web")

    home.stack("web", {"api": sleeping()}, also=VOLUME, stable="300ms", prune=False)
    assert home.once() == 0
    assert home.ids("web") == before

    home.stack("web", {"api": sleeping()}, also=VOLUME, stable="300ms")
    assert home.once() == 0
    left = f"{home.project('web')}-api-1"
    assert home.ids("web") == {left: before[left]}
    assert home.engine.volumes() == [f"{home.project('web')}_data"]
    assert "old" in home.artifact("web", "plan.txt")


def test_a_project_of_somebody_else_is_refused_until_it_is_adopted_as_it_runs(home: Home) -> None:
    theirs = home.folder / "theirs" / "compose.yaml"
    home.write(theirs, THEIRS)
    compose = ["compose", "-p", home.project("web"), "-f", str(theirs)]
    home.engine.cli(*compose, "up", "--detach")
    before = home.ids("web")

    home.stack("web", {"api": sleeping()}, stable="300ms")
    assert home.once() == 2
    status = home.status("web")
    assert (status.reason, status.ready) == ("Refused", "False")
    assert status.condition("Stalled")["status"] == "True"
    assert f"{home.project('web')} belongs to" in status.message
    assert "spec.adopt" in status.message
    assert home.ids("web") == before

    (home.place("web") / "stack.yaml").unlink()
    home.once()
    assert home.ids("web") == before

    home.stack("web", {"api": sleeping(restart="no")}, stable="300ms", adopt=True)
    assert home.once() == 2
    assert "api: command is not what the compose file says" in home.status("web").message
    assert home.ids("web") == before

    alike = sleeping(command=["sleep", "600"], restart="no")
    home.stack("web", {"api": alike}, stable="300ms", adopt=True)
    assert home.once() == 0
    assert home.ids("web") == before
    assert home.status("web").ready == "True"


def test_a_protected_service_is_not_replaced_by_another_stack_that_adopts_its_project(
    home: Home,
) -> None:
    home.stack("web", {"api": sleeping()}, stable="300ms", protected=True)
    assert home.once() == 0
    before = home.ids("web")

    other = {"api": sleeping(command=["sleep", "600"])}
    home.stack("more", other, stable="300ms", project=home.project("web"), adopt=True)
    assert home.once() == 2
    assert home.ids("web") == before
    assert home.container("web", "api")["Config"]["Cmd"] == ["sleep", "3600"]
