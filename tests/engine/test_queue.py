"""Which key is next: each waits at most once, none is lost, none is worked on twice at a time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from trueup.engine.queue import Queue
from trueup.model.key import Key

KEYS = [Key("Stack", name) for name in ("a", "b", "c", "d")]
A, B, C, _ = KEYS
MOMENTS = st.integers(0, 50).map(float)


def test_the_key_that_has_been_due_longest_is_taken_first() -> None:
    queue = Queue()
    queue.add(A, at=3)
    queue.add(B, at=1)
    queue.add(C, at=2)
    assert [queue.take(5), queue.take(5), queue.take(5), queue.take(5)] == [B, C, A, None]


def test_a_key_that_is_not_due_yet_is_not_taken() -> None:
    queue = Queue()
    queue.add(A, at=3)
    assert queue.take(2.9) is None
    assert queue.next_at() == 3
    assert queue.take(3) == A


def test_of_two_times_the_earlier_counts() -> None:
    queue = Queue()
    queue.add(A, at=9)
    queue.add(A, at=1)
    queue.add(A, at=5)
    assert (queue.take(1), queue.take(99)) == (A, None)


def test_a_key_that_is_added_while_it_is_worked_on_is_taken_again_afterwards() -> None:
    queue = Queue()
    queue.add(A, at=0)
    queue.take(0)
    queue.add(A, at=0)
    assert queue.take(1) is None
    assert queue.next_at() is None
    queue.done(A)
    assert queue.take(1) == A


def test_a_queue_is_idle_when_nothing_is_due_and_nobody_works() -> None:
    queue = Queue()
    assert queue.idle(0)
    queue.add(A, at=5)
    assert queue.idle(4)
    assert not queue.idle(5)
    queue.take(5)
    assert not queue.idle(5)
    queue.done(A)
    assert queue.idle(5)


class QueueMachine(RuleBasedStateMachine):
    """Compares the queue with the plainest account of what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self.due: dict[Key, float] = {}
        self.working: set[Key] = set()
        self.now = 0.0

    @rule(key=st.sampled_from(KEYS), at=MOMENTS)
    def add(self, key: Key, at: float) -> None:
        self.queue.add(key, at=at)
        self.due[key] = min(at, self.due.get(key, at))

    @rule(passes=MOMENTS)
    def time_passes(self, passes: float) -> None:
        self.now += passes

    @rule()
    def take(self) -> None:
        ready = {k: at for k, at in self.due.items() if at <= self.now and k not in self.working}
        found = self.queue.take(self.now)
        if not ready:
            assert found is None
            return
        assert found is not None
        assert ready[found] == min(ready.values())
        del self.due[found]
        self.working.add(found)

    @precondition(lambda self: self.working)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.working)))
        self.queue.done(key)
        self.working.remove(key)

    @rule(key=st.sampled_from(KEYS))
    def drop(self, key: Key) -> None:
        self.queue.drop(key)
        self.due.pop(key, None)

    @invariant()
    def says_when_the_next_is_due(self) -> None:
        waiting = [at for key, at in self.due.items() if key not in self.working]
        assert self.queue.next_at() == min(waiting, default=None)

    @invariant()
    def is_idle_only_when_nothing_is_to_do(self) -> None:
        due = any(at <= self.now for at in self.due.values())
        assert self.queue.idle(self.now) == (not due and not self.working)

    def teardown(self) -> None:
        """Whatever was asked for comes in the end, each key once."""
        for key in self.working:
            self.queue.done(key)
        left = []
        while (found := self.queue.take(10**9)) is not None:
            left.append(found)
        assert sorted(left) == sorted(self.due)


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
