"""A release that fails its verification is taken back, remembered, and not tried again."""

import time
from typing import Any

import pytest

from tests.e2e.counting import LISTED, Relay
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import crashing, serving, sleeping

pytestmark = pytest.mark.engine

Check = dict[str, Any]

TALK = (
    'echo "up: $$TEXT"; mkdir -p /www; echo "$$TEXT" >/www/index.html; touch /www/$$TEXT.html;'
    " exec httpd -f -h /www"
)


def test_a_crash_loop_without_health_check_rolls_back_and_is_not_tried_again(
    home: Home, relay: Relay
) -> None:
    port, spec = free_port(), {"timeout": "20s", "interval": "500ms"}
    home.stack("web", {"api": serving("one", port), "other": sleeping()}, **spec)
    assert home.once() == 0
    other, good = home.id("web", "other"), home.status("web").applied

    home.compose("web", {"api": crashing(), "other": sleeping()})
    home.start()
    with home.probe(port) as probe:
        status = home.wait_reason("web", "RolledBack")
        seen = len(probe.failures)
        home.wait_until(lambda: probe.answers["one"] > 20, "the old one answers")

    assert set(probe.answers) == {"one"}
    assert len(probe.failures) == seen
    assert home.id("web", "other") == other
    assert (status.sync, status.ready, status.applied) == ("OutOfSync", "False", good)
    assert status.quarantined not in {"", good}
    assert status.results == ["RolledBack", "Applied"]
    assert "api crash-loops" in status.message
    assert "about to crash" in home.artifact("web", "restart.log")
    assert "restart  api -> " in home.artifact("web", "rollback.log")

    begun, ids, looks = time.time(), home.ids("web"), relay.count(LISTED)
    home.wait_until(lambda: relay.count(LISTED) > looks + 5, "five more looks")
    assert home.engine.mutations(begun) == []
    assert home.ids("web") == ids

    home.compose("web", {"api": serving("two", port), "other": sleeping()})
    status = home.wait_ready("web", other_than=good)
    assert home.answer(port) == "two"
    assert status.quarantined == ""
    assert home.id("web", "other") == other


ENOUGH = "8s"
"""Within it compose makes a container on a busy machine too; what fails takes all of it."""

CHECKS: dict[str, tuple[Check, str]] = {
    "http status": ({"http": {"url": "http://api/one.html"}}, "http://api/one.html"),
    "http body": ({"http": {"url": "http://api/", "body": "one"}}, "http://api/"),
    "tcp": ({"tcp": {"port": 80}}, "api:80"),
    "exec": ({"exec": {"command": ["grep", "one", "/www/index.html"]}}, "grep"),
    "log pattern": ({"log": {"pattern": "up: one"}}, "up: one"),
    "absent log pattern": ({"log": {"pattern": "up: two", "absent": True}}, "up: two"),
}


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_failing_check_rolls_back_and_is_quarantined(home: Home, name: str) -> None:
    check, named = CHECKS[name]
    told = {"api": {"verify": [check]}}
    home.stack("web", {"api": talking("one", 80)}, timeout=ENOUGH, stable="300ms", services=told)
    assert home.once() == 0
    good = home.status("web").applied

    home.compose("web", {"api": talking("two", 81 if name == "tcp" else 80)})
    assert home.once() == 2

    status = home.status("web")
    assert (status.reason, status.applied) == ("RolledBack", good)
    assert status.quarantined not in {"", good}
    assert named in status.message
    assert "TEXT=one" in home.container("web", "api")["Config"]["Env"]
    assert len(home.containers("web")) == 1


def talking(text: str, port: int) -> dict[str, Any]:
    """A web service that says so in its log, and declares no health check."""
    return sleeping(command=["sh", "-c", f"{TALK} -p {port}"], environment={"TEXT": text})
