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
from tests.e2e.shortage import SmallDisk, small_disk

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

MB = 2**20
DISK, INODES = 220 * MB, 30_000
LEFT, MORE = 20 * MB, 40 * MB
FULL = "no space left on device"
PATIENCE = 90.0


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


def release(home: Home, *services: Service) -> None:
    named = dict(zip(("api", "db"), services, strict=False))
    home.stack("web", named, stable="300ms", retry={"backoff": "1s", "limit": 1})


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
    "by a command": "RUN cat /proc/self/mounts && dd if=/dev/zero of=/large bs=1M count=40",
    "by a command that talks on": "RUN dd if=/dev/zero of=/large bs=1M count=40 || "
    "{ seq 100; exit 1; }",
}


@pytest.mark.parametrize("who", BUILDS)
def test_a_disk_that_is_filled_while_an_image_is_built(
    home: Home, disk: SmallDisk, who: str
) -> None:
    place = home.place("web") / "image"
    place.mkdir()
    (place / "large").write_bytes(os.urandom(MORE))
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


@pytest.mark.parametrize("spare", [0, 64 * 1024, 256 * 1024])
def test_a_disk_that_is_full_when_containers_are_made(
    home: Home, disk: SmallDisk, spare: int
) -> None:
    release(home, serving("one"), serving("one"))
    good = home.status("web").applied
    good = home.wait_ready("web", other_than=good, timeout=PATIENCE).applied
    before = home.ids("web")
    disk.fill(spare)
    release(home, serving("two"), serving("two"))
    home.wait_until(lambda: FULL in home.status("web").message.lower(), "it is said", PATIENCE)
    print(spare, home.report())
    assert home.ids("web") == before
    assert running(home) == "one"

    disk.free()
    home.wait_ready("web", other_than=good, timeout=PATIENCE)
    assert running(home) == running(home, "db") == "two"
