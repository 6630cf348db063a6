"""What only the real engine can show: its events, and that it does not answer."""

import gc
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.conftest import HEALTHY, Stage
from tests.real_host import RealHost, docker
from trueup.adapters.clock import SystemClock
from trueup.adapters.docker.endpoint import Endpoint
from trueup.adapters.docker.host import Host
from trueup.adapters.docker.sdk import connect
from trueup.model.container import HostEvent
from trueup.model.errors import TransientError

pytestmark = pytest.mark.engine


class Follower:
    """Follows the events in a thread of its own, as the daemon does."""

    def __init__(self, stage: Stage) -> None:
        assert isinstance(stage.host, RealHost)
        self.seen: list[HostEvent] = []
        self.project, self.host, self.ended = stage.project, stage.host.host, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        for event in self.host.follow(self.ended.is_set):
            if event.project == self.project:
                self.seen.append(event)

    @property
    def actions(self) -> list[str]:
        return [event.action for event in self.seen]


@pytest.fixture
def events(real: Stage) -> Iterator[Follower]:
    follower = Follower(real)
    yield follower
    follower.ended.set()
    follower.thread.join(10)
    assert not follower.thread.is_alive()


def test_a_container_s_life_is_told(real: Stage, events: Follower) -> None:
    real.service("web", healthcheck=HEALTHY)
    real.up("web")
    real.until(lambda: "health_status: healthy" in events.actions)
    real.host.pause(real.name("web"))
    real.host.rename(real.name("web"), f"{real.project}-other")
    real.host.update(f"{real.project}-other", Memory=67108864)
    docker("unpause", f"{real.project}-other")
    docker("kill", f"{real.project}-other")
    real.host.delete(f"{real.project}-other")

    real.until(lambda: "destroy" in events.actions)

    told = [one for one in events.actions if not one.startswith("network")]
    assert told == [
        *("create", "start", "health_status: healthy", "pause", "rename", "update", "unpause"),
        *("kill", "die", "destroy"),
    ]
    assert {(one.service, one.stack) for one in events.seen} == {("web", "Stack/web")}


def test_a_network_that_is_taken_away_is_told_with_its_service(real: Stage) -> None:
    real.service("web")
    real.up("web")
    real.host.clock.wait(1.1)  # so that nothing else is told of the container
    follower = Follower(real)
    try:
        real.host.clock.wait(0.3)
        real.host.disconnect(real.name("web"), f"{real.project}_default")

        real.until(lambda: bool(follower.seen))
    finally:
        follower.ended.set()
        follower.thread.join(10)
    told = {(one.action, one.service) for one in follower.seen}
    assert told == {("network disconnect", "web")}


def test_an_event_of_before_does_not_come_again(real: Stage) -> None:
    real.service("web")
    real.up("web")
    real.host.clock.wait(1.1)  # the engine counts whole seconds

    follower = Follower(real)
    real.host.clock.wait(0.3)
    follower.ended.set()
    follower.thread.join(10)

    assert follower.actions == []


@pytest.fixture
def unclosed() -> Iterator[None]:
    """The SDK does not close a socket that could not be connected; the interpreter does, here."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.usefixtures("unclosed")
def test_an_engine_that_is_gone_ends_the_following_and_fails_the_looks(tmp_path: Path) -> None:
    host = Host(Endpoint(f"unix://{tmp_path}/none.sock"))

    assert list(host.follow(lambda: False)) == []
    with pytest.raises(TransientError, match="does not answer"):
        host.containers("web")
    with pytest.raises(TransientError, match="Start it"):
        host.image("web:1")


def test_a_remote_engine_that_is_gone_is_waited_for() -> None:
    host = Host(Endpoint("tcp://127.0.0.1:1"))

    with pytest.raises(TransientError, match=r"tcp://127\.0\.0\.1:1 does not answer"):
        _ = host.engine


def test_our_own_certificates_do_not_replace_the_engine_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")

    client = connect(Endpoint("unix:///var/run/docker.sock"))

    assert client.version()["Version"]
    assert not client.trust_env
    client.close()


def test_a_container_that_disappears_during_a_look_is_left_out(real: Stage) -> None:
    assert isinstance(real.host, RealHost)
    clock = SystemClock()
    real.service("web", scale=3, stop_grace_period="0s")
    real.up("web")
    names = [real.name("web", number) for number in (1, 2, 3)]
    remover = threading.Thread(target=docker, args=("rm", "--force", *names))
    remover.start()

    end = clock.monotonic() + 30
    while real.host.containers(real.project):
        assert clock.monotonic() < end
    remover.join()

    assert real.containers == {}
