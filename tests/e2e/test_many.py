"""More stacks than an engine has address ranges: what is said, and what helps."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.own_engine import OwnEngine, own_engine
from tests.e2e.scenario import Home
from tests.e2e.services import serving, sleeping
from trueup.adapters.docker.docker_cli import failure
from trueup.model.errors import TransientError

pytestmark = pytest.mark.engine

RANGES = ("--default-address-pool=base=10.211.0.0/22,size=24",)
"""Four in all; the engine takes one for its own bridge."""


@pytest.fixture(scope="module")
def engine() -> Iterator[OwnEngine]:
    with own_engine(*RANGES) as one:
        yield one


@pytest.fixture
def small(home: Home, engine: OwnEngine) -> Iterator[Home]:
    """A home whose engine has room for three networks."""
    home.trueup.variables["DOCKER_HOST"] = engine.address
    yield home
    for path in home.specs.glob("*/stack.yaml"):
        path.unlink()
    if home.trueup.alive:
        home.stop()
    home.once()


def test_a_stack_waits_for_an_address_range_and_goes_on_when_one_is_free(
    small: Home, engine: OwnEngine
) -> None:
    for name in ("a", "b", "c"):
        small.stack(name, {"web": sleeping()}, stable="300ms")
    assert small.once() == 0

    small.start()
    small.stack("late", {"web": sleeping()}, stable="300ms")
    status = small.wait_reason("late", "NoAddressRange")
    assert "no address range is left for network" in status.message
    assert "all 4 of the engine are taken" in status.message
    assert "default-address-pools" in status.message
    assert "held     NoAddressRange" in small.trueup.run("plan", "late").stdout
    _assert_that_the_engine_s_own_words_are_understood(engine)

    (small.place("c") / "stack.yaml").unlink()
    small.wait_ready("late")


def _assert_that_the_engine_s_own_words_are_understood(engine: OwnEngine) -> None:
    """What an `up` ends in that is cut short by another one."""
    argv = ["docker", "--host", engine.address, "network", "create", "one-more"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    error = failure(argv, done.stderr)
    assert isinstance(error, TransientError)
    assert "default-address-pools" in error.text


def test_stacks_that_share_a_network_take_one_range_together(
    small: Home, engine: OwnEngine
) -> None:
    small.stack("svc0", {"svc0": serving("0")}, stable="300ms")
    assert small.once() == 0
    assert networks(engine) == [f"{small.project('svc0')}_default"]

    shared = f"{small.prefix}-lan"
    small.configure(network={"shared": shared})
    for number in range(5):
        page = {"http": {"url": f"http://svc{number}:80/", "body": str(number)}}
        said = {f"svc{number}": {"verify": [page], "stable": "300ms"}}
        small.stack(f"svc{number}", {f"svc{number}": serving(str(number))}, services=said)
    assert small.once() == 0
    assert networks(engine) == [shared]
    assert small.trueup.run("plan").returncode == 0

    small.stack("twin", {"svc1": sleeping()}, stable="300ms")
    assert small.once() == 2
    status = small.status("twin")
    assert status.reason == "Refused"
    assert f"service svc1 is on the shared network {shared} in project" in status.message

    small.stack("twin", {"svc1": sleeping()}, stable="300ms", network="own")
    assert small.once() == 0
    assert networks(engine) == sorted([shared, f"{small.project('twin')}_default"])


def test_two_that_want_one_name_at_once_get_it_one_after_the_other(
    small: Home, engine: OwnEngine
) -> None:
    small.configure(network={"shared": f"{small.prefix}-lan"})
    for name in ("twin2", "twin1"):
        small.stack(name, {"api": sleeping()}, stable="300ms")
    assert small.once() == 2
    assert (small.status("twin1").ready, small.status("twin2").reason) == ("True", "Refused")
    assert "twin1 already" in small.status("twin2").message  # by its record, or as it runs
    assert containers(engine) == [f"{small.project('twin1')}-api-1"]

    small.start()
    small.wait_ready("twin1")
    (small.place("twin1") / "stack.yaml").unlink()
    small.wait_ready("twin2")
    assert containers(engine) == [f"{small.project('twin2')}-api-1"]


def containers(engine: OwnEngine) -> list[str]:
    """Return the names of all containers, running or not."""
    argv = ["docker", "--host", engine.address, "ps", "--all", "--format", "{{.Names}}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
    return sorted(done.stdout.split())


def networks(engine: OwnEngine) -> list[str]:
    """Return the networks that somebody made."""
    argv = ["docker", "--host", engine.address, "network", "ls", "--format", "{{.Name}}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True)
    return sorted(set(done.stdout.split()) - {"bridge", "host", "none"})
