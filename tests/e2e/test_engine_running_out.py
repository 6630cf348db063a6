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
PATIENCE = 60.0
WINDOWS = {"web": "300ms", "pair": "300ms", "slow": "6s"}
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
def bare(engine: OwnEngine, disk: SmallDisk, tmp_path: Path) -> Iterator[Home]:
    """A home on that engine; Trueup runs, and has nothing to do yet."""
    with home_in(tmp_path / "home", lambda: True, engine.address) as one:
        one.start()
        yield one
        disk.free()
        one.stop()
        one.engine.cli("builder", "prune", "--all", "--force")


@pytest.fixture
def home(bare: Home) -> Home:
    """The same with one release of `web`, which was verified."""
    verified(bare, serving("one"), name="web")
    return bare


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


def release(home: Home, *services: Service, name: str = "web", tries: int = 1) -> None:
    """Wish for a release of `api` and perhaps `db`, of which failures are soon tried again."""
    named = dict(zip(("api", "db"), services, strict=False))
    home.write(home.place(name) / "image" / "any", "")
    home.stack(name, named, stable=WINDOWS[name], retry={"backoff": "500ms", "limit": tries})


def verified(home: Home, *services: Service, name: str) -> str:
    """Have a release verified in a stack of its own; return its digest."""
    release(home, *services, name=name)
    return home.wait_ready(name, timeout=PATIENCE).applied


def running(home: Home, service: str = "api", name: str = "web") -> str:
    """Return the text of the release that answers."""
    return home.inside(name, service, "sh", "-c", "echo $TEXT").strip()


def waits(home: Home, words: str, name: str = "web") -> None:
    """Wait until a second try ended in these words, too; nobody is needed to go on."""

    def told() -> bool:
        said = home.status(name)
        return words in said.message.lower() and int(said.body.get("tries", 0)) > 1

    home.wait_until(told, f"the status says {words}", PATIENCE)
    status = home.status(name)
    assert status.reason == "Waiting"
    assert "tried again at" in status.message
    assert status.quarantined == ""
    assert status.condition("Stalled").get("status") != "True"


def held_up(home: Home, disk: SmallDisk, left: int, service: Service) -> None:
    """Release a service with little left on the disk; it waits, and what runs stays."""
    before = home.ids("web")
    disk.fill(left)
    release(home, service)
    waits(home, FULL)
    assert home.ids("web") == before
    assert running(home) == "one"


def goes_on(home: Home, disk: SmallDisk) -> None:
    """Free the disk; what was held up is verified."""
    good = home.status("web").applied
    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


def test_a_disk_that_is_full_while_an_image_is_pulled(
    home: Home, disk: SmallDisk, images: Registry, base: bytes
) -> None:
    image = images.offer("large", base, MORE)
    begun = time.time()
    held_up(home, disk, LEFT, serving("two", image=image))
    assert home.engine.mutations(begun) == []

    goes_on(home, disk)
    assert "RolledBack" not in home.status("web").results


BUILDS = {
    "by the builder": "COPY large /large",
    "by a command": "RUN dd if=/dev/zero of=/large bs=1M count=40 || { seq 100; exit 1; }",
}


@pytest.mark.parametrize("who", BUILDS)
def test_a_disk_that_is_filled_while_an_image_is_built(
    home: Home, disk: SmallDisk, who: str
) -> None:
    (home.place("web") / "image" / "large").write_bytes(os.urandom(MORE))
    begun = time.time()
    held_up(home, disk, LEFT, building("two", f"FROM {IMAGE}\n{BUILDS[who]}\n"))
    assert home.engine.mutations(begun) == []

    goes_on(home, disk)


def test_a_disk_that_is_full_when_containers_are_made(home: Home, disk: SmallDisk) -> None:
    held_up(home, disk, 0, serving("two"))

    goes_on(home, disk)


GO = "/run/go"
"""In memory, so that it can be made on a full disk too."""
WAITS = {
    "command": ["sh", "-c", f"test $$TEXT = two || touch {GO}; exec sleep 3600"],
    "healthcheck": {"test": ["CMD", "test", "-e", GO], "interval": "200ms", "retries": 100},
    "tmpfs": ["/run"],
}
"""A service of which the second release is healthy only when it is told to be."""


