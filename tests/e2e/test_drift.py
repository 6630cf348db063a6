"""Containers that change under us are put right, reported or left alone, as the spec says."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.e2e.counting import Relay
from tests.e2e.engine import name_of
from tests.e2e.scenario import Home
from tests.e2e.services import sleeping

pytestmark = pytest.mark.engine

PROMPT = 3.0
"""Seconds in which a correction must have begun: about two, and a margin for a busy machine."""

Poke = Callable[[Home, str], None]


def docker(*verb: str) -> Poke:
    return lambda home, service: void(home.engine.cli(*verb, home.id("web", service)))


def rename(home: Home, service: str) -> None:
    home.engine.cli("rename", home.id("web", service), f"{home.prefix}-{service}-by-hand")


def disconnect(home: Home, service: str) -> None:
    network = f"{home.project('web')}_default"
    home.engine.cli("network", "disconnect", network, home.id("web", service))


POKES: dict[str, tuple[Poke, str]] = {
    "kill": (docker("kill"), "is exited with code 137"),
    "rm": (docker("rm", "--force"), "is missing"),
    "update": (docker("update", "--memory", "64m", "--memory-swap", "64m"), "memory is 67108864"),
    "pause": (docker("pause"), "is paused"),
    "rename": (rename, "name"),
    "disconnect": (disconnect, "is not connected to network"),
    "stop": (docker("stop"), "is exited"),
}


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
    home.stack("web", {name: sleeping() for name in names}, interval="1s", stable="300ms")
    home.start()
    home.wait_ready("web")
    home.wait_until(lambda: relay.count("/events") > 0, "events are followed")
    relay.mute = True

    for name in names:
        POKES[name][0](home, name)

    home.wait_until(lambda: as_deployed(home, *sorted(names)), "everything is as deployed")


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
        and all(one["NetworkSettings"]["Networks"] for one in found)
        and (status.ready, status.sync) == ("True", "Synced")
    )
