"""What is wanted no longer is ended at once, whatever it waits for."""

import secrets

import pytest

from tests.e2e.engine import processes
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import HEALTHY, Service, serving, sleeping

pytestmark = pytest.mark.engine


def never_healthy() -> Service:
    return sleeping(healthcheck={**HEALTHY, "retries": 1000, "start_period": "1h"})


def hanging(word: str) -> Service:
    service = sleeping(build={"context": ".", "dockerfile_inline": f"FROM {IMAGE}\nRUN {word}\n"})
    service.pop("image")
    return service


IMAGE = "busybox:stable"


def test_a_new_edit_ends_a_long_wait_for_health_at_once(home: Home) -> None:
    port = free_port()
    home.stack("web", {"api": serving("one", port)}, timeout="10m")
    home.start()
    first = home.wait_ready("web").applied

    home.compose("web", {"api": never_healthy()})
    home.wait_until(lambda: "verify" in step(home), "the wait for health")
    home.compose("web", {"api": serving("two", port)})
    home.wait_ready("web", other_than=first, timeout=60)  # the wait for health lasts ten minutes

    assert home.answer(port) == "two"
    assert len(home.containers("web")) == 1
    assert home.status("web").quarantined == ""


def test_a_hung_build_is_ended_by_a_new_edit_and_leaves_no_process(home: Home) -> None:
    port, word = free_port(), f"sleep {secrets.randbelow(10**6) + 10**6}"
    home.stack("web", {"api": serving("one", port)}, timeout="10m")
    home.start()
    first = home.wait_ready("web").applied

    home.compose("web", {"api": hanging(word)})
    home.wait_until(lambda: running(word), "the build hangs")
    with home.probe(port) as probe:
        home.compose("web", {"api": serving("one", port), "more": sleeping()})
        home.document("web", ["api", "more"])
        home.wait_ready("web", other_than=first, timeout=60)

    assert probe.failures == []
    home.wait_until(lambda: not running(word), "no process is left")


def test_a_hung_build_is_ended_at_its_deadline_and_leaves_no_process(home: Home) -> None:
    port, word = free_port(), f"sleep {secrets.randbelow(10**6) + 10**6}"
    home.stack("web", {"api": serving("one", port)}, retry={"backoff": "1h"})
    assert home.once() == 0
    before = home.ids("web")

    home.document("web", ["api"], timeout="3s", retry={"backoff": "1h"})
    home.compose("web", {"api": hanging(word)})
    assert home.once() == 2

    assert home.ids("web") == before
    assert home.answer(port) == "one"
    assert "did not finish within 3s" in home.status("web").message
    home.wait_until(lambda: not running(word), "no process is left")


def step(home: Home) -> str:
    return str((home.status("web").body.get("journal") or {}).get("step", ""))


def running(word: str) -> bool:
    return any(processes(word.replace(" ", "\0")))
