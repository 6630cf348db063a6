"""Watching the logs of services that run and were verified, at intervals, new lines only.

A pattern is looked for as checks of logs are: where it could take long, in a process of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from trueup.adapters.docker.search import found
from trueup.app.repairs.failure import LOG, Failure
from trueup.model.container import Container
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.ports import Clock, Looks
from trueup.model.release import Release

OVERLAP = timedelta(seconds=1)
NOTHING = "the log of {name} has /{pattern}/"


@dataclass(slots=True)
class Logs:
    """What was read of the logs of each container, and when. Safe, for each stack has one turn.

    `read` returns the end of a container's log since a time (RFC 3339). What was read is not
    on record: after a restart all since the release was verified is read once more, and the
    same failure has the same name.
    """

    looks: Looks
    clock: Clock
    read: Callable[[str, str], str]
    _seen: dict[Key, dict[str, str]] = field(default_factory=dict)
    _due: dict[Key, float] = field(default_factory=dict)

    def failure(
        self,
        stack: Key,
        project: str,
        release: Release,
        patterns: tuple[str, ...],
        interval: float,
    ) -> Failure | None:
        """Return the first pattern that has turned up in a log since the last look.

        Raises:
            ToolError: a pattern cannot be looked for.
            TransientError: the engine does not answer.
        """
        now = self.clock.monotonic()
        if now < self._due.get(stack, now):
            return None
        self._due[stack] = now + interval
        for one in self._containers(project, release):
            text = self._new(stack, one, release)
            for pattern in filter(lambda each: text and found(each, text), patterns):
                says = NOTHING.format(name=one.name, pattern=pattern)
                return Failure(one.service, LOG + pattern, release.digest, says)
        return None

    def left(self, stack: Key) -> float:
        """Return in how many seconds the logs of a stack are due; 0 where none is watched."""
        now = self.clock.monotonic()
        return max(0.0, self._due.get(stack, now) - now)

    def _containers(self, project: str, release: Release) -> Iterator[Container]:
        for one in self.looks.containers(project):
            if one.service in release.parts and not one.oneoff and one.state == "running":
                yield one

    def _new(self, stack: Key, one: Container, release: Release) -> str:
        """Return what a container wrote since it was looked at, or since it was verified."""
        seen = self._seen.setdefault(stack, {})
        since = seen.get(one.id, release.verified_at)
        seen[one.id] = (self.clock.now() - OVERLAP).isoformat()
        try:
            return self.read(one.id, since)
        except ToolError:
            return ""
