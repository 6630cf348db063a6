"""What reaches outside a project does not run until trueup.yaml allows it, on the real engine."""

import re
import time
from typing import Any

import pytest
import yaml

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping
from tests.pages import ROOT, blocks

pytestmark = pytest.mark.engine
PAGE = ROOT / "docs/allowances.md"
ADVICE = re.compile(r"`- (\{.*?\})`")


def agent(**fields: Any) -> dict[str, Any]:
    return {"agent": sleeping(pid="host", volumes=["/var/log:/log:ro"], **fields)}


def advised(message: str) -> list[Any]:
    """Return the rules that an answer says to write."""
    return [yaml.safe_load(found) for found in ADVICE.findall(message)]


def test_a_stack_waits_for_its_allowance_then_runs_and_loses_only_what_is_new(home: Home) -> None:
    home.stack("monitor", agent(), stable="200ms")
    begun = time.time()

    assert home.once() == 2

    status = home.status("monitor")
    assert (status.reason, status.condition("Stalled")["reason"]) == ("NotAllowed", "NotAllowed")
    assert home.containers("monitor") == []
    assert home.engine.mutations(begun) == []
    shown = home.trueup.run("plan", "monitor").stdout
    assert shown == blocks(PAGE, "")[0]
    assert status.body["problems"] == [
        line.removeprefix("  refused  ") for line in shown.splitlines()[1:]
    ]

    home.configure(allow=advised(status.message))
    assert home.once() == 0
    first = home.id("monitor", "agent")
    assert home.container("monitor", "agent")["HostConfig"]["PidMode"] == "host"

    home.stack("monitor", agent(privileged=True), stable="200ms")
    assert home.once() == 2
    assert home.status("monitor").reason == "NotAllowed"
    assert home.id("monitor", "agent") == first

    home.configure()
    home.engine.cli("kill", first)
    assert home.once() == 2
    repaired = home.container("monitor", "agent")
    assert repaired["State"]["Status"] == "running"
    assert repaired["HostConfig"]["PidMode"] == "host"
    assert repaired["HostConfig"]["Privileged"] is False
    assert home.status("monitor").reason == "NotAllowed"


def test_the_rules_of_the_page_allow_what_the_page_says(home: Home) -> None:
    home.configure(allow=yaml.safe_load(blocks(PAGE, "yaml")[0])["allow"])
    home.stack("monitor", agent(), stable="200ms")

    assert home.once() == 0
