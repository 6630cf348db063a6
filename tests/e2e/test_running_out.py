"""What has run out is said, nothing is lost or touched, and work goes on without a restart."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.scenario import Home
from tests.e2e.services import sleeping
from tests.e2e.shortage import SmallDisk, few_files, small_disk

pytestmark = pytest.mark.engine


@pytest.fixture
def disk(home: Home, tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk that holds the state directory."""
    with small_disk(home.folder / ".trueup", tmp_path / "disk.img") as disk:
        yield disk
        home.stop()


def release(home: Home, text: str) -> None:
    home.stack("web", {"api": sleeping(labels={"try": text})}, stable="200ms")


def running(home: Home) -> str:
    found = home.containers("web", "api")
    return str(found[0]["Config"]["Labels"].get("try")) if found else ""


def said(home: Home) -> str:
    return (home.folder / "run.log").read_text()


SHORT: dict[str, tuple[Callable[[SmallDisk], None], Callable[[SmallDisk], None], str]] = {
    "space": (SmallDisk.fill, SmallDisk.free, "No space left on device"),
    "inodes": (SmallDisk.use_up_inodes, SmallDisk.free, "No space left on device"),
    "rights": (SmallDisk.protect, SmallDisk.unprotect, "Read-only file system"),
}


@pytest.mark.parametrize("what", SHORT)
def test_a_state_directory_without(home: Home, disk: SmallDisk, what: str) -> None:
    """Nothing new is begun and what runs stays; once there is some again, work goes on."""
    take, give, words = SHORT[what]
    release(home, "one")
    home.start()
    home.wait_ready("web")
    before, good = home.ids("web"), home.status("web").applied

    take(disk)
    begun = time.time()
    release(home, "two")
    home.wait_until(lambda: words in said(home), "it is said")
    home.wait_until(lambda: words in home.status("web").message, "the status says it")
    assert home.ids("web") == before
    assert home.engine.mutations(begun) == []

    give(disk)
    home.trueup.run("reconcile", "web")
    home.wait_ready("web", other_than=good)
    assert running(home) == "two"
    assert home.trueup.alive


def test_statuses_that_cannot_be_written_are_written_later(home: Home, tmp_path: Path) -> None:
    with small_disk(home.answers, tmp_path / "disk.img") as disk:
        release(home, "one")
        home.start()
        good = home.wait_ready("web").applied
        kept = home.status_file("web").read_text()

        disk.fill()
        release(home, "two")
        home.wait_until(lambda: "No space left on device" in said(home), "it is said")
        assert running(home) == "one"
        assert home.status_file("web").read_text() == kept

        disk.free()
        home.wait_ready("web", other_than=good, timeout=60)
        assert running(home) == "two"
        home.stop()


def test_a_disk_that_fills_up_half_way_does_not_stop_a_deployment(
    home: Home, tmp_path: Path
) -> None:
    with small_disk(home.answers, tmp_path / "disk.img") as disk:
        release(home, "one")
        home.start()
        good = home.wait_ready("web").applied
        home.stack("web", {"api": sleeping(labels={"try": "two"})}, stable="3s")
        home.wait_until(lambda: running(home) == "two", "the new one runs")
        disk.fill()
        home.wait_until(lambda: "verified in" in said(home).split("verified in", 1)[1], "done")
        disk.free()
        home.wait_ready("web", other_than=good, timeout=60)
        assert running(home) == "two"
        home.stop()


@pytest.mark.parametrize("spare", [0, 2])
def test_a_process_without_files_touches_nothing_and_goes_on_later(home: Home, spare: int) -> None:
    release(home, "one")
    home.write(home.place("web") / "unused.txt", "x")
    home.start()
    good = home.wait_ready("web").applied
    before = home.ids("web")

    with few_files(home.trueup.pid, spare):
        begun = time.time()
        release(home, "two")
        home.wait_until(lambda: "Too many open files" in said(home), "it is said")
        assert home.trueup.alive
        assert home.ids("web") == before
        assert home.engine.mutations(begun) == []

    home.wait_ready("web", other_than=good, timeout=60)
    assert running(home) == "two"


def test_a_service_that_is_killed_for_its_memory_is_rolled_back_and_says_so(home: Home) -> None:
    release(home, "one")
    home.start()
    good = home.wait_ready("web").applied
    hungry = "x=y; while true; do x=$$x$$x; done"
    greedy = sleeping(command=["sh", "-c", hungry], mem_limit="16m", memswap_limit="16m")
    home.compose("web", {"api": greedy})
    status = home.wait_reason("web", "RolledBack", timeout=60)
    assert status.applied == good
    assert "memory" in status.message
    assert running(home) == "one"
