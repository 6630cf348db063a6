"""Containers that change under us are put right, reported or left alone, as the spec says."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.e2e.counting import Relay
from tests.e2e.engine import name_of
from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine

PROMPT = 20.0
"""Seconds in which a correction must have begun: about two, and much more on a busy machine."""

LONG = 90.0
"""Seconds in which several corrections in turn have ended: longer than one may take."""

GIVEN = {
    "mem_limit": "64m",
    "memswap_limit": "100m",
    "mem_reservation": "32m",
    "mem_swappiness": 10,
    "cpu_shares": 512,
    "cpuset": "0",
    "cpu_quota": 50_000,
    "cpu_period": 100_000,
    "pids_limit": 40,
    "blkio_config": {"weight": 300},
    "restart": "on-failure:3",
}
RESOURCES = {
    "limits": {"cpus": "0.5", "memory": "64m", "pids": 50},
    "reservations": {"cpus": "0.25", "memory": "32m"},
}

Poke = Callable[[Home, str], None]


def docker(*verb: str) -> Poke:
    return lambda home, service: void(home.engine.cli(*verb, home.id("web", service)))


def rename(home: Home, service: str) -> None:
    home.engine.cli("rename", home.id("web", service), f"{home.prefix}-{service}-by-hand")


def disconnect(home: Home, service: str) -> None:
    network = f"{home.project('web')}_default"
    home.engine.cli("network", "disconnect", network, home.id("web", service))


def reconnect(home: Home, service: str) -> None:
    disconnect(home, service)
    home.engine.cli(
        "network", "connect", f"{home.project('web')}_default", home.id("web", service)
    )


POKES: dict[str, tuple[Poke, str]] = {
    "kill": (docker("kill"), "is exited with code 137"),
    "rm": (docker("rm", "--force"), "is missing"),
    "update": (docker("update", "--memory", "64m", "--memory-swap", "64m"), "memory is 67108864"),
    "pause": (docker("pause"), "is paused"),
    "rename": (rename, "name"),
    "disconnect": (disconnect, "is not connected to network"),
    "stop": (docker("stop"), "is exited"),
    "reconnect": (reconnect, " network "),  # the moment between the two may be seen as well
    "limits": (docker("update", "--cpuset-cpus", "0", "--cpu-shares", "2"), "cpuset is 0"),
}
LIMITS: dict[str, tuple[Poke, str]] = {
    "shares": (docker("update", "--cpu-shares", "2"), "cpu_shares is 2, wants 0"),
    "nodes": (docker("update", "--cpuset-mems", "0"), "cpuset_mems is 0, wants none"),
    "quota": (docker("update", "--cpu-quota", "20000"), "cpus is 200000000, wants 0"),
    "period": (docker("update", "--cpu-period", "50000"), "cpu_period is 50000, wants 0"),
    "cpus": (docker("update", "--cpus", "0.5"), "cpus is 500000000, wants 0"),
    "reserved": (
        docker("update", "--memory-reservation", "6m"),
        "mem_reservation is 6291456, wants 0",
    ),
    "swap": (
        docker("update", "--memory", "64m", "--memory-swap", "80m"),
        "memswap_limit is 83886080, wants 134217728",
    ),
    "swaps": (
        docker("update", "--memory-swap", "-1"),
        "memswap_limit is -1, wants 134217728",
    ),
    "pids": (docker("update", "--pids-limit", "30"), "pids is 30, wants 0"),
    "again": (
        docker("update", "--restart", "always"),
        "restart policy is always, wants unless-stopped",
    ),
}
"""What `docker update` does beside, and what is said of it."""


@pytest.mark.parametrize("name", list(POKES))
def test_what_is_done_to_a_container_by_hand_is_put_right_within_seconds(
    home: Home, name: str
) -> None:
    home.stack("web", {"api": sleeping(), "other": sleeping()}, stable="300ms")
    home.start()
    good, other = home.wait_ready("web").applied, home.id("web", "other")

    POKES[name][0](home, "api")
    begun = home.wait_until(lambda: busy(home) or healed(home), "a correction begins")
    home.wait_until(
        lambda: healed(home) and as_deployed(home, "api", "other"), "everything is as deployed"
    )

    assert begun < PROMPT
    assert home.id("web", "other") == other
    assert home.status("web").applied == good
    said = home.status("web").body["history"][0]["message"]
    assert POKES[name][1] in said.replace("is removing", "is missing")


def test_whatever_docker_update_changes_is_named_and_what_compose_gave_is_not(
    home: Home,
) -> None:
    services = {name: sleeping() for name in LIMITS}
    services["swap"]["mem_limit"] = services["swaps"]["mem_limit"] = "64m"
    services["given"] = sleeping() | GIVEN
    services["deploy"] = sleeping() | {"deploy": {"resources": RESOURCES}}
    home.stack("web", services, drift="report", stable="300ms")
    assert home.once() == 0
    assert home.status("web").sync == "Synced"

    for name, (poke, _) in LIMITS.items():
        poke(home, name)
    home.once()

    status = home.status("web")
    for name, (_, said) in LIMITS.items():
        assert any(said in why for why in status.reasons(name)), (name, status.reasons(name))
    assert {*status.reasons("given"), *status.reasons("deploy")} == {"in sync"}


def test_drift_report_names_every_field_and_touches_no_container(home: Home) -> None:
    home.stack("web", {name: sleeping() for name in POKES}, drift="report", stable="300ms")
    home.start()
    home.wait_ready("web")

    for name, (poke, _) in POKES.items():
        poke(home, name)
    begun = time.time()
    for name, (_, said) in POKES.items():
        home.wait_until(partial(reported, home, name, said), f"{name}: {said}")

    status = home.status("web")
    assert (status.reason, status.sync, status.ready) == ("Drifted", "OutOfSync", "False")
    assert [one for one in home.engine.mutations(begun) if "container die" not in one] == []
    assert home.containers("web", "rm") == []


def test_what_is_done_by_hand_is_found_within_an_interval_where_events_are_lost(
    home: Home, relay: Relay
) -> None:
    names = ["kill", "rm", "pause", "rename", "disconnect"]  # what a list of containers shows
    services = {name: sleeping() for name in names}
    home.stack("web", services, interval="1s", stable="300ms", retry={"backoff": "1s"})
    home.start()
    home.wait_ready("web")
    home.wait_until(lambda: relay.count("/events") > 0, "events are followed")
    relay.mute = True

    for name in names:
        POKES[name][0](home, name)

    home.wait_until(lambda: as_deployed(home, *sorted(names)), "everything is as deployed", LONG)


def test_what_no_list_shows_is_found_within_an_interval_where_there_are_no_events(
    home: Home, relay: Relay
) -> None:
    home.stack("web", {"api": sleeping()}, interval="1s", stable="300ms")
    relay.deaf = True
    home.start()
    home.wait_ready("web")

    POKES["update"][0](home, "api")

    home.wait_until(lambda: healed(home), "a correction")
    assert home.container("web", "api")["HostConfig"]["Memory"] == 0


def test_drift_ignore_touches_no_container_and_the_stack_stays_synced(home: Home) -> None:
    home.stack("web", {"api": sleeping()}, drift="ignore", stable="300ms")
    assert home.once() == 0
    POKES["update"][0](home, "api")
    POKES["pause"][0](home, "api")
    begun = time.time()

    home.once()

    assert home.status("web").sync == "Synced"
    assert home.engine.mutations(begun) == []
    assert home.container("web", "api")["State"]["Paused"]


def test_an_ignored_field_may_differ_while_others_are_put_right(home: Home) -> None:
    drift = {"mode": "repair", "ignore": ["*.memory"]}
    home.stack("web", {"api": sleeping(), "other": sleeping()}, drift=drift, stable="300ms")
    assert home.once() == 0
    POKES["update"][0](home, "api")
    POKES["disconnect"][0](home, "other")
    api = home.id("web", "api")

    assert home.once() == 0

    assert home.id("web", "api") == api
    assert home.container("web", "api")["HostConfig"]["Memory"] == 67108864
    assert home.container("web", "other")["NetworkSettings"]["Networks"]
    assert (home.status("web").sync, home.status("web").ready) == ("Synced", "True")


def void(_: object) -> None:
    """Forget a result."""


def busy(home: Home) -> bool:
    return home.status("web").step > 0


def healed(home: Home) -> bool:
    return home.status("web").results[:1] == ["Healed"]


def reported(home: Home, service: str, said: str) -> bool:
    return any(said in why for why in home.status("web").reasons(service))


def as_deployed(home: Home, *names: str) -> bool:
    """Whether the containers are what a first deploy makes of them, and the status says so."""
    found = home.containers("web")
    status = home.status("web")
    return (
        [name_of(one) for one in found] == [f"{home.project('web')}-{name}-1" for name in names]
        and all(one["State"]["Status"] == "running" for one in found)
        and all(one["HostConfig"]["Memory"] == 0 for one in found)
        and all(one["HostConfig"]["CpusetCpus"] == "" for one in found)
        and all(one["NetworkSettings"]["Networks"] for one in found)
        and all(set(names) & set(aliases(one)) for one in found)
        and (status.ready, status.sync) == ("True", "Synced")
    )


def aliases(container: dict[str, Any]) -> list[str]:
    networks = container["NetworkSettings"]["Networks"]
    return [name for one in networks.values() for name in one["Aliases"] or ()]
