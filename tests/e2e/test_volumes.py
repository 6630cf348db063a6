"""Data survives: recreations, renames, removals, rollbacks and changed settings of volumes."""

from typing import Any

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import Service, crashing, sleeping

pytestmark = pytest.mark.engine

WRITE = "echo kept | tee /data/file /cache/file"
KEPT = "kept\nkept\n"


def keeping(version: str, **more: Any) -> Service:
    """Return a service with a named and an anonymous volume."""
    return sleeping(environment={"V": version}, volumes=["data:/data", "/cache"], **more)


def says(home: Home, services: dict[str, Service], **volume: Any) -> None:
    also = {"volumes": {"data": volume or None}}
    home.stack("shop", services, also=also, stable="300ms")


def anonymous(home: Home, service: str) -> str:
    """Return the name of a service's anonymous volume."""
    mounts = home.container("shop", service)["Mounts"]
    return str(next(one["Name"] for one in mounts if one["Destination"] == "/cache"))


def exists(home: Home, volume: str) -> bool:
    return home.engine.cli("volume", "inspect", volume, check=False).strip() not in {"", "[]"}


def test_data_survives_changes_rollbacks_and_removals(home: Home) -> None:
    says(home, {"db": keeping("1")})
    assert home.once() == 0
    home.inside("shop", "db", "sh", "-c", WRITE)
    first, nameless = home.id("shop", "db"), anonymous(home, "db")

    says(home, {"db": keeping("2")})
    assert home.once() == 0
    assert home.id("shop", "db") != first
    assert home.inside("shop", "db", "cat", "/data/file", "/cache/file") == KEPT

    says(home, {"db": crashing(environment={"V": "3"}, volumes=["data:/data", "/cache"])})
    assert home.once() == 2
    assert home.status("shop").reason == "RolledBack"
    assert home.inside("shop", "db", "cat", "/data/file", "/cache/file") == KEPT

    says(home, {"database": crashing(volumes=["data:/data", "/cache"])})
    assert home.once() == 2
    assert home.inside("shop", "db", "cat", "/data/file", "/cache/file") == KEPT, (
        "a rename that fails"
    )

    says(home, {"database": keeping("4")})
    plan = home.trueup.run("plan").stdout
    assert f"its anonymous volume {nameless[:12]} stays, but nothing finds it again" in plan
    assert home.once() == 0
    assert home.inside("shop", "database", "cat", "/data/file") == "kept\n"
    assert home.containers("shop", "db") == []
    assert exists(home, nameless)

    other = anonymous(home, "database")
    (home.place("shop") / "stack.yaml").unlink()
    assert home.once() == 0
    assert home.containers("shop") == []
    assert (exists(home, other), exists(home, nameless)) == (True, True)
    assert home.engine.volumes() == [f"{home.project('shop')}_data"]
    home.engine.cli("volume", "rm", other, nameless)


def test_settings_that_a_volume_does_not_have_are_refused_and_nothing_is_touched(
    home: Home,
) -> None:
    home.configure(allow=[{"volumes": ["*_data_new"]}])
    says(home, {"db": keeping("1")})
    assert home.once() == 0
    home.inside("shop", "db", "sh", "-c", WRITE)
    before, nameless = home.ids("shop"), anonymous(home, "db")

    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,password=canary"}
    says(home, {"db": keeping("2")}, driver_opts=options)
    assert home.once() == 2
    status = home.status("shop")
    volume = f"{home.project('shop')}_data"
    assert status.reason == "Refused"
    assert f"volume {volume} exists with other settings" in status.message
    assert "driver local with device, o, type" in status.message
    assert "canary" not in status.message
    assert home.ids("shop") == before
    assert home.inside("shop", "db", "cat", "/data/file") == "kept\n"

    fitting = {**options, "o": "size=1m"}
    says(home, {"db": keeping("2")}, driver_opts=fitting, name=f"{volume}_new")
    assert home.once() == 0
    assert home.engine.volumes() == [volume, f"{volume}_new"]
    home.engine.cli("rm", "--force", *home.ids("shop").values())
    home.engine.cli("volume", "rm", nameless)


def test_the_data_of_a_project_that_somebody_else_took_down_is_not_mounted(home: Home) -> None:
    volume = f"{home.project('shop')}_data"
    label = f"com.docker.compose.project={home.project('shop')}"
    home.engine.cli("volume", "create", "--label", label, volume)
    says(home, {"db": keeping("1")})

    assert home.once() == 2
    assert f"volume {volume} was made by somebody" in home.status("shop").message
    assert home.containers("shop") == []

    home.stack("shop", {"db": keeping("1")}, also={"volumes": {"data": None}}, adopt=True)
    assert home.once() == 0
    home.inside("shop", "db", "sh", "-c", WRITE)
