"""The threads around the queue: every key comes, no error ends them, a stop is prompt."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from trueup.adapters.clock import SystemClock
from trueup.engine.loop import TOGETHER, Loop, due
from trueup.model.errors import SpecError, ToolError, TransientError
from trueup.model.event import Event
from trueup.model.key import Key

A, B = Key("Stack", "a"), Key("Stack", "b")
SOON = 10.0


class Work:
    """What the workers do: counts, and waits or fails where it is told to."""

    def __init__(self) -> None:
        self.began: list[Key] = []
        self.busy: dict[Key, int] = {}
        self.most: dict[Key, int] = {}
        self.errors: dict[Key, list[Exception]] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.delay: float | None = None
        self._lock = threading.Lock()

    def __call__(self, key: Key) -> float | None:
        with self._lock:
            self.began.append(key)
            self.busy[key] = self.busy.get(key, 0) + 1
            self.most[key] = max(self.most.get(key, 0), self.busy[key])
        try:
            self.gate.wait(SOON)
            if self.errors.get(key):
                raise self.errors[key].pop(0)
            return self.delay
        finally:
            with self._lock:
                self.busy[key] -= 1


@contextmanager
def running(work: Work, workers: int = 2) -> Iterator[tuple[Loop, list[Event]]]:
    """Run a loop for the time of a test."""
    events: list[Event] = []
    loop = Loop(work, SystemClock(), events.append)
    loop.start(workers)
    try:
        yield loop, events
    finally:
        work.gate.set()
        assert loop.stop(SOON)


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.002)


def test_a_key_that_is_asked_for_is_worked_on() -> None:
    work = Work()
    with running(work) as (loop, _):
        loop.enqueue(A)
        until(lambda: work.began == [A])


def test_a_key_is_taken_again_when_its_time_has_come() -> None:
    work = Work()
    work.delay = 0.01
    with running(work) as (loop, _):
        loop.enqueue(A)
        until(lambda: len(work.began) > 3)


def test_a_key_that_is_gone_is_not_taken_again() -> None:
    work = Work()
    with running(work) as (loop, _):
        loop.enqueue(A)
        until(lambda: work.began == [A] and loop.quiet())
        assert loop.queue.next_at() is None


def test_a_key_that_is_added_while_it_is_worked_on_is_taken_again() -> None:
    work = Work()
    work.gate.clear()
    with running(work) as (loop, _):
        loop.enqueue(A)
        until(lambda: work.began == [A])
        loop.enqueue(A)
        loop.enqueue(A)
        work.gate.set()
        until(lambda: work.began == [A, A] and loop.quiet())


def test_no_two_workers_work_on_one_key() -> None:
    work = Work()
    work.delay = 0.0
    with running(work, workers=4) as (loop, _):
        for _ in range(200):
            loop.enqueue(A)
        until(lambda: len(work.began) > 100)
        assert work.most == {A: 1}


def test_one_key_that_takes_long_does_not_keep_others_waiting() -> None:
    work = Work()
    work.gate.clear()
    with running(work) as (loop, _):
        loop.enqueue(A)
        loop.enqueue(B)
        until(lambda: sorted(work.began) == [A, B])


def test_an_error_of_one_key_is_told_and_does_not_end_the_others() -> None:
    work = Work()
    work.errors[A] = [SpecError("a is wrong"), TransientError("a is away"), KeyError("a defect")]
    with running(work, workers=1) as (loop, events):
        for _ in range(3):
            loop.enqueue(A)
            until(loop.quiet)
        loop.enqueue(B)
        until(lambda: work.began[-1] == B)
    assert [(event.key, event.severity) for event in events] == [
        (A, "error"),
        (A, "warning"),
        (A, "error"),
    ]
    assert events[0].message == "a is wrong. Will try again in 10 seconds."
    assert "a defect of Trueup: KeyError" in events[2].message


def test_a_key_that_failed_is_tried_again_later() -> None:
    work = Work()
    work.errors[A] = [SpecError("a is wrong")]
    with running(work) as (loop, _):
        loop.enqueue(A)
        until(lambda: work.began and loop.quiet())
        at = loop.queue.next_at()
        assert at is not None
        assert 5 < at - SystemClock().monotonic() <= 10 + TOGETHER


def test_news_about_a_key_is_counted_and_other_wakeups_are_not() -> None:
    loop = Loop(Work(), SystemClock(), lambda _: None)
    loop.enqueue(A, news=True)
    loop.enqueue(A)
    loop.enqueue(A, news=True)
    assert (loop.stirred(A), loop.stirred(B)) == (2, 0)


def test_a_stop_ends_idle_workers_at_once() -> None:
    loop = Loop(Work(), SystemClock(), lambda _: None)
    loop.start(3)
    loop.enqueue(A, delay=3600)
    begun = time.monotonic()
    assert loop.stop(SOON)
    assert time.monotonic() - begun < 1
    assert loop.stopping()


def test_a_stop_waits_for_what_is_under_way_but_not_for_ever() -> None:
    work = Work()
    work.gate.clear()
    loop = Loop(work, SystemClock(), lambda _: None)
    loop.start(1)
    loop.enqueue(A)
    until(lambda: work.began == [A])
    assert not loop.stop(0.05)
    work.gate.set()
    assert loop.stop(SOON)


def test_no_more_keys_are_worked_on_at_once_than_there_are_workers() -> None:
    work = Work()
    work.gate.clear()
    with running(work, workers=3) as (loop, _):
        for number in range(6):
            loop.enqueue(Key("Stack", f"s{number}"))
        until(lambda: len(work.began) == 3)
        assert sum(work.busy.values()) == 3
        work.gate.set()
        until(lambda: len(work.began) == 6)
    assert sum(work.busy.values()) == 0


def test_what_is_due_at_about_the_same_time_is_due_at_once_and_never_early() -> None:
    at = {due(100.0 + wait, 10.0) for wait in (0.01, 0.2, 0.4)}
    assert at == {110.5}
    assert due(100.2, 0.3) == pytest.approx(100.5)
    assert due(100.2, 4.0) == pytest.approx(104.2)


def test_a_log_that_refuses_what_it_is_told_ends_no_worker() -> None:
    def refuses(_: Event) -> None:
        raise BrokenPipeError

    work = Work()
    work.errors[A] = [SpecError("a is wrong")]
    loop = Loop(work, SystemClock(), refuses)
    loop.start(1)
    loop.enqueue(A)
    loop.enqueue(B, delay=0.01)
    until(lambda: work.began == [A, B] and loop.quiet())
    loop.complete()
    assert loop.queue.next_at() is not None  # A, which failed, is tried again
    assert loop.stop(SOON)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_has_ended_all_the_same_is_noticed() -> None:
    def ends(_: Key) -> float:
        raise SystemExit

    loop = Loop(ends, SystemClock(), lambda _: None)
    loop.start(2)
    loop.complete()
    loop.enqueue(A)

    until(loop.incomplete)
    with pytest.raises(ToolError, match=r"worker-\d ended in the middle of the work"):
        loop.complete()
    assert loop.stop(SOON)
    loop.complete()
