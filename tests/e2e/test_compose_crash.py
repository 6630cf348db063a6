"""`docker compose` is killed at every phase of a recreate, found by the engine's own events."""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.e2e.engine import PROJECT, name_of, processes
from tests.e2e.scenario import Home
from tests.e2e.services import Service, sleeping
from tests.e2e.soundness import step_of, wrongs

pytestmark = [pytest.mark.engine, pytest.mark.timeout(240)]

TEMPORARY = re.compile(r"[0-9a-f]{12}_")
PHASES = ("create", "kill", "die", "stop", "destroy", "rename", "start")
WAYS_BACK = ("create", "destroy", "rename")


def services(text: str, **more: Any) -> dict[str, Service]:
    api = sleeping(environment={"TEXT": text}, stop_signal="SIGTERM", stop_grace_period="1s")
    return {"api": {**api, **more}, "other": sleeping()}


@pytest.fixture
def running(home: Home) -> Home:
    """A home on which `one` was verified."""
    home.stack("web", services("one"), stable="200ms", retry={"backoff": "1s"})
    home.start()
    home.wait_ready("web")
    return home


def test_a_compose_killed_at_any_phase_of_a_recreate_is_healed_and_the_release_verified(
    running: Home,
) -> None:
    home = running
    other = home.id("web", "other")
    for phase in PHASES:
        good = home.status("web").applied
        with killing(home, phase) as killed:
            home.compose("web", services(phase))
            home.wait_ready("web", other_than=good)
        assert killed == [phase], home.report()
        assert not wrong(home, phase), (phase, home.report())
    assert home.id("web", "other") == other


def test_a_compose_that_is_killed_whenever_it_tries_costs_the_release_not_the_service(
    running: Home,
) -> None:
    home, phase = running, "create"
    good = home.status("web").applied
    with killing(home, phase, times=2) as killed:
        home.compose("web", services("two"))
        said = home.wait_reason("web", "RolledBack")
    assert killed == [phase, phase]
    assert said.applied == good
    home.wait_until(lambda: not wrong(home, "one"), "one runs again")


def test_a_compose_killed_at_any_phase_of_a_rollback_is_healed_and_the_service_back(
    running: Home,
) -> None:
    home = running
    good = home.status("web").applied
    for phase in WAYS_BACK:
        with killing(home, phase, when=lambda: phase_of(home) == "rollback") as killed:
            home.compose("web", services(phase, command=["sh", "-c", "exit 3"]))
            home.wait_until(lambda: back(home, phase), f"{phase} is taken back")  # noqa: B023
        assert killed == [phase], home.report()
        assert home.status("web").applied == good
        home.wait_until(lambda: not wrong(home, "one"), f"{phase}: one runs again")
        home.compose("web", services("one"))
        home.wait_ready("web")


TEXTS = ("two", "three", "four", "five")
"""As many tries: a compose that is quick has renamed the container before it is killed."""


def test_a_start_that_succeeds_under_a_wrong_name_is_put_right_without_a_new_container(
    running: Home,
) -> None:
    """What `docker compose up` makes of the container that a killed one has left."""
    home = running
    for text in TEXTS:
        good = home.status("web").applied
        with killing(home, "kill", also=home.trueup.kill):
            home.compose("web", services(text))
            home.wait_until(lambda: not home.trueup.alive, "both are killed")
        for old in home.containers("web", "api")[1:]:  # as compose would have done next
            home.engine.cli("rm", "--force", old["Id"])
        (left,) = home.containers("web", "api")
        wrongly = TEMPORARY.match(name_of(left))
        home.engine.cli("start", left["Id"])

        home.start()
        home.wait_ready("web", other_than=good)

        assert home.id("web", "api") == left["Id"]
        assert not wrong(home, text), home.report()
        if wrongly:
            return
    raise AssertionError("compose was always quicker than the kill")


def wrong(home: Home, text: str) -> list[str]:
    return list(wrongs(home, "web", {"api": text, "other": ""}))


def phase_of(home: Home) -> str:
    return step_of(home.status_file("web"))[0]


def back(home: Home, text: str) -> bool:
    said = home.status("web")
    return said.reason == "RolledBack" and not said.step and text != said.applied


@contextmanager
def killing(
    home: Home,
    phase: str,
    *,
    times: int = 1,
    when: Callable[[], bool] = lambda: True,
    also: Callable[[], None] = lambda: None,
) -> Iterator[list[str]]:
    """Kill compose at a phase of a recreate, for a number of times; yield when it was."""
    killed: list[str] = []
    client = docker.APIClient(timeout=60)
    label = f"{PROJECT}={home.project('web')}"
    stream = client.events(decode=True, filters={"label": label, "type": "container"})

    def follow() -> None:
        pids: list[int] = []
        under_way = False
        for event in stream:
            if len(killed) >= times:
                return
            if event["Action"] == "create" and TEMPORARY.match(named(event)) and when():
                under_way, pids = True, composing(home)
            if under_way and event["Action"] == phase:
                end(pids)
                killed.append(phase)
                under_way = False
                also()

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        stream.close()
        client.close()
        thread.join(5)


def named(event: Mapping[str, Any]) -> str:
    return str(event["Actor"]["Attributes"].get("name", ""))


def composing(home: Home) -> list[int]:
    """Return the processes that are bringing up a service of this test."""
    found = []
    for pid in processes(home.project("web")):
        with suppress(OSError):
            said = Path(f"/proc/{pid}/cmdline").read_bytes()
            found += [pid] if b"\0up\0" in said else []
    return found


def end(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
