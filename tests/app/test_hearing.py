"""Threads that listen: what fails in them is told once, and they go on listening."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.engine.test_loop import until
from trueup.adapters.clock import SystemClock
from trueup.app.controls import Control, Controls
from trueup.app.hearing import Hearing
from trueup.app.hints import Hints
from trueup.engine.loop import Loop
from trueup.model.errors import SpecError
from trueup.model.event import Event
from trueup.model.key import Key

WEB = Key("Stack", "web")


def test_a_failure_is_told_once_until_it_has_worked_again() -> None:
    told: list[Event] = []
    hearing = Hearing(told.append, "unheard", "Will try again.")

    away = [True, True, False, True]

    def turn() -> None:
        if away.pop(0):
            raise SpecError("it is away")

    went = [hearing.attempt(turn) for _ in range(4)]

    assert went == [False, False, True, False]
    assert [one.message for one in told] == ["it is away. Will try again."] * 2


def test_whoever_cannot_be_told_ends_nothing() -> None:
    def refuses(_: Event) -> None:
        raise BrokenPipeError

    def fails() -> None:
        raise OSError(24, "Too many open files")

    assert not Hearing(refuses, "unheard", "").attempt(fails)


class Hurried(threading.Event):
    """A stop that is waited for as long as anybody likes, but not for seconds."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(min(timeout or 0.01, 0.01))


class Host:
    """Docker's events: each connection begins, and ends as it is told to."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends, self.connections = list(ends), 0
        self.calls: list[bool] = []
        self.ended = threading.Event()

    def follow(self, stop: Callable[[], bool], begun: Callable[[], None]) -> Iterator[Any]:
        self.connections += 1
        begun()
        if not self.ends:
            while not stop():
                self.ended.wait(0.01)
            return
        if (end := self.ends.pop(0)) is not None:
            raise end
        yield from ()

    def listening(self, *, told: bool) -> None:
        self.calls.append(told)


@contextmanager
def listening(state: Path, host: Host) -> Iterator[tuple[list[Key], list[Event]]]:
    """Listen on a host with what people ask for below a folder; tell what was woken, and said."""
    woken: list[Key] = []
    events: list[Event] = []
    stop = Hurried()
    none: Any = SimpleNamespace(stamps=dict)
    site: Any = SimpleNamespace(
        controls=Controls(state),
        decisions=none,
        departures=none,
        sources={},
        trees=SimpleNamespace(others=dict),
        wishes=SimpleNamespace(every=tuple),
        docker=SimpleNamespace(host=host, census=host),
        emit=events.append,
    )
    loop = Loop(woken.append, SystemClock(), events.append)
    loop.start(1)
    Hints(site, loop, stop).start(watch=True)
    try:
        yield woken, events
    finally:
        stop.set()
        assert loop.stop(5)


def test_a_request_is_heard_after_a_moment_in_which_none_could_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "controls/Stack/broken.json"
    broken.parent.mkdir(parents=True)
    with listening(tmp_path, Host()) as (woken, events):
        broken.symlink_to(broken.name)  # to look at it is an error, whoever does
        until(lambda: events)
        broken.unlink()
        Controls(tmp_path).write(WEB, Control(suspended="by hand"))
        until(lambda: woken == [WEB])

    assert [one.name for one in events] == ["requests-unheard"]


def test_docker_is_listened_to_again_whatever_ended_it(tmp_path: Path) -> None:
    ends = (OSError(24, "Too many open files"), None, SpecError("it is away"))
    host = Host(*ends)
    with listening(tmp_path, host) as (_, events):
        until(lambda: host.connections == len(ends) + 1)

    assert [one.name for one in events] == ["events-lost"] * 2


def test_nothing_counts_as_told_from_the_moment_that_events_are_lost(tmp_path: Path) -> None:
    host = Host(None)
    with listening(tmp_path, host):
        until(lambda: host.connections == 2)
        until(lambda: len(host.calls) == 3)

    assert host.calls[:3] == [True, False, True]
