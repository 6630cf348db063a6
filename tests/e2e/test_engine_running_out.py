"""The engine runs out of disk or memory: what runs stays, it is said, and goes on by itself.

On an engine of the test's own, whose images and containers lie on a small disk.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.answer import Answer
from tests.e2e.own_engine import OwnEngine, own_engine
from tests.e2e.registry import Registry, registry
from tests.e2e.scenario import Home, home_in
from tests.e2e.services import IMAGE, Service, sleeping
from tests.e2e.shortage import Memory, SmallDisk, small_disk

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

MB = 2**20
DISK, INODES = 320 * MB, 30_000
LEFT, MORE = 20 * MB, 40 * MB
FULL = "no space left on device"
PATIENCE = 40.0
LARGEST = 256 * 1024


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """A small disk for what the engine keeps."""
    folder = tmp_path_factory.mktemp("disk")
    with small_disk(folder / "data", folder / "disk.img", DISK, INODES) as one:
        yield one


@pytest.fixture(scope="module")
def engine(disk: SmallDisk) -> Iterator[OwnEngine]:
    with own_engine(data=disk.place) as one:
        yield one


@pytest.fixture
def home(engine: OwnEngine, disk: SmallDisk, tmp_path: Path) -> Iterator[Home]:
    """A home on that engine, where one release of `web` runs and was verified."""
    with home_in(tmp_path / "home", lambda: True, engine.address) as one:
        release(one, serving("one"))
        one.start()
        one.wait_ready("web", timeout=PATIENCE)
        yield one
        disk.free()
        one.stop()
        one.engine.cli("builder", "prune", "--all", "--force")


@pytest.fixture(scope="module")
def images(engine: OwnEngine) -> Iterator[Registry]:
    with registry(engine) as one:
        yield one


@pytest.fixture(scope="module")
def base() -> bytes:
    """The test image as an archive."""
    done = subprocess.run(["docker", "save", IMAGE], capture_output=True, timeout=60, check=True)  # noqa: S607
    return done.stdout


def serving(text: str, **more: Any) -> Service:
    return sleeping(environment={"TEXT": text}, **more)


def building(text: str, dockerfile: str) -> Service:
    service = serving(text, build={"context": "./image", "dockerfile_inline": dockerfile})
    del service["image"]
    return service


def release(home: Home, *services: Service, stable: str = "300ms") -> None:
    """Wish for a release of `api` and perhaps `db`, of which failures are soon tried again."""
    named = dict(zip(("api", "db"), services, strict=False))
    home.write(home.place("web") / "image" / "any", "")
    home.document("web", named, stable=stable, retry={"backoff": "1s", "limit": 1})
    home.compose("web", named)


def running(home: Home, service: str = "api") -> str:
    """Return the text of the release that answers."""
    return home.inside("web", service, "sh", "-c", "echo $TEXT").strip()


def waits(home: Home, words: str) -> Answer:
    """Return the status once a second try ended in these words, too."""

    def told() -> bool:
        said = home.status("web")
        return words in said.message.lower() and int(said.body.get("tries", 0)) > 1

    home.wait_until(told, f"the status says {words}", PATIENCE)
    status = home.status("web")
    assert status.reason == "Waiting"
    assert "tries again at" in status.message
    assert status.quarantined == ""
    assert status.condition("Stalled").get("status") != "True"
    return status


def test_a_disk_that_is_full_while_an_image_is_pulled(
    home: Home, disk: SmallDisk, images: Registry, base: bytes
) -> None:
    image = images.offer("large", base, MORE)
    before, good = home.ids("web"), home.status("web").applied
    disk.fill(LEFT)
    begun = time.time()
    release(home, serving("two", image=image))
    waits(home, FULL)
    assert home.ids("web") == before
    assert running(home) == "one"
    assert home.engine.mutations(begun) == []

    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"
    assert "RolledBack" not in home.status("web").results


BUILDS = {
    "by the builder": "COPY large /large",
    "by a command": "RUN dd if=/dev/zero of=/large bs=1M count=40",
    "by a command that talks on": "RUN dd if=/dev/zero of=/large bs=1M count=40 || "
    "{ seq 100; exit 1; }",
}


@pytest.mark.parametrize("who", BUILDS)
def test_a_disk_that_is_filled_while_an_image_is_built(
    home: Home, disk: SmallDisk, who: str
) -> None:
    (home.place("web") / "image" / "large").write_bytes(os.urandom(MORE))
    before, good = home.ids("web"), home.status("web").applied
    disk.fill(LEFT)
    begun = time.time()
    release(home, building("two", f"FROM {IMAGE}\n{BUILDS[who]}\n"))
    waits(home, FULL)
    assert home.ids("web") == before
    assert running(home) == "one"
    assert home.engine.mutations(begun) == []

    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


def test_a_disk_that_is_full_when_containers_are_made(home: Home, disk: SmallDisk) -> None:
    before, good = home.ids("web"), home.status("web").applied
    disk.fill()
    release(home, serving("two"))
    waits(home, FULL)
    assert home.ids("web") == before
    assert running(home) == "one"

    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


SLOW = {"test": ["CMD", "sleep", "1"], "interval": "1s", "start_period": "10s"}


def test_a_disk_that_fills_up_half_way_stops_nothing_that_runs(
    home: Home, disk: SmallDisk
) -> None:
    def both(text: str) -> tuple[Service, Service]:
        after = {"depends_on": {"api": {"condition": "service_healthy"}}}
        return serving(text, healthcheck=SLOW), serving(text, **after)

    good = home.status("web").applied
    release(home, *both("one"))
    good = home.wait_ready("web", other_than=good, timeout=PATIENCE).applied
    old = home.id("web", "db")
    release(home, *both("two"))
    home.wait_until(lambda: running_now(home) == "two", "the first one is replaced", PATIENCE)
    disk.fill()
    waits(home, FULL)
    assert home.id("web", "db") == old
    assert [running(home), running(home, "db")] == ["two", "one"]

    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert [running(home), running(home, "db")] == ["two", "two"]


@pytest.mark.parametrize("restart", ["no", "unless-stopped"])
def test_a_release_that_fails_on_a_full_disk_is_taken_back_once_there_is_space(
    home: Home, disk: SmallDisk, restart: str
) -> None:
    good = home.status("web").applied
    fails = ["sh", "-c", "sleep 1.5; exit 3"]
    release(home, {**serving("two", command=fails), "restart": restart}, stable="4s")
    home.wait_until(lambda: running_now(home) == "two", "the new one runs", PATIENCE)
    disk.fill()
    home.wait_until(lambda: FULL in home.status("web").message.lower(), "it is said", PATIENCE)
    assert home.status("web").condition("Stalled").get("status") != "True"

    disk.free()
    status = home.wait_reason("web", "RolledBack", PATIENCE)
    assert status.applied == good
    assert running(home) == "one"


def test_a_service_that_ends_on_a_full_disk_comes_back_once_there_is_space(
    home: Home, disk: SmallDisk
) -> None:
    good = home.status("web").applied
    ends = ["sh", "-c", 'trap "exit 3" TERM; while true; do sleep 0.1; done']
    release(home, serving("two", command=ends))
    good = home.wait_ready("web", other_than=good, timeout=PATIENCE).applied
    disk.fill()
    home.inside("web", "api", "kill", "-TERM", "1")
    waits(home, FULL)

    disk.free()
    home.wait_ready("web", timeout=PATIENCE)
    assert (running(home), home.status("web").applied) == ("two", good)


def test_a_build_that_is_killed_for_its_memory_is_tried_again(
    home: Home, engine: OwnEngine
) -> None:
    memory, before = Memory(engine.name), home.ids("web")
    good = home.status("web").applied
    memory.allow(48 * MB)
    hungry = "RUN dd if=/dev/zero of=/dev/null bs=100M count=1"
    release(home, building("two", f"FROM {IMAGE}\n{hungry}\n"))
    waits(home, "memory")
    assert home.ids("web") == before

    memory.allow(512 * MB)
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


def test_a_trueup_that_is_killed_for_its_memory_goes_on_when_it_is_started_again(
    home: Home,
) -> None:
    good = home.status("web").applied
    memory = Memory(home.prefix)
    release(home, serving("two"), stable="5s")
    home.wait_until(lambda: running_now(home) == "two", "the new one runs", PATIENCE)
    memory.allow(64 * 1024)
    memory.take_in(home.trueup.pid)
    home.stack("other", {"api": serving("other")}, stable="300ms")
    home.wait_until(lambda: not home.trueup.alive, "it is killed", PATIENCE)
    memory.close()
    assert home.status("web").applied == good

    home.start()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


FLOOD = "yes 0123456789012345678901234567890123456789 | head -c 200000000"


def test_a_build_that_prints_without_end_takes_little_memory_and_disk(home: Home) -> None:
    good, before = home.status("web").applied, peak(home)
    release(home, building("two", f"FROM {IMAGE}\nRUN {FLOOD}\n"))
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert peak(home) - before < 64 * MB
    assert 0 < len(home.artifact("web", "build.log")) <= LARGEST


def running_now(home: Home) -> str:
    """Return the text of the release that runs; empty while none does."""
    found = [one for one in home.containers("web", "api") if one["State"]["Running"]]
    said = found[0]["Config"]["Env"] if found else []
    return next((one.removeprefix("TEXT=") for one in said if one.startswith("TEXT=")), "")


def peak(home: Home) -> int:
    """Return how much memory Trueup has had at most, in bytes."""
    lines = Path(f"/proc/{home.trueup.pid}/status").read_text().splitlines()
    (kb,) = [one.split()[1] for one in lines if one.startswith("VmHWM:")]
    return int(kb) * 1024
