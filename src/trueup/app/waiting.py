"""Waiting for the running process to do what it was asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trueup.app.lock import holder
from trueup.app.site import Site
from trueup.model.errors import ToolError
from trueup.model.key import Key
from trueup.model.status import Status

PAUSE = 0.3


@dataclass(slots=True)
class Waiting:
    """A request by its `token` for some resources; `tell` hears how it goes."""

    site: Site
    tokens: Mapping[Key, str]
    tell: Callable[[str], None]
    _told: dict[Key, str] = field(default_factory=dict)

    def until(self, timeout: float) -> Mapping[Key, Status]:
        """Return the statuses once every resource is at rest.

        Raises:
            ToolError: that took too long, or the running process has ended.
        """
        clock = self.site.clock
        end = clock.monotonic() + timeout
        while True:
            statuses = self._statuses()
            open_ = [key for key, status in statuses.items() if not self._settled(status)]
            if not open_:
                return statuses
            self._check(open_, late=clock.monotonic() >= end)
            clock.wait(PAUSE)

    def _statuses(self) -> Mapping[Key, Status]:
        """Read every status anew: it is another process that writes them."""
        records = self.site.fresh_records()
        found = {key: records.read(key) for key in self.tokens}
        for key, status in found.items():
            said = _step(status)
            if said and self._told.get(key) != said:
                self._told[key] = said
                self.tell(f"{key} {said}")
        return found

    def _settled(self, status: Status) -> bool:
        busy = status.condition("Reconciling")
        handled = self.tokens[status.key] in status.handled_request
        return handled and status.journal is None and not (busy and busy.status == "True")

    def _check(self, open_: list[Key], *, late: bool) -> None:
        names = ", ".join(map(str, open_))
        fix = "See `trueup describe` and the log of the running Trueup."
        if late:
            raise ToolError(f"{names} did not come to rest in time", "", fix)
        if not holder(self.site.state):
            raise ToolError(f"{names} was not finished", "the running Trueup ended", fix)


def _step(status: Status) -> str:
    if status.journal is not None:
        journal = status.journal
        return f"{journal.phase} {journal.number}/{journal.of} {journal.step}"
    busy = status.condition("Reconciling")
    return f"{busy.reason}: {busy.message}" if busy else ""
