"""Which Runs are under way with a stack, so that they go on the moment it has had its turn.

A Run asks again by itself as well; this only saves the time until it does.
"""

from dataclasses import dataclass, field

from trueup.model.key import Key
from trueup.model.status import Status


@dataclass(slots=True)
class Waiting:
    """Runs by the stack that they look at. Each operation is one of a dict, so any thread may."""

    _stacks: dict[Key, Key] = field(default_factory=dict)

    def begin(self, run: Key, stack: Key) -> None:
        """Note, before it looks at its stack, that a Run does."""
        self._stacks[run] = stack

    def end(self, run: Key, status: Status) -> None:
        """Forget a Run that has come to its end, or is gone."""
        if status.work is None or status.work.phase.ended:
            self._stacks.pop(run, None)

    def on(self, stack: Key) -> tuple[Key, ...]:
        """Return the Runs that a stack concerns."""
        return tuple(run for run, one in list(self._stacks.items()) if one == stack)