def test_a_disk_that_fills_up_half_way_stops_nothing_that_runs(
    bare: Home, disk: SmallDisk
) -> None:
    def both(text: str) -> tuple[Service, Service]:
        after = {"depends_on": {"api": {"condition": "service_healthy"}}}
        return serving(text, **WAITS), serving(text, **after)

    def run() -> list[str]:
        return [running(bare, "api", "pair"), running(bare, "db", "pair")]

    good = verified(bare, *both("one"), name="pair")
    old = bare.id("pair", "db")
    release(bare, *both("two"), name="pair")
    bare.wait_until(lambda: starting(bare, "pair") == "two", "the first one is replaced", PATIENCE)
    disk.fill()
    bare.inside("pair", "api", "touch", GO)
    waits(bare, FULL, "pair")
    assert (bare.id("pair", "db"), run()) == (old, ["two", "one"])

    disk.free()
    bare.wait_ready("pair", other_than=good, timeout=PATIENCE)
    assert run() == ["two", "two"]


@pytest.mark.parametrize("restart", ["no", "unless-stopped"])
def test_a_release_that_fails_on_a_full_disk_is_taken_back_once_there_is_space(
    bare: Home, disk: SmallDisk, restart: str
) -> None:
    good = verified(bare, serving("one"), name="slow")
    fails = {"command": ["sh", "-c", "sleep 4; exit 3"], "restart": restart}
    release(bare, {**serving("two"), **fails}, name="slow")
    bare.wait_until(lambda: starting(bare, "slow") == "two", "the new one runs", PATIENCE)
    disk.fill()
    bare.wait_until(lambda: FULL in bare.status("slow").message.lower(), "it is said", PATIENCE)
    assert bare.status("slow").condition("Stalled").get("status") != "True"

    disk.free()
    status = bare.wait_reason("slow", "RolledBack", PATIENCE)
    assert status.applied == good
    bare.wait_until(lambda: starting(bare, "slow") == "one", "the old one runs", PATIENCE)


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
    release(home, building("two", f"FROM {IMAGE}\n{hungry}\n"), tries=20)
    waits(home, "memory")
    assert home.ids("web") == before

    memory.allow(512 * MB)
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == "two"


def test_a_trueup_that_is_killed_for_its_memory_goes_on_when_it_is_started_again(
    bare: Home,
) -> None:
    good = verified(bare, serving("one"), name="slow")
    memory = Memory(bare.prefix)
    release(bare, serving("two"), name="slow")
    bare.wait_until(lambda: starting(bare, "slow") == "two", "the new one runs", PATIENCE)
    memory.allow(64 * 1024)
    memory.take_in(bare.trueup.pid)
    release(bare, serving("two"))  # what is to be looked at takes memory
    bare.wait_until(lambda: not bare.trueup.alive, "it is killed", PATIENCE)
    memory.close()
    assert bare.status("slow").applied == good

    bare.start()
    bare.wait_ready("slow", other_than=good, timeout=PATIENCE)
    assert running(bare, name="slow") == "two"


FLOOD = "yes 0123456789012345678901234567890123456789 | head -c 200000000"


def test_a_build_that_prints_without_end_takes_little_memory_and_disk(home: Home) -> None:
    good, before = home.status("web").applied, peak(home)
    release(home, building("two", f"FROM {IMAGE}\nRUN {FLOOD}\n"))
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert peak(home) - before < 64 * MB
    assert 0 < len(home.artifact("web", "build.log")) <= LARGEST


def starting(home: Home, name: str) -> str:
    """Return the text of the release that has been started; empty while none runs."""
    found = [one for one in home.containers(name, "api") if one["State"]["Running"]]
    said = found[0]["Config"]["Env"] if found else []
    return next((one.removeprefix("TEXT=") for one in said if one.startswith("TEXT=")), "")


def peak(home: Home) -> int:
    """Return how much memory Trueup has had at most, in bytes."""
    lines = Path(f"/proc/{home.trueup.pid}/status").read_text().splitlines()
    (kb,) = [one.split()[1] for one in lines if one.startswith("VmHWM:")]
    return int(kb) * 1024
