"""When a watched directory says that something changed."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from trueup.adapters.disk.watcher import Watcher


class Hints:
    """Counts hints, and the seconds between the last two."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._came = threading.Condition()

    def __call__(self) -> None:
        with self._came:
            self.times.append(time.monotonic())
            self._came.notify_all()

    def reach(self, number: int, seconds: float = 10) -> bool:
        with self._came:
            return self._came.wait_for(lambda: len(self.times) >= number, seconds)


GAP = 0.2
"""Seconds without a change that are no end of a burst yet; a busy machine may make it more."""


def longest(moments: list[float]) -> float:
    """Return the longest time between two moments that follow each other."""
    return max(after - before for before, after in pairwise(moments))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "d/.git").mkdir(parents=True)
    (tmp_path / "d/state/deep").mkdir(parents=True)
    (tmp_path / "d/sub").mkdir()
    return tmp_path / "d"


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def watcher(place: Path, hints: Hints) -> Iterator[Watcher]:
    watcher = Watcher(place, hints, (place / "state",))
    watcher.start()
    yield watcher
    watcher.stop()


CHANGES: dict[str, Callable[[Path], object]] = {
    "created": lambda place: (place / "new.yaml").write_text("x"),
    "created below": lambda place: (place / "sub/new.yaml").write_text("x"),
    "written": lambda place: (place / "old.yaml").write_text("changed"),
    "removed": lambda place: (place / "old.yaml").unlink(),
    "renamed": lambda place: (place / "old.yaml").rename(place / "renamed.yaml"),
    "moved out": lambda place: (place / "old.yaml").rename(place.parent / "away.yaml"),
    "moved in": lambda place: (place.parent / "outside.yaml").rename(place / "in.yaml"),
    "copied in": lambda place: shutil.copytree(place.parent / "folder", place / "folder"),
    "made executable": lambda place: (place / "old.yaml").chmod(0o755),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_kind_of_change_is_one_hint(
    place: Path, hints: Hints, change: Callable[[Path], object]
) -> None:
    (place / "old.yaml").write_text("x")
    (place.parent / "outside.yaml").write_text("x")
    (place.parent / "folder").mkdir()
    (place.parent / "folder/x.yaml").write_text("x")
    watcher = Watcher(place, hints)
    watcher.start()

    change(place)

    assert hints.reach(1)
    assert not hints.reach(2, 0.4)
    watcher.stop()


@pytest.mark.usefixtures("watcher")
def test_a_burst_of_changes_is_one_hint_after_it_has_ended(place: Path, hints: Hints) -> None:
    moments = []
    for number in range(20):
        (place / f"{number}.yaml").write_text("x")
        moments.append(time.monotonic())
        time.sleep(0.02)  # the burst itself takes time

    assert hints.reach(1)
    if longest(moments) < GAP:
        assert hints.times[0] - moments[-1] >= 0.25
        assert not hints.reach(2, 0.4)


@pytest.mark.usefixtures("watcher")
def test_a_burst_that_does_not_end_is_told_all_the_same(place: Path, hints: Hints) -> None:
    moments = [time.monotonic()]
    while not hints.times and moments[-1] - moments[0] < 30:
        (place / "busy.yaml").write_text("x")
        moments.append(time.monotonic())
        time.sleep(0.05)

    assert hints.times
    if longest(moments) < GAP:
        assert hints.times[0] - moments[0] > 1.5


@pytest.mark.usefixtures("watcher")
def test_git_and_what_is_ignored_and_reading_are_no_hints(place: Path, hints: Hints) -> None:
    (place / "old.yaml").write_text("x")
    assert hints.reach(1)

    (place / ".git/index").write_text("x")
    (place / "state/deep/x.yaml").write_text("x")
    (place / "state/y").write_text("x")
    (place / "old.yaml").read_text()
    list(place.rglob("*"))

    assert not hints.reach(2, 0.6)


@pytest.mark.usefixtures("watcher")
def test_a_directory_that_was_replaced_is_watched_again(place: Path, hints: Hints) -> None:
    shutil.rmtree(place)
    place.mkdir()
    (place / "first.yaml").write_text("x")
    assert hints.reach(1)
    quiet(hints)
    before = len(hints.times)

    (place / "second.yaml").write_text("x")

    assert hints.reach(before + 1)


def test_a_directory_that_is_not_there_yet_is_watched_once_it_is(
    tmp_path: Path, hints: Hints
) -> None:
    watcher = Watcher(tmp_path / "later", hints)
    watcher.start()

    (tmp_path / "later").mkdir()

    assert hints.reach(1)
    quiet(hints)
    before = len(hints.times)
    (tmp_path / "later/x.yaml").write_text("x")
    assert hints.reach(before + 1)
    watcher.stop()


def quiet(hints: Hints) -> None:
    """Wait until the directory has been found again and nothing more is said."""
    while hints.reach(len(hints.times) + 1, 1.3):
        pass


def test_stopping_ends_every_thread_and_every_hint(place: Path, hints: Hints) -> None:
    counts = []
    for _ in range(3):
        watcher = Watcher(place, hints)
        watcher.start()
        (place / "x.yaml").write_text("x")
        watcher.stop()
        counts.append(threading.active_count())
    hints.times.clear()

    (place / "y.yaml").write_text("x")

    assert not hints.reach(1, 0.5)
    assert counts[1:] == counts[:-1]
