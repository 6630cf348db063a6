"""Containers that do not come back by themselves, however long one waits. Knows no check.

What a release brings about is told apart from what was done to its containers by hand.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from trueup.model.container import Container

ENDED = ("exited", "dead")
ENDED_FOR = 1.0
"""Seconds after which a container that has ended is not restarted by the engine any more."""

LOST_FOR = 3.0
"""Seconds after which a paused or missing one stays so: who copies or replaces it takes less."""

Mark = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Standstill:
    """What stays as it is once it was so for `limit` seconds.

    `cause` says how it came about, where that was not the release's doing.
    """

    mark: Mark
    what: str
    cause: str
    limit: float


@dataclass(slots=True)
class Stills:
    """Since when what is down is down: by service, container and state."""

    since: dict[Mark, float] = field(default_factory=dict)

    def found(
        self, service: str, mine: Sequence[Container], now: float, *, fine: Collection[str] = ()
    ) -> Standstill | None:
        """Return what of a service stays down, if anything does. A state in `fine` is no such."""
        downs = {one.mark: one for one in _downs(service, mine) if one.mark[2] not in fine}
        kept = {m: at for m, at in self.since.items() if m[0] != service or m in downs}
        self.since = dict.fromkeys(downs, now) | kept
        late = (one for mark, one in downs.items() if now - self.since[mark] >= one.limit)
        return next(late, None)


def missing(service: str) -> str:
    """Say that a service has no container."""
    return f"{service} has no container"


def down(container: Container) -> str:
    """Say how a container stands that does not run."""
    return f"{container.service} is {container.state}{code(container)}"


def code(container: Container) -> str:
    """Say how a container ended; nothing where it ended well or not at all."""
    if (container.inspect.get("State") or {}).get("OOMKilled"):
        return " (killed, for it used more memory than its limit)"
    return f" (exit code {container.exit_code})" if container.exit_code else ""


def _downs(service: str, mine: Sequence[Container]) -> Iterator[Standstill]:
    if not mine:
        mark = (service, "", "missing")
        yield Standstill(mark, missing(service), f"{service} was removed", LOST_FOR)
    for one in mine:
        mark = (service, one.id, one.state)
        if one.state in ENDED:
            yield Standstill(mark, down(one), _cause(one), ENDED_FOR)
        elif one.state == "paused":
            yield Standstill(mark, down(one), f"{service} was paused", LOST_FOR)


def _cause(one: Container) -> str:
    """Say why a container ended that the engine would have started again, had it ended itself."""
    if not one.kept_up:
        return ""
    if one.unstartable:  # its disk is full, for one
        return f"the engine could not start {one.service} again: {one.unstartable}"
    return f"{one.service} was stopped, or the engine started anew"
