"""Whatever is killed in the middle of a deploy, the next start makes it good."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.engine import NUMBER, name_of, processes
from tests.e2e.scenario import Home, free_port
from tests.e2e.services import IMAGE, Service, serving, sleeping

pytestmark = pytest.mark.engine

STEPS = {"build": 1, "restart": 2, "verify": 3, "seal": 4}
HEX = "0123456789ab"
NOBODY = 2**22 + 1
"""No process has this id."""


def built(text: str, port: int) -> Service:
    """A service whose build and stop take a second each, so that a kill can hit them."""
    file = f"FROM {IMAGE}\nRUN sleep 1; mkdir /www; echo {text} >/www/index.html\n"
    service = sleeping(
        build={"context": ".", "dockerfile_inline": file},
        command=["httpd", "-f", "-p", "80", "-h", "/www"],
        ports=[f"127.0.0.1:{port}:80"],
        stop_signal="SIGTERM",
        stop_grace_period="1s",
    )
    service.pop("image")
    return service


@pytest.mark.parametrize("step", list(STEPS))
def test_a_kill_at_any_step_of_a_deploy_is_made_good_after_the_restart(
    home: Home, step: str
) -> None:
    port = free_port()
    home.stack("web", {"api": built("one", port), "other": sleeping()}, stable="500ms")
    home.start()
    good, other = home.wait_ready("web").applied, home.id("web", "other")

    home.stack("web", {"api": built("two", port), "other": sleeping()}, stable="500ms")
    at = STEPS[step]
    home.wait_until(lambda: home.status("web").step >= at or second(home, good), f"step {step}")
    home.kill()
    home.start()
    home.wait_ready("web", other_than=good)

    assert home.answer(port) == "two"
    assert sorted(home.ids("web")) == names(home)
    assert home.id("web", "other") == other
    assert home.status("web").quarantined == ""


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.6, 1.0])
def test_a_power_cut_in_the_middle_of_a_recreate_is_made_good(home: Home, delay: float) -> None:
    """Trueup and the compose that it started die together, at varying moments."""
    port = free_port()
    both = {"api": serving("one", port), "other": sleeping()}
    slow: dict[str, Any] = {"stop_signal": "SIGTERM", "stop_grace_period": "1s"}
    both["api"] |= slow
    home.stack("web", both, stable="300ms")
    home.start()
    good = home.wait_ready("web").applied

    home.compose("web", {**both, "api": serving("two", port) | slow})
    home.wait_until(lambda: home.status("web").step, "the deploy begins")
    time.sleep(delay)
    home.kill()
    end(processes(home.prefix))
    home.start()
    home.wait_ready("web", other_than=good)

    assert home.answer(port) == "two"
    assert sorted(home.ids("web")) == names(home)


def test_a_compose_that_is_killed_in_the_middle_is_started_once_more_on_a_clean_floor(
    home: Home,
) -> None:
    port = free_port()
    slow: dict[str, Any] = {"stop_signal": "SIGTERM", "stop_grace_period": "1s"}
    both = {"api": serving("one", port) | slow, "other": sleeping()}
    home.stack("web", both, stable="300ms")
    home.start()
    good = home.wait_ready("web").applied

    home.compose("web", {**both, "api": serving("two", port) | slow})
    home.wait_until(lambda: composing(home), "compose works")
    time.sleep(0.4)
    end(composing(home))
    home.wait_ready("web", other_than=good)

    assert sorted(home.ids("web")) == names(home)
    assert home.answer(port) == "two"


@pytest.mark.parametrize("original", ["still there", "gone"])
def test_a_container_left_under_a_temporary_name_is_put_right_at_the_next_look(
    home: Home, original: str
) -> None:
    home.stack("web", {"api": sleeping(), "other": sleeping()}, stable="300ms")
    assert home.once() == 0
    before, api = home.ids("web"), home.container("web", "api")
    leave_behind(home, api)
    if original == "gone":
        home.engine.cli("rm", "--force", api["Id"])

    assert home.once() == 0

    assert sorted(home.ids("web")) == names(home)
    assert home.container("web", "api")["State"]["Running"]
    assert home.id("web", "other") == before[f"{home.project('web')}-other-1"]
    if original == "still there":
        assert home.id("web", "api") == api["Id"]
    assert (home.status("web").ready, home.status("web").sync) == ("True", "Synced")


def composing(home: Home) -> list[int]:
    """Return the processes that are bringing up a service of this test."""
    return [pid for pid in processes(home.project("web")) if b"\0up\0" in arguments(pid)]


def arguments(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def end(pids: Iterable[int]) -> None:
    for pid in list(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def leave_behind(home: Home, container: dict[str, Any]) -> None:
    """Create what a compose that was killed in a recreate leaves behind."""
    labels = {**container["Config"]["Labels"], NUMBER: "1"}
    flags = [f"--label={name}={said}" for name, said in labels.items()]
    network = f"--network={home.project('web')}_default"
    name = f"--name={HEX}_{name_of(container)}"
    command = container["Config"]["Cmd"]
    home.engine.cli("create", *flags, network, name, "--restart=unless-stopped", IMAGE, *command)


def second(home: Home, good: str) -> bool:
    return home.status("web").applied not in {"", good}


def names(home: Home) -> list[str]:
    return [f"{home.project('web')}-api-1", f"{home.project('web')}-other-1"]


def test_what_a_killed_trueup_leaves_at_work_is_ended_and_what_it_leaves_half_written_removed(
    home: Home,
) -> None:
    port = free_port()
    text = home.prefix  # no build of another test has left this in the cache
    home.stack("web", {"api": built(text, port), "other": sleeping()}, stable="300ms")
    home.start()
    home.wait_until(lambda: building(home), "compose builds")
    left = building(home)
    for pid in left:  # else they end by themselves, as soon as they have something to say
        os.kill(pid, signal.SIGSTOP)
    home.kill()
    halves = [
        home.write(home.answers / "Stack" / f".web.yaml.{NOBODY}.1.tmp", "kind: Sta"),
        home.write(home.folder / ".trueup/documents/Stack" / f".web.json.{NOBODY}.1.tmp", "{"),
        home.write(home.folder / ".trueup/releases/Stack/web/.part-0123456789abcdef", "{"),
    ]
    name = f"--name={home.prefix}-probe"
    probe = home.engine.cli("create", name, "--label=trueup.probe=true", IMAGE, "true").strip()

    home.start()
    home.wait_until(lambda: "processes at work; they were ended" in home.trueup.tail(200), "told")

    assert left
    assert not set(left) & set(building(home))
    home.wait_ready("web")
    assert [half for half in halves if half.exists()] == []
    assert probe not in home.engine.cli("ps", "--all", "--quiet", "--no-trunc")
    assert home.answer(port) == text


def building(home: Home) -> list[int]:
    """Return the processes that build for this test."""
    return [pid for pid in processes(home.project("web")) if b"\0build\0" in arguments(pid)]
